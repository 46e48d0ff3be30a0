/// A figure with its 90 % interval.
package struct Estimate: Hashable, Sendable, Codable {
  package var mean: Double
  package var low: Double
  package var high: Double

  package init(mean: Double, low: Double, high: Double) {
    self.mean = mean
    self.low = low
    self.high = high
  }
}
