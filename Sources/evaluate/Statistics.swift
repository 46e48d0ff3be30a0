import FleetSimulation
import Foundation

/// A figure with its 95 % interval and what it rests on.
struct Estimate: Codable, Hashable, Sendable {
  var value: Double
  var low: Double
  var high: Double
  /// How many it is a share, mean or median of.
  var count: Int
}

enum Statistics {
  private static let z95 = 1.959_963_985
  private static let draws = 2000

  /// A share with the interval of Wilson (1927). For 9 of 10: 0.596 to 0.982.
  static func share(_ hits: Int, of count: Int) -> Estimate? {
    guard count > 0 else { return nil }
    let n = Double(count)
    let p = Double(hits) / n
    let z = z95
    let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    let reach = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return Estimate(value: p, low: max(0, middle - reach), high: min(1, middle + reach), count: count)
  }

  /// A figure over units (fleets, machines, drives) with the percentile bootstrap's interval (Efron 1979): units are drawn with
  /// replacement, seeded. `nil` where the figure doesn't exist.
  static func bootstrap<Unit>(_ units: [Unit], count: Int, _ figure: ([Unit]) -> Double?) -> Estimate? {
    guard let value = figure(units) else { return nil }
    var random = SplitMix(state: 20_251_126)
    var values: [Double] = []
    for _ in 0..<draws {
      let sample = units.indices.map { _ in units[random.index(below: units.count)] }
      if let drawn = figure(sample) { values.append(drawn) }
    }
    values.sort()
    guard let first = values.first else { return Estimate(value: value, low: value, high: value, count: count) }
    func at(_ share: Double) -> Double {
      values.isEmpty ? first : values[min(values.count - 1, Int(share * Double(values.count)))]
    }
    return Estimate(value: value, low: at(0.025), high: at(0.975), count: count)
  }

  static func median(_ values: [Double]) -> Double? {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

extension SplitMix {
  mutating func index(below count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }
}
