/// One failure mode on two firmware versions, as `firmware compare` shows it: `to` against `from`.
package struct FirmwareComparisonItem: Hashable, Sendable, Codable {
  package var product: String
  package var failureMode: String
  package var from: String
  package var to: String
  /// The time up to which evidence was counted.
  @Known package var asOf: String?
  /// `better`, `worse`, `cannot_tell`, `not_identifiable`.
  package var verdict: String
  @Known package var rateRatio: Estimate?
  /// That the rate ratio is above 1.
  @Known package var probabilityWorse: Double?
  package var overdispersion: Double
  /// Groups of equal bucket, region, carrier, batch and age with devices on both.
  package var sets: Int
  package var fromEvidence: Side
  package var toEvidence: Side
  /// Of `to`: the ratio, and the chance that it would show, that `daysUntilTold` is about.
  package var toldRatio: Double
  package var power: Double
  @Known package var daysUntilTold: Int?
  /// The days of evidence that are kept.
  package var windowDays: Int
  package var explanation: String

  package struct Side: Hashable, Sendable, Codable {
    package var deviceDays: Double
    package var onsets: Int
    /// Without anything of the other firmware to compare them with.
    package var deviceDaysApart: Double
    package var onsetsApart: Int

    package init(deviceDays: Double, onsets: Int, deviceDaysApart: Double, onsetsApart: Int) {
      self.deviceDays = deviceDays
      self.onsets = onsets
      self.deviceDaysApart = deviceDaysApart
      self.onsetsApart = onsetsApart
    }

    private enum CodingKeys: String, CodingKey {
      case deviceDays = "device_days"
      case onsets
      case deviceDaysApart = "device_days_apart"
      case onsetsApart = "onsets_apart"
    }
  }

  package init(
    product: String, failureMode: String, from: String, to: String, asOf: String?, verdict: String,
    rateRatio: Estimate?, probabilityWorse: Double?, overdispersion: Double, sets: Int, fromEvidence: Side,
    toEvidence: Side, toldRatio: Double, power: Double, daysUntilTold: Int?, windowDays: Int, explanation: String
  ) {
    self.product = product
    self.failureMode = failureMode
    self.from = from
    self.to = to
    self.asOf = asOf
    self.verdict = verdict
    self.rateRatio = rateRatio
    self.probabilityWorse = probabilityWorse
    self.overdispersion = overdispersion
    self.sets = sets
    self.fromEvidence = fromEvidence
    self.toEvidence = toEvidence
    self.toldRatio = toldRatio
    self.power = power
    self.daysUntilTold = daysUntilTold
    self.windowDays = windowDays
    self.explanation = explanation
  }

  private enum CodingKeys: String, CodingKey {
    case product
    case failureMode = "failure_mode"
    case from, to
    case asOf = "as_of"
    case verdict
    case rateRatio = "rate_ratio"
    case probabilityWorse = "probability_worse"
    case overdispersion, sets
    case fromEvidence = "from_evidence"
    case toEvidence = "to_evidence"
    case toldRatio = "told_ratio"
    case power
    case daysUntilTold = "days_until_told"
    case windowDays = "window_days"
    case explanation
  }
}
