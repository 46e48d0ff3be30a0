/// Forecasts of one mode against what became of them, by bin of the forecast: integers that add, so that shards merge and
/// order doesn't matter.
///
/// Of a device's probability p within the mode's horizon, by its final buckets, the cumulative hazard Λ = −ln(1 − p) says the
/// bin: three to each doubling from 2⁻²⁰ (one in a million) on. A bin keeps how many forecasts were made and their sum of p,
/// in units of 1e-9, and how many of them were settled a horizon later and had an onset.
package struct CalibrationTally: Hashable, Sendable {
  static let bins = 64
  static let unit = 1e-9
  /// Forecasts are made once the variance of the logarithm of the product's rate is at most this: five onsets. Those of the
  /// first days rest on the prior rate alone; a horizon later they say how far it was off, and nothing of a model that has
  /// seen the fleet.
  static let knownVariance = 0.2

  struct Bin: Hashable, Sendable {
    var forecasts: Int64 = 0
    var sum: Int64 = 0
    var settled: Int64 = 0
    var came: Int64 = 0

    var isEmpty: Bool { forecasts == 0 && settled == 0 }
    /// Mean forecast.
    var mean: Double { forecasts > 0 ? Double(sum) * CalibrationTally.unit / Double(forecasts) : 0 }
  }

  /// Numbered from 1: 0 says that there is no forecast.
  private(set) var values = [Bin](repeating: Bin(), count: bins + 1)

  package init() {}

  init(_ values: [Bin]) { self.values = values }

  var isEmpty: Bool { values.allSatisfy(\.isEmpty) }

  /// Checkable: p = 0.5 is Λ = 0.693, (log₂ Λ + 20) · 3 = 58.4, bin 59.
  static func bin(of probability: Double) -> UInt8 {
    let hazard = -logarithmOfOnePlus(-min(max(probability, 1e-9), 1 - 1e-9))
    return UInt8(min(max((logarithm(hazard) / logarithm(2) + 20) * 3 + 1, 1), Double(bins)))
  }

  /// A forecast is made; answers its bin.
  package mutating func forecast(_ probability: Double) -> UInt8 {
    let bin = Self.bin(of: probability)
    values[Int(bin)].forecasts += 1
    values[Int(bin)].sum += Int64((probability / Self.unit).rounded())
    return bin
  }

  package mutating func settle(_ bin: UInt8, came: Bool) {
    guard bin > 0, Int(bin) <= Self.bins else { return }
    values[Int(bin)].settled += 1
    values[Int(bin)].came += came ? 1 : 0
  }

  package static func += (left: inout CalibrationTally, right: CalibrationTally) {
    for bin in left.values.indices {
      left.values[bin].forecasts += right.values[bin].forecasts
      left.values[bin].sum += right.values[bin].sum
      left.values[bin].settled += right.values[bin].settled
      left.values[bin].came += right.values[bin].came
    }
  }

  /// Settled forecasts in ascending order: how many, the sum of their probabilities, how many had an onset.
  package var table: [(count: Int, expected: Double, came: Int)] {
    values.filter { $0.settled > 0 }.map { (Int($0.settled), $0.mean * Double($0.settled), Int($0.came)) }
  }
}

/// The monotone recalibration of a mode's probabilities by what became of its forecasts, as a factor on the cumulative hazard
/// Λ (design, section 5), so that any horizon and any scenario can be brought through.
///
/// Each bin's share of onsets is drawn to its mean forecast p̄ with the weight of three onsets, q = (came + 3) / (settled +
/// 3/p̄); neighbours that fall are pooled (isotonic regression by pool-adjacent-violators, Ayer et al. 1955); between the
/// bins' means ln[Λ(q) / Λ(p̄)] runs straight in ln Λ.
///
/// Checkable: 100 settled forecasts of 0.1 with 20 onsets: q = 23 / 130 = 0.177, the factor is 0.1947 / 0.1054 = 1.85.
struct CalibrationMap: Sendable, Hashable {
  private static let priorOnsets = 3.0
  /// ln Λ of the bins' means, ascending, and the logarithm of the factor there.
  private var knots: [(position: Double, factor: Double)] = []

  static let identity = CalibrationMap()

  static func == (left: CalibrationMap, right: CalibrationMap) -> Bool {
    left.knots.elementsEqual(right.knots) { $0 == $1 }
  }

  func hash(into hasher: inout Hasher) { for knot in knots { hasher.combine(knot.factor) } }

  private init() {}

  init(_ tally: CalibrationTally) {
    var blocks: [(weight: Double, share: Double, means: [Double])] = []
    for bin in tally.values where bin.settled > 0 && bin.mean > 0 {
      let weight = Double(bin.settled) + Self.priorOnsets / bin.mean
      blocks.append((weight, (Double(bin.came) + Self.priorOnsets) / weight, [bin.mean]))
      while blocks.count > 1, blocks[blocks.count - 1].share < blocks[blocks.count - 2].share {
        let upper = blocks.removeLast()
        let lower = blocks.removeLast()
        let weight = lower.weight + upper.weight
        blocks.append(
          (weight, (lower.share * lower.weight + upper.share * upper.weight) / weight, lower.means + upper.means))
      }
    }
    for block in blocks {
      for mean in block.means {
        let before = Self.hazard(mean)
        knots.append((logarithm(before), logarithm(Self.hazard(block.share) / before)))
      }
    }
  }

  private static func hazard(_ probability: Double) -> Double {
    -logarithmOfOnePlus(-min(max(probability, 1e-9), 1 - 1e-6))
  }

  /// What the cumulative hazard is to be multiplied by, where it is `hazard` within the mode's horizon.
  func factor(_ hazard: Double) -> Double {
    guard let first = knots.first, let last = knots.last, hazard > 0 else { return 1 }
    let position = logarithm(hazard)
    if position <= first.position { return exponential(first.factor) }
    if position >= last.position { return exponential(last.factor) }
    var upper = 1
    while knots[upper].position < position { upper += 1 }
    let (left, right) = (knots[upper - 1], knots[upper])
    let share = right.position > left.position ? (position - left.position) / (right.position - left.position) : 0
    return exponential(left.factor + share * (right.factor - left.factor))
  }
}
