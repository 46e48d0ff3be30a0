/// A mean with its 90 % credible interval.
package struct Interval: Hashable, Sendable, Codable {
  package var mean: Double
  package var low: Double
  package var high: Double

  package init(mean: Double, low: Double, high: Double) {
    self.mean = mean
    self.low = low
    self.high = high
  }
}

/// What a defect is put down to.
package enum Cause: String, Sendable, Codable, CaseIterable {
  case batch, firmware, environment, unresolved
  case batchAndFirmware = "batch_and_firmware"
  case batchAndEnvironment = "batch_and_environment"
  case firmwareAndEnvironment = "firmware_and_environment"
}

/// A cause and the group of devices it concerns. `nil` where the cause doesn't name it.
package struct Cohort: Hashable, Sendable, Codable {
  package var cause: Cause
  package var batch: Symbol?
  package var firmware: Symbol?
  package var region: Symbol?

  package init(cause: Cause, batch: Symbol? = nil, firmware: Symbol? = nil, region: Symbol? = nil) {
    self.cause = cause
    self.batch = batch
    self.firmware = firmware
    self.region = region
  }

  /// Whether a device of this batch, firmware and region belongs to the group.
  package func includes(_ covariates: Covariates) -> Bool {
    (batch == nil || batch == covariates.batch) && (firmware == nil || firmware == covariates.firmware)
      && (region == nil || region == covariates.region)
  }
}

/// Shares of a hazard (or of a cohort's excess) by cause; they sum to 1.
package struct Attribution: Hashable, Sendable, Codable {
  package var batch: Double
  package var firmware: Double
  package var environment: Double
  package var device: Double
  package var unknown: Double

  package init(
    batch: Double = 0, firmware: Double = 0, environment: Double = 0, device: Double = 0, unknown: Double = 0
  ) {
    self.batch = batch
    self.firmware = firmware
    self.environment = environment
    self.device = device
    self.unknown = unknown
  }
}

/// One explanation among several that the data can't separate, or the runner-up.
package struct Candidate: Hashable, Sendable {
  /// A cause is named alone once it is 95 % likely against the other that may be it.
  package static let oddsOfNaming = 19.0

  package var cohort: Cohort
  package var probability: Double

  package init(cohort: Cohort, probability: Double) {
    self.cohort = cohort
    self.probability = probability
  }
}

/// What the model holds of one cohort in one failure mode, as of a bucket's end.
package struct CohortBelief: Hashable, Sendable {
  package var cohort: Cohort
  /// Against what the other devices of the same strata and buckets did.
  package var rateRatio: Interval
  /// That the rate ratio is above 1.3: the posterior gate wants ≥ 0.99.
  package var probability: Double
  /// The sequential gate (e-detector): ln of the evidence, and the line it must reach.
  package var logEvidence: Double
  package var logThreshold: Double
  package var isSequentialGateOpen: Bool { logEvidence >= logThreshold }
  package var isPosteriorGateOpen: Bool
  package var attribution: Attribution
  package var deviceDays: Double
  package var failures: Int
  /// Failures that the same devices would have had at the controls' rate.
  package var expectedFailures: Double
  /// Devices-days and failures of the controls: other devices in the same strata and buckets.
  package var controlDeviceDays: Double
  package var controlFailures: Int
  /// Start of the first changed bucket.
  package var onset: EventTime?
  /// Competing explanations, the likeliest first; for an unresolved cohort, those it can't choose between.
  package var candidates: [Candidate]
  /// What would separate the candidates, in words; only for an unresolved cohort.
  package var separation: String?
  /// Later firmware on which the same devices' hazard is back to normal, with how that is known.
  package var fixes: [Fix]
  /// The profile's entry for this cohort, if there is one.
  package var known: FirmwareProfile.KnownDefect?
  /// What those who looked at its suspects found; `probability` holds it.
  package var verdicts: VerdictEvidence?

  package struct VerdictEvidence: Hashable, Sendable {
    package var tally: VerdictTally
    /// What rates alone say.
    package var probabilityByRates: Double
    package init(tally: VerdictTally, probabilityByRates: Double) {
      self.tally = tally
      self.probabilityByRates = probabilityByRates
    }
  }
  /// What the same kind of devices did before they had the firmware, where nobody else was there to compare with; else `nil`.
  package var before: Before?

  package struct Before: Hashable, Sendable {
    package var deviceDays: Double
    package var failures: Int
    package init(deviceDays: Double, failures: Int) {
      self.deviceDays = deviceDays
      self.failures = failures
    }
  }

  package struct Fix: Hashable, Sendable {
    package var firmware: Symbol
    /// P(rate ratio < 1.15) from the cells; `nil` where only the profile claims it.
    package var probability: Double?
    package var isClaimedByProfile: Bool
    package init(firmware: Symbol, probability: Double?, isClaimedByProfile: Bool) {
      self.firmware = firmware
      self.probability = probability
      self.isClaimedByProfile = isClaimedByProfile
    }
  }

  package init(
    cohort: Cohort, rateRatio: Interval, probability: Double, logEvidence: Double, logThreshold: Double,
    isPosteriorGateOpen: Bool, attribution: Attribution, deviceDays: Double, failures: Int, expectedFailures: Double,
    controlDeviceDays: Double, controlFailures: Int, onset: EventTime?, candidates: [Candidate] = [],
    separation: String? = nil, fixes: [Fix] = [], known: FirmwareProfile.KnownDefect? = nil, before: Before? = nil
  ) {
    self.cohort = cohort
    self.rateRatio = rateRatio
    self.probability = probability
    self.logEvidence = logEvidence
    self.logThreshold = logThreshold
    self.isPosteriorGateOpen = isPosteriorGateOpen
    self.attribution = attribution
    self.deviceDays = deviceDays
    self.failures = failures
    self.expectedFailures = expectedFailures
    self.controlDeviceDays = controlDeviceDays
    self.controlFailures = controlFailures
    self.onset = onset
    self.candidates = candidates
    self.separation = separation
    self.fixes = fixes
    self.known = known
    self.before = before
  }
}

