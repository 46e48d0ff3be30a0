/// The probability of at least one onset in [as_of, as_of + horizon), from evidence before `as_of`.
package struct PredictionItem: Hashable, Sendable, Codable {
  package var device: String
  package var product: String
  package var failureMode: String
  package var asOf: String
  package var horizonDays: Double
  package var probability: Double
  package var low: Double
  package var high: Double

  package init(
    device: String, product: String, failureMode: String, asOf: String, horizonDays: Double, probability: Double,
    low: Double, high: Double
  ) {
    self.device = device
    self.product = product
    self.failureMode = failureMode
    self.asOf = asOf
    self.horizonDays = horizonDays
    self.probability = probability
    self.low = low
    self.high = high
  }

  private enum CodingKeys: String, CodingKey {
    case device, product
    case failureMode = "failure_mode"
    case asOf = "as_of"
    case horizonDays = "horizon_days"
    case probability, low, high
  }
}
