import ControlProtocol
import Foundation
import Vocabulary

/// Events that care avoided among the devices that got it: their time times the difference of two Poisson rates, each with
/// Jeffreys' prior, a gamma distribution of shape count + 1/2. With 3 contacts in 100 device-days of holdout and 2 in 900 of
/// care the mean is 900 · (3/100 − 2/900) = 25.
struct ImpactEstimate {
  /// Differences drawn from the two posteriors, in order.
  private(set) var draws: [Double]
  let mean: Double
  private let variance: Double

  private static let count = 4000

  /// `nil`: one of the arms has no time yet.
  init?(careEvents: Int, careDays: Double, holdoutEvents: Int, holdoutDays: Double, seed: UInt64) {
    guard careDays > 0, holdoutDays > 0 else { return nil }
    var random = GammaDraws(seed: seed)
    mean = careDays * Double(holdoutEvents) / holdoutDays - Double(careEvents)
    draws = (0..<Self.count).map { _ in
      let holdout = random.next(shape: Double(holdoutEvents) + 0.5) / holdoutDays
      let care = random.next(shape: Double(careEvents) + 0.5) / careDays
      return careDays * (holdout - care)
    }
    let share = careDays / holdoutDays
    variance = share * share * (Double(holdoutEvents) + 0.5) + Double(careEvents) + 0.5
  }

  private init(draws: [Double], mean: Double, variance: Double) {
    self.draws = draws
    self.mean = mean
    self.variance = variance
  }

  /// Of independent modes.
  static func sum(_ parts: [ImpactEstimate]) -> ImpactEstimate? {
    guard let first = parts.first else { return nil }
    return parts.dropFirst().reduce(first) { sum, part in
      ImpactEstimate(
        draws: zip(sum.draws, part.draws).map(+), mean: sum.mean + part.mean, variance: sum.variance + part.variance)
    }
  }

  var avoided: ImpactReport.Avoided {
    let sorted = draws.sorted()
    let (low, high) = (sorted[Self.count / 20], sorted[Self.count - 1 - Self.count / 20])
    return ImpactReport.Avoided(
      mean: mean.toSixDigits, low: low.toSixDigits, high: high.toSixDigits, known: low > 0 || high < 0)
  }

  /// How many times the data of now it would take at the present rates until the interval leaves out 0: variance grows as
  /// the data do, the difference's square as their square. `nil`: at the present rates never.
  var timesTheData: Double? {
    guard mean != 0 else { return nil }
    let times = 1.645 * 1.645 * variance / (mean * mean)
    return times.isFinite ? max(1, times) : nil
  }
}

/// Draws from gamma distributions of rate 1 (Marsaglia & Tsang 2000), the same for the same seed.
private struct GammaDraws {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(shape: Double) -> Double {
    // Below 1 by one step up: X(a) = X(a + 1) · U^(1/a).
    guard shape >= 1 else { return next(shape: shape + 1) * pow(uniform(), 1 / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = (1 + c * x) * (1 + c * x) * (1 + c * x)
      if v > 0, log(uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }

  /// Box and Muller.
  private mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }

  /// In (0, 1), by splitmix64.
  private mutating func uniform() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    mixed ^= mixed >> 31
    return (Double(mixed >> 11) + 0.5) * 0x1p-53
  }
}
