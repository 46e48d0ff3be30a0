package import Vocabulary

/// Whether a failure mode sets in more or less often on one firmware than on another: see `MatchedSets` for what is
/// compared and `MatchedRatio` for how. Onsets, not failures of bricked devices: those are the mode `silent`.
package struct FirmwareComparison: Hashable, Sendable {
  package enum Verdict: String, Sendable, CaseIterable {
    /// The 90 % interval of the second firmware's ratio is below 1; above 1; holds 1.
    case better, worse
    case cannotTell = "cannot_tell"
    /// No two devices of the same bucket, region, carrier, batch and age had the one and the other.
    case notIdentifiable = "not_identifiable"
  }

  package struct Side: Hashable, Sendable {
    package var firmware: Symbol
    package var deviceDays: Double
    package var onsets: Int
    /// Those that nothing of the other firmware could be compared with.
    package var deviceDaysApart: Double
    package var onsetsApart: Int
  }

  package var mode: ModeKey
  package var first: Side
  package var second: Side
  package var verdict: Verdict
  /// Of the second against the first.
  package var ratio: Interval?
  /// P(ratio > 1).
  package var probabilityWorse: Double?
  package var overdispersion: Double
  /// Sets of equal bucket, region, carrier, batch and age with both at risk.
  package var sets: Int
  /// Days of exposure such as that of the last week until a ratio of `toldRatio` shows with a chance of `power`: 0 if it
  /// would have by now; `nil` where it never will, as the window holds too little or nothing overlaps any more.
  package var daysUntilTold: Int?
  /// The days of evidence that cells hold.
  package var windowDays: Int

  package static let toldRatio = 1.5
  package static let power = 0.9
}

extension FirmwareComparison {
  /// Needed: information (z₀.₉₅ + z₀.₉)² φ / ln² 1.5 = 52.1 φ. A set of n and m device-buckets at a rate r gives
  /// r n 1.5m / (n + 1.5m) of it. r = (D + 4) / (N + 4/r₀) of the compared devices, r₀ the product's rate.
  /// On day t the window holds what it still has of today's evidence and t days like those of the last week.
  init(mode: ModeKey, cells: CellTable, window: Window, productRate: Double, first: Symbol, second: Symbol) {
    let sets = MatchedSets(cells, first: first, second: second)
    self.mode = mode
    func side(_ firmware: Symbol, _ side: MatchedSets.Side) -> Side {
      Side(
        firmware: firmware, deviceDays: Double(side.atRisk) / window.bucketsPerDay, onsets: Int(side.onsets),
        deviceDaysApart: Double(side.atRiskApart) / window.bucketsPerDay, onsetsApart: Int(side.onsetsApart))
    }
    self.first = side(first, sets.first)
    self.second = side(second, sets.second)
    self.sets = sets.setCount
    windowDays = window.days
    guard sets.setCount > 0 else {
      verdict = .notIdentifiable
      overdispersion = 1
      return
    }
    let estimate = MatchedRatio(sets.informative)
    ratio = estimate.ratio
    probabilityWorse = estimate.probabilityAbove
    overdispersion = estimate.overdispersion
    verdict = estimate.ratio.low > 1 ? .worse : estimate.ratio.high < 1 ? .better : .cannotTell
    let onsets = sets.informative.reduce(0) { $0 + $1.weight * Double($1.onsets) }
    let atRisk = Double(sets.first.atRisk + sets.second.atRisk)
    let rate = (onsets + 4) / (atRisk + 4 / max(productRate, 1e-12))
    daysUntilTold = Self.daysUntilTold(sets, rate: rate, overdispersion: estimate.overdispersion, window)
  }

  /// What a comparison needs to know of the cells' time.
  struct Window {
    /// The end of the last bucket.
    var endHour: Int32
    /// Days of evidence that are kept.
    var days: Int
    var bucketsPerDay: Double
  }

  /// ((1.644854 + 1.281552) / ln 1.5)².
  static let neededInformation = 52.0909
  private static let recentDays = 7

  private static func daysUntilTold(
    _ sets: MatchedSets, rate: Double, overdispersion: Double, _ window: Window
  ) -> Int? {
    let needed = neededInformation * overdispersion / rate
    let byBucket = sets.pairs.map { bucket in
      (
        hour: bucket.startHour,
        information: bucket.pairs.reduce(0) { $0 + $1.pair.information(ratio: toldRatio) * Double($1.count) }
      )
    }
    func held(since hour: Int64) -> Double {
      byBucket.reduce(0) { Int64($1.hour) >= hour ? $0 + $1.information : $0 }
    }
    let end = Int64(window.endHour)
    let aDay = held(since: end - 24 * Int64(recentDays)) / Double(recentDays)
    return (0...window.days).first { day in
      held(since: end + 24 * Int64(day - window.days)) + Double(day) * aDay >= needed
    }
  }
}