/// A stratum in which everything failed more than usual for a while: weather or a network, no defect of devices.
package struct EnvironmentIncident: Hashable, Sendable {
  package var region: Symbol
  package var carrier: Symbol
  package var bucket: Bucket
  package var failures: Int
  package var expectedFailures: Double

  package init(region: Symbol, carrier: Symbol, bucket: Bucket, failures: Int, expectedFailures: Double) {
    self.region = region
    self.carrier = carrier
    self.bucket = bucket
    self.failures = failures
    self.expectedFailures = expectedFailures
  }
}

/// What one pass of the model holds of one failure mode.
package struct ModeBelief: Hashable, Sendable {
  package var mode: ModeKey
  /// The cohorts that are near or over a gate, the strongest first.
  package var cohorts: [CohortBelief]
  package var incidents: [EnvironmentIncident]

  package init(mode: ModeKey, cohorts: [CohortBelief], incidents: [EnvironmentIncident]) {
    self.mode = mode
    self.cohorts = cohorts
    self.incidents = incidents
  }
}

/// What is held of one device in one failure mode, as of a bucket's end.
package struct DeviceBelief: Hashable, Sendable {
  package var identity: DeviceIdentity
  package var mode: Symbol
  package var facts: Facts
  package var covariates: Covariates
  /// At least one onset within the mode's horizon.
  package var probability: Interval
  package var attribution: Attribution
  /// The same, had the device this firmware instead: for each firmware that may fix a finding it belongs to.
  package var probabilityByFirmware: [Symbol: Interval]
  /// The same in humid weather throughout; `nil` where weather makes no difference to this device.
  package var probabilityIfHumid: Interval?
  /// A new unit of the profile's replacement, at the fleet's ordinary rate.
  package var probabilityOfReplacement: Double
  package var reports: Int
  package var onsets: Int
  /// The end of the bucket of the last one, unless it came with an incident of the place.
  package var lastOnset: EventTime?
  /// Other devices of the same customer, of any product, that had an onset of this mode.
  package var customersOtherDevicesAffected: Int
  /// What those who looked at the device found.
  package var verdict: DeviceVerdict?

  package init(
    identity: DeviceIdentity, mode: Symbol, facts: Facts, covariates: Covariates, probability: Interval,
    attribution: Attribution, probabilityByFirmware: [Symbol: Interval] = [:], probabilityIfHumid: Interval? = nil,
    probabilityOfReplacement: Double = 0, reports: Int = 0, onsets: Int = 0, lastOnset: EventTime? = nil,
    customersOtherDevicesAffected: Int = 0, verdict: DeviceVerdict? = nil
  ) {
    self.lastOnset = lastOnset
    self.verdict = verdict
    self.identity = identity
    self.mode = mode
    self.facts = facts
    self.covariates = covariates
    self.probability = probability
    self.attribution = attribution
    self.probabilityByFirmware = probabilityByFirmware
    self.probabilityIfHumid = probabilityIfHumid
    self.probabilityOfReplacement = probabilityOfReplacement
    self.reports = reports
    self.onsets = onsets
    self.customersOtherDevicesAffected = customersOtherDevicesAffected
  }
}

/// All that one model pass hands to triage.
package struct PassBeliefs: Sendable {
  /// The end of the closed bucket.
  package var decidedAt: EventTime
  package var modes: [ModeBelief]
  /// Devices that may need care: over the cheapest remedy's line, or with a live ticket. Sorted.
  package var devices: [DeviceBelief]

  package init(decidedAt: EventTime, modes: [ModeBelief], devices: [DeviceBelief]) {
    self.decidedAt = decidedAt
    self.modes = modes
    self.devices = devices
  }
}
