/// How devices of one product behave: what they report, how they fail when nothing is planted, which firmware they get.
package struct ProductModel: Sendable {
  package var product: String
  /// Begins the ids of its devices and batches: `FTV4KM`.
  package var prefix: String
  /// Part of the fleet, relative to the other products.
  package var share: Double
  /// Daily mean relative humidity from which a day is humid to this product's devices.
  package var humidAtPct: Double = 70
  package var signals: [SignalModel]
  package var modes: [ModeModel]
  /// Oldest first.
  package var releases: [Rollout]
}

/// One way of failing, as it really is: what the gateway is to find out from its symptoms.
package struct ModeModel: Sendable {
  package enum Environment: Sendable {
    /// Humid days and a weak signal make the radio fail more often.
    case radio
    /// Failures rise with the outdoor temperature.
    case heat
    /// The share of the flash memory's life that is used up.
    case wear
  }

  package var id: String
  /// Onsets a device and day, before every effect.
  package var dailyHazard: Double
  /// What is reported on the day of an onset, and how often at least.
  package var event: String
  package var threshold: Int
  /// Chance of a day with fewer of these events on a healthy device.
  package var noise: Double = 0
  /// After an onset the device can't begin to fail again for so many days.
  package var refractoryDays = 7
  package var environment: Environment?
  /// Factor on the hazard in the first 30 days after activation.
  package var infantFactor = 1.0
  package var reboots = false
  /// The symptom stays for good (worn-out memory), and shows in the signal `emmc_bad_blocks` as well.
  package var isPermanent = false
  /// Normal ageing: the hazard grows by this share of its first value in each year since activation.
  package var ageingPerYear = 0.0
  /// Drift: change of ln(hazard) a day, of the whole fleet.
  package var driftADay = 0.0
}

/// A signal of a report and where its value comes from.
package struct SignalModel: Sendable {
  package enum Source: Sendable {
    case uptime, signalStrength, reconnects, bandSteers, throttledSeconds, badBlocks, wornShare
    /// Rises with the outdoor temperature and the device's place.
    case temperature(mean: Double)
    case level(mean: Double, spread: Double, within: ClosedRange<Double>)
    /// Happenings since the last report.
    case count(mean: Double)
    case hoursOfUse(perDay: Double)
    case word([String])
    case flag(share: Double)
  }
  package var name: String
  package var source: Source

  package init(_ name: String, _ source: Source) {
    self.name = name
    self.source = source
  }
}

/// A firmware version and how it reaches the fleet.
package struct Rollout: Sendable {
  package struct Stage: Sendable {
    /// Part of the fleet that is offered the version from `day` on.
    package var share: Double
    /// Day of the simulation; negative before its start.
    package var day: Int
    package init(share: Double, day: Int) {
      self.share = share
      self.day = day
    }
  }
  package var version: String
  package var stages: [Stage]
  /// The only region that it is offered in; `nil`: everywhere.
  package var region: String?

  package init(_ version: String, stages: [Stage], region: String? = nil) {
    self.version = version
    self.stages = stages
    self.region = region
  }

  /// Offered to everyone at once, before the simulation begins.
  static func before(_ version: String, day: Int) -> Rollout {
    Rollout(version, stages: [Stage(share: 1, day: day)])
  }

  /// Canary 5 %, then 25 %, then everyone.
  static func staged(_ version: String, _ canary: Int, _ quarter: Int, _ everyone: Int) -> Rollout {
    Rollout(
      version,
      stages: [Stage(share: 0.05, day: canary), Stage(share: 0.25, day: quarter), Stage(share: 1, day: everyone)])
  }
}
