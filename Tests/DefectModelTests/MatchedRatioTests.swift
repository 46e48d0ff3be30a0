import Testing
import Vocabulary

@testable import DefectModel

struct MatchedRatioTests {
  private typealias SetOfDevices = MatchedSets.Informative

  private func set(_ first: Int64, _ second: Int64, onsets: (Int64, Int64), cluster: UInt64 = 0) -> SetOfDevices {
    SetOfDevices(
      cluster: cluster, pair: .init(first: first, second: second), onsets: onsets.0 + onsets.1, onsetsOfSecond: onsets.1
    )
  }

  /// Poisson by counting trials.
  private func draw(_ mean: Double, _ generator: inout SeededGenerator) -> Int64 {
    var count: Int64 = 0
    for _ in 0..<1000 where generator.unit() < mean / 1000 { count += 1 }
    return count
  }

  private func simulated(seed: UInt64, ratio: Double, sets: Int = 200, rate: Double = 0.02) -> [SetOfDevices] {
    var generator = SeededGenerator(seed: seed)
    return (0..<sets).compactMap { index in
      let (n, m) = (Int64(5 + generator.next() % 30), Int64(5 + generator.next() % 30))
      // Each set has a rate of its own, over two powers of ten.
      let own = rate * exponential(4 * generator.unit() - 2)
      let first = draw(own * Double(n), &generator)
      let second = draw(own * ratio * Double(m), &generator)
      return first + second > 0 ? set(n, m, onsets: (first, second), cluster: UInt64(index % 25)) : nil
    }
  }

  @Test func `one set of 30 and 10 onsets at equal exposure has a ratio of 3, shrunk as the prior says`() {
    let estimate = MatchedRatio([set(100, 100, onsets: (10, 30))])
    let weight = 2.25 / (2.25 + 0.1333)
    // The mean lies 0.03 above the top: the likelihood leans to the right.
    #expect(abs(logarithm(estimate.ratio.mean) - 1.0986 * weight - 0.03) < 0.02)
    let deviation = (0.1333 * weight).squareRoot()
    #expect(abs(logarithm(estimate.ratio.high / estimate.ratio.low) - 2 * 1.645 * deviation) < 0.05)
    #expect(estimate.overdispersion == 1)
  }

  /// The posterior by brute force: binomial terms one by one, on a grid of the ratio itself.
  private func bruteForce(_ sets: [SetOfDevices]) -> (low: Double, mean: Double, high: Double, above: Double) {
    let grid = (0...80_000).map { -12 + 24 * Double($0) / 80_000 }
    let logs = grid.map { theta -> Double in
      var sum = -theta * theta / 4.5
      for set in sets {
        let share = exponential(theta) * Double(set.pair.second)
        let other = Double(set.pair.first)
        sum += Double(set.onsetsOfSecond) * logarithm(share / (share + other))
        sum += Double(set.onsets - set.onsetsOfSecond) * logarithm(other / (share + other))
      }
      return sum
    }
    let top = logs.max() ?? 0
    let weights = logs.map { exponentialOfAny($0 - top) }
    let total = weights.reduce(0, +)
    func quantile(_ level: Double) -> Double {
      var sum = 0.0
      for (weight, point) in zip(weights, grid) {
        sum += weight / total
        if sum >= level { return exponential(point) }
      }
      return .infinity
    }
    let mean = zip(weights, grid).reduce(0) { $0 + $1.0 * $1.1 } / total
    let above = zip(weights, grid).reduce(0) { $1.1 > 0 ? $0 + $1.0 / total : $0 }
    return (quantile(0.05), exponential(mean), quantile(0.95), above)
  }

  @Test(arguments: [(0, 5), (7, 0), (1, 1), (12, 40)] as [(Int64, Int64)])
  func `few onsets, or none on a side, have the posterior that plain summing finds`(first: Int64, second: Int64) {
    let sets = [
      set(40, 10, onsets: (first / 2, second - second / 2)), set(15, 60, onsets: (first - first / 2, second / 2)),
    ].filter { $0.onsets > 0 }
    let estimate = MatchedRatio(sets)
    let slow = bruteForce(sets)
    #expect(abs(logarithm(estimate.ratio.mean / slow.mean)) < 0.002)
    #expect(abs(logarithm(estimate.ratio.low / slow.low)) < 0.01)
    #expect(abs(logarithm(estimate.ratio.high / slow.high)) < 0.01)
    #expect(abs(estimate.probabilityAbove - slow.above) < 0.002)
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `it agrees with Mantel and Haenszel, and swapping the sides inverts it`(seed: UInt64) {
    let sets = simulated(seed: seed, ratio: 2, sets: 400, rate: 0.05)
    var numerator = 0.0
    var denominator = 0.0
    for set in sets {
      let (n, m) = (Double(set.pair.first), Double(set.pair.second))
      numerator += Double(set.onsetsOfSecond) * n / (n + m)
      denominator += Double(set.onsets - set.onsetsOfSecond) * m / (n + m)
    }
    let estimate = MatchedRatio(sets)
    #expect(abs(logarithm(estimate.ratio.mean / (numerator / denominator))) < 0.05)
    let swapped = MatchedRatio(
      sets.map {
        set(
          $0.pair.second, $0.pair.first, onsets: ($0.onsetsOfSecond, $0.onsets - $0.onsetsOfSecond), cluster: $0.cluster
        )
      })
    #expect(abs(swapped.ratio.mean * estimate.ratio.mean - 1) < 1e-6)
    #expect(abs(swapped.ratio.low * estimate.ratio.high - 1) < 1e-6)
    #expect(abs(swapped.probabilityAbove + estimate.probabilityAbove - 1) < 1e-6)
    #expect(abs(swapped.overdispersion - estimate.overdispersion) < 1e-6)
  }

  @Test(arguments: [1, 1.8]) func `the interval holds the truth nine times in ten`(truth: Double) {
    let runs = 300
    var held = 0
    for seed in 1...UInt64(runs) {
      let ratio = MatchedRatio(simulated(seed: 1000 + seed, ratio: truth)).ratio
      if ratio.low <= truth, truth <= ratio.high { held += 1 }
    }
    // 87 %: three standard deviations below what a 92 % interval (φ is never below 1) would hold.
    #expect(Double(held) / Double(runs) >= 0.87, "\(held) of \(runs)")
  }

  @Test func `clusters that differ by more than chance widen the interval`() {
    // In half of the places the second firmware is four times worse, in half four times better.
    let sets = (0..<40).map { index in
      set(50, 50, onsets: index % 2 == 0 ? (2, 8) : (8, 2), cluster: UInt64(index))
    }
    let estimate = MatchedRatio(sets)
    #expect(estimate.overdispersion > 3)
    #expect(estimate.ratio.low < 0.8 && estimate.ratio.high > 1.25)
  }

  @Test func `another onset of the second firmware never lowers its ratio`() {
    var sets = simulated(seed: 77, ratio: 1, sets: 9)
    for index in sets.indices {
      let before = MatchedRatio(sets).ratio.mean
      sets[index].onsets += 1
      sets[index].onsetsOfSecond += 1
      #expect(MatchedRatio(sets).ratio.mean > before)
    }
  }
}
