import Foundation

/// Probabilities against what came, in fine bins of log-odds that add: one eighth each, from 10⁻⁶ to 1 − 10⁻⁶.
struct CalibrationBins: Codable, Hashable, Sendable {
  private(set) var counts: [Int]
  private(set) var probabilities: [Double]
  private(set) var happened: [Int]
  /// Sums of −ln of the probability that was given to what came, by the model and by who knows the hazards.
  private(set) var logLoss = 0.0
  private(set) var oracleLogLoss = 0.0
  /// The same by who knows all but each device's frailty, and learns that from its record.
  private(set) var learnableLogLoss = 0.0

  private static let number = 222
  private static let reach = 13.8

  init() {
    counts = Array(repeating: 0, count: Self.number)
    probabilities = Array(repeating: 0, count: Self.number)
    happened = counts
  }

  var count: Int { counts.reduce(0, +) }
  var events: Int { happened.reduce(0, +) }

  mutating func add(_ probability: Double, oracle: Double, learnable: Double, happened hasHappened: Bool) {
    let p = min(1 - 1e-6, max(1e-6, probability))
    let bin = Int((log(p / (1 - p)) + Self.reach) * 8)
    let place = min(Self.number - 1, max(0, bin))
    counts[place] += 1
    probabilities[place] += probability
    if hasHappened { happened[place] += 1 }
    logLoss += loss(probability, hasHappened)
    oracleLogLoss += loss(oracle, hasHappened)
    learnableLogLoss += loss(learnable, hasHappened)
  }

  /// With a floor of 10⁻⁹, so that one certainty that failed isn't infinite.
  private func loss(_ probability: Double, _ hasHappened: Bool) -> Double {
    hasHappened ? -log(max(1e-9, probability)) : -log1p(-min(1 - 1e-9, probability))
  }

  static func += (left: inout CalibrationBins, right: CalibrationBins) {
    for place in 0..<number {
      left.counts[place] += right.counts[place]
      left.probabilities[place] += right.probabilities[place]
      left.happened[place] += right.happened[place]
    }
    left.logLoss += right.logLoss
    left.oracleLogLoss += right.oracleLogLoss
    left.learnableLogLoss += right.learnableLogLoss
  }

  /// Log-loss of saying to all what is true on average.
  var baseLogLoss: Double {
    let n = Double(count)
    let k = Double(events)
    guard n > 0, k > 0, k < n else { return 0 }
    return -(k * log(k / n) + (n - k) * log(1 - k / n))
  }

  /// A bin of as many predictions as its neighbours (to within a fine bin, which is split in proportion).
  struct Group: Codable, Hashable { var count, probability, happened: Double }

  func equalCountGroups(_ groups: Int = 10) -> [Group] {
    let share = Double(count) / Double(groups)
    var result: [Group] = []
    var open = Group(count: 0, probability: 0, happened: 0)
    for place in 0..<Self.number where counts[place] > 0 {
      var left = 1.0
      let (n, p, k) = (Double(counts[place]), probabilities[place], Double(happened[place]))
      while n * left > 0 {
        let taken = min(left, max(0, (share - open.count) / n))
        open.count += n * taken
        open.probability += p * taken
        open.happened += k * taken
        left -= taken
        guard open.count >= share * (1 - 1e-9), result.count < groups - 1 else {
          if result.count == groups - 1 {
            open.count += n * left
            open.probability += p * left
            open.happened += k * left
          }
          if left < 1e-12 || result.count == groups - 1 { break }
          continue
        }
        result.append(open)
        open = Group(count: 0, probability: 0, happened: 0)
        if left < 1e-12 { break }
      }
    }
    if open.count > 0 { result.append(open) }
    return result
  }

  /// Mean distance between what was said and what came, over ten bins of equal counts.
  var error: Double {
    let n = Double(count)
    guard n > 0 else { return 0 }
    return equalCountGroups().reduce(0) { $0 + abs($1.probability - $1.happened) } / n
  }
}
