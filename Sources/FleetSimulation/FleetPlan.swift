package import Vocabulary

/// Everything that makes a fleet: the same plan gives the same bytes (on one machine: logarithms differ by libm).
package struct FleetPlan: Sendable {
  package var root = "forewarn"
  package var seed: UInt64
  package var devices: Int
  package var days: Int
  /// Midnight UTC of day 0.
  package var start: EventTime
  package var products: [ProductModel]
  package var regions: [Region] = Region.six
  /// Names and shares of subscribers; the shares differ by region.
  package var carriers = ["carrier-1", "carrier-2", "carrier-3"]
  package var batchesPerProduct = 13
  /// Days between two batches; the newest was made so many days before the start.
  package var batchSpacingDays = 28
  package var defects: [PlantedDefect] = []
  package var outages: [PlannedOutage] = []
  package var artefacts: [PlannedArtefact] = []

  /// Gamma shape of how much devices of one kind differ; the larger, the more alike.
  package var frailtyShape = 3.0
  /// Standard deviation of ln(hazard) between harmless batches, and between harmless firmware versions.
  package var batchVariation = 0.1
  package var firmwareVariation = 0.03
  /// Factor on the hazard of radio modes on humid days.
  package var humidFactor = 1.4

  /// A device doesn't report on such a day; what happened comes with its next report.
  package var missingShare = 0.03
  /// Sent but never arrived: a gap in `seq`.
  package var lostShare = 0.002
  package var lateShare = 0.015
  package var duplicateShare = 0.004
  package var withoutSequenceShare = 0.03
  package var withoutTelemetryConsentShare = 0.003
  package var withoutContactConsentShare = 0.02
  /// How many devices have a clock that is three years fast.
  package var wrongClocks = 1
  /// Devices that install late, or are seldom on.
  package var slowInstallerShare = 0.12

  // What follows is left out of the demo and comes with the fleets of the evaluation.

  /// Devices whose registry entry names another batch than they are of.
  package var mislabelledShare = 0.0
  /// Chance a day of falling silent for good, whatever the reason: unplugged, given away, dead.
  package var silentHazard = 0.0
  /// Devices that are away once for 4 to 25 days.
  package var absenceShare = 0.0
  /// Demonstration devices in shops: never updated, and with the same symptom every day.
  package var stuckShare = 0.0
  /// Devices whose clock is up to 20 hours off.
  package var skewedClockShare = 0.0

  /// A region's climate and size.
  package struct Region: Sendable {
    package var id: String
    package var share: Double
    package var locale: String
    /// Yearly means; the warmest day is in mid July, or in mid January south of the equator.
    package var relativeHumidityPct: Double
    package var temperatureC: Double
    /// Half the difference between the warmest and the coldest day.
    package var seasonC: Double
    package var isSouthern = false

    static let six = [
      Region(
        id: "US-FL", share: 0.22, locale: "en-US", relativeHumidityPct: 75, temperatureC: 23, seasonC: 6),
      Region(id: "US-AZ", share: 0.14, locale: "en-US", relativeHumidityPct: 34, temperatureC: 22, seasonC: 11),
      Region(id: "US-WA", share: 0.16, locale: "en-US", relativeHumidityPct: 71, temperatureC: 11, seasonC: 7),
      Region(id: "DE-BY", share: 0.18, locale: "de-DE", relativeHumidityPct: 69, temperatureC: 10, seasonC: 10),
      Region(id: "GB-LND", share: 0.18, locale: "en-GB", relativeHumidityPct: 74, temperatureC: 12, seasonC: 7),
      Region(
        id: "BR-SP", share: 0.12, locale: "pt-BR", relativeHumidityPct: 73, temperatureC: 20, seasonC: 4,
        isSouthern: true),
    ]
  }

  package init(devices: Int, days: Int, seed: UInt64, start: EventTime, products: [ProductModel]) {
    self.devices = devices
    self.days = days
    self.seed = seed
    self.start = start
    self.products = products
  }

  /// No defect at all: rollouts, outages, weather and everything else that must not be taken for one.
  package static func null(devices: Int, days: Int, seed: UInt64, start: EventTime) -> FleetPlan {
    let products = ProductModel.shipped(days: days)
    var plan = FleetPlan(devices: devices, days: days, seed: seed, start: start, products: products)
    plan.outages = [
      PlannedOutage(
        carrier: "carrier-2", region: "US-FL", fromHour: days * 24 * 50 / 90 + 7, hours: 40, isAnnounced: true),
      PlannedOutage(
        carrier: "carrier-1", region: "GB-LND", fromHour: days * 24 * 62 / 90 + 5, hours: 30, isAnnounced: false),
    ]
    return plan
  }

  /// What `make demo` shows: one bad batch, one bad firmware that a later release cures, and two outages.
  ///
  /// The bad batch's 0.0015 × 24 = 3.6 % a day is a chance of 60 % within 30 days (gamma frailty of shape 3:
  /// 1 − (3/(3 + 1.08))³), well over the 0.4 from which a replacement pays. The bad firmware's 0.0015 × 6, times about
  /// 1.4 for humid days and weak signals, is 1.3 % a day and 31 % within 30 days: far over the price of a patch.
  package static func demo(devices: Int, days: Int, seed: UInt64, start: EventTime) -> FleetPlan {
    var plan = null(devices: devices, days: days, seed: seed, start: start)
    plan.defects = [
      PlantedDefect(
        .badBatch, product: "fire-tv-stick-4k-max", mode: "hdmi-cec-failure", batch: plan.batchesPerProduct - 2,
        relativeRisk: 24),
      PlantedDefect(
        .badFirmware, product: "echo-dot-5", mode: "wifi-dropout", firmware: "3.3.0", relativeRisk: 6, fixedBy: "3.4.0"),
    ]
    return plan
  }
}
