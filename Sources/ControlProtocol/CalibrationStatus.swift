extension StatusReport {
  /// Whether a failure mode's forecasts that came due lately (older ones are halved every fortnight) came true as often as
  /// was foretold.
  package struct Calibration: Hashable, Sendable, Codable {
    package var product: String
    package var failureMode: String
    package var expected: Double
    package var came: Double
    /// (came + 3) / (expected + 3).
    package var ratio: Double
    package var isDrifting: Bool

    package init(
      product: String, failureMode: String, expected: Double, came: Double, ratio: Double, isDrifting: Bool
    ) {
      self.product = product
      self.failureMode = failureMode
      self.expected = expected
      self.came = came
      self.ratio = ratio
      self.isDrifting = isDrifting
    }

    private enum CodingKeys: String, CodingKey {
      case product
      case failureMode = "failure_mode"
      case expected, came, ratio
      case isDrifting = "is_drifting"
    }
  }
}
