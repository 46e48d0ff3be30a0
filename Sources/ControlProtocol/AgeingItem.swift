/// How one failure mode sets in with age in one cohort, as `model ageing` shows it.
package struct AgeingItem: Hashable, Sendable, Codable {
  package var product: String
  package var failureMode: String
  /// `nil`: the whole product.
  @Known package var batch: String?
  @Known package var asOf: String?
  package var deviceDays: Double
  package var onsets: Int
  /// `wear_out`, `infant_mortality`, `random`, `cannot_tell`, `not_identifiable`.
  package var pattern: String
  /// Of a Weibull hazard: above 1 devices wear out.
  @Known package var shape: Estimate?
  @Known package var scaleDays: Double?
  /// Batches whose devices are of several ages, with onsets.
  package var batchesThatTell: Int
  /// A day, in the last week.
  package var devicesAtRisk: Double
  package var forecasts: [Forecast]
  package var bins: [Bin]
  package var explanation: String

  package struct Forecast: Hashable, Sendable, Codable {
    package var days: Double
    package var onsets: Estimate
    package init(days: Double, onsets: Estimate) {
      self.days = days
      self.onsets = onsets
    }
  }

  package struct Bin: Hashable, Sendable, Codable {
    /// Days since activation; both `nil` where that isn't known.
    @Known package var fromDays: Double?
    @Known package var untilDays: Double?
    package var deviceDays: Double
    package var onsets: Int
    @Known package var hazardPerDay: Estimate?
    /// Mean cumulative function at the bin's end: onsets a device.
    @Known package var cumulative: Estimate?

    package init(
      fromDays: Double?, untilDays: Double?, deviceDays: Double, onsets: Int, hazardPerDay: Estimate?,
      cumulative: Estimate?
    ) {
      self.fromDays = fromDays
      self.untilDays = untilDays
      self.deviceDays = deviceDays
      self.onsets = onsets
      self.hazardPerDay = hazardPerDay
      self.cumulative = cumulative
    }

    private enum CodingKeys: String, CodingKey {
      case fromDays = "from_days"
      case untilDays = "until_days"
      case deviceDays = "device_days"
      case onsets
      case hazardPerDay = "hazard_per_day"
      case cumulative
    }
  }

  package init(
    product: String, failureMode: String, batch: String?, asOf: String?, deviceDays: Double, onsets: Int,
    pattern: String, shape: Estimate?, scaleDays: Double?, batchesThatTell: Int, devicesAtRisk: Double,
    forecasts: [Forecast], bins: [Bin], explanation: String
  ) {
    self.product = product
    self.failureMode = failureMode
    self.batch = batch
    self.asOf = asOf
    self.deviceDays = deviceDays
    self.onsets = onsets
    self.pattern = pattern
    self.shape = shape
    self.scaleDays = scaleDays
    self.batchesThatTell = batchesThatTell
    self.devicesAtRisk = devicesAtRisk
    self.forecasts = forecasts
    self.bins = bins
    self.explanation = explanation
  }

  private enum CodingKeys: String, CodingKey {
    case product
    case failureMode = "failure_mode"
    case batch
    case asOf = "as_of"
    case deviceDays = "device_days"
    case onsets, pattern, shape
    case scaleDays = "scale_days"
    case batchesThatTell = "batches_that_tell"
    case devicesAtRisk = "devices_at_risk"
    case forecasts, bins, explanation
  }
}
