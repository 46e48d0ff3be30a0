/// What the model holds of one failure mode, as `model show` shows it.
package struct ModeReportItem: Hashable, Sendable, Codable {
  package var product: String
  package var failureMode: String
  @Known package var asOf: String?
  /// What cells hold: from the first bucket's start to the last one's end.
  package var evidence: Evidence
  /// Onsets a device-day of an ordinary device.
  package var baseRatePerDay: Estimate
  package var falseFindings: FalseFindings
  package var nearGate: [NearGate]
  package var effects: [Effect]
  /// `nil` until predictions have come due.
  @Known package var calibration: Calibration?
  /// What those who looked found; `nil` from a daemon of an earlier version.
  @Known package var verdicts: VerdictSummary?
  /// Of the forecasts that came due lately; `nil` before any did, and from an older daemon.
  @Known package var drift: StatusReport.Calibration?

  package struct Evidence: Hashable, Sendable, Codable {
    @Known package var from: String?
    @Known package var until: String?
    package var deviceDays: Double
    package var onsets: Int

    package init(from: String?, until: String?, deviceDays: Double, onsets: Int) {
      self.from = from
      self.until = until
      self.deviceDays = deviceDays
      self.onsets = onsets
    }

    private enum CodingKeys: String, CodingKey {
      case from, until
      case deviceDays = "device_days"
      case onsets
    }
  }

  /// The budget of the last seven days: `buckets / (20 × buckets a year)`, whatever the number of candidates.
  package struct FalseFindings: Hashable, Sendable, Codable {
    package var candidatesWatched: Int
    /// In which somebody failed.
    package var buckets: Int
    package var expectedAtMost: Double
    package var aYearAtMost: Double
    package var everOfKnownAtMost: Double
    package var logThreshold: Double

    package init(
      candidatesWatched: Int, buckets: Int, expectedAtMost: Double, aYearAtMost: Double, everOfKnownAtMost: Double,
      logThreshold: Double
    ) {
      self.candidatesWatched = candidatesWatched
      self.buckets = buckets
      self.expectedAtMost = expectedAtMost
      self.aYearAtMost = aYearAtMost
      self.everOfKnownAtMost = everOfKnownAtMost
      self.logThreshold = logThreshold
    }

    private enum CodingKeys: String, CodingKey {
      case candidatesWatched = "candidates_watched"
      case buckets
      case expectedAtMost = "expected_at_most"
      case aYearAtMost = "a_year_at_most"
      case everOfKnownAtMost = "ever_of_known_at_most"
      case logThreshold = "log_threshold"
    }
  }

  package struct NearGate: Hashable, Sendable, Codable {
    package var cause: String
    @Known package var batch: String?
    @Known package var firmware: String?
    package var logEvidence: Double
    package var logThreshold: Double
    package var isOpen: Bool

    package init(
      cause: String, batch: String?, firmware: String?, logEvidence: Double, logThreshold: Double, isOpen: Bool
    ) {
      self.cause = cause
      self.batch = batch
      self.firmware = firmware
      self.logEvidence = logEvidence
      self.logThreshold = logThreshold
      self.isOpen = isOpen
    }

    private enum CodingKeys: String, CodingKey {
      case cause, batch, firmware
      case logEvidence = "log_evidence"
      case logThreshold = "log_threshold"
      case isOpen = "is_open"
    }
  }

  /// A factor on the hazard against the average of the device's day and place.
  package struct Effect: Hashable, Sendable, Codable {
    /// A finding's cause, or `age` or `factor`.
    package var kind: String
    @Known package var batch: String?
    @Known package var firmware: String?
    /// What an age or a risk factor is.
    @Known package var label: String?
    package var ratio: Estimate

    package init(kind: String, batch: String?, firmware: String?, label: String?, ratio: Estimate) {
      self.kind = kind
      self.batch = batch
      self.firmware = firmware
      self.label = label
      self.ratio = ratio
    }
  }

  package struct Calibration: Hashable, Sendable, Codable {
    package var predictions: Int
    package var baseRate: Double
    package var error: Double
    package var brier: Score
    package var logLoss: Score
    package var bins: [Bin]

    package init(predictions: Int, baseRate: Double, error: Double, brier: Score, logLoss: Score, bins: [Bin]) {
      self.predictions = predictions
      self.baseRate = baseRate
      self.error = error
      self.brier = brier
      self.logLoss = logLoss
      self.bins = bins
    }

    private enum CodingKeys: String, CodingKey {
      case predictions
      case baseRate = "base_rate"
      case error, brier
      case logLoss = "log_loss"
      case bins
    }
  }

  package struct Score: Hashable, Sendable, Codable {
    package var model: Double
    package var ofBaseRate: Double
    package init(model: Double, ofBaseRate: Double) {
      self.model = model
      self.ofBaseRate = ofBaseRate
    }
    private enum CodingKeys: String, CodingKey {
      case model
      case ofBaseRate = "base_rate"
    }
  }

  package struct Bin: Hashable, Sendable, Codable {
    package var count: Int
    package var predicted: Double
    package var observed: Estimate
    package init(count: Int, predicted: Double, observed: Estimate) {
      self.count = count
      self.predicted = predicted
      self.observed = observed
    }
  }

  package init(
    product: String, failureMode: String, asOf: String?, evidence: Evidence, baseRatePerDay: Estimate,
    falseFindings: FalseFindings, nearGate: [NearGate], effects: [Effect], calibration: Calibration?,
    verdicts: VerdictSummary? = nil, drift: StatusReport.Calibration? = nil
  ) {
    self.verdicts = verdicts
    self.product = product
    self.failureMode = failureMode
    self.asOf = asOf
    self.evidence = evidence
    self.baseRatePerDay = baseRatePerDay
    self.falseFindings = falseFindings
    self.nearGate = nearGate
    self.effects = effects
    self.calibration = calibration
    self.drift = drift
  }

  private enum CodingKeys: String, CodingKey {
    case product
    case failureMode = "failure_mode"
    case asOf = "as_of"
    case evidence
    case baseRatePerDay = "base_rate_per_day"
    case falseFindings = "false_findings"
    case nearGate = "near_gate"
    case effects, calibration, verdicts, drift
  }
}
