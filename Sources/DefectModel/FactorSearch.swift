import Vocabulary

/// Which risk factors make a failure mode foreseeable, by what they would have said of onsets that they were not chosen by.
///
/// A table holds each factor in up to fifteen fine bins. Within a set (`FactorTable`) with d onsets the chance that one falls
/// on a device is its weight w over the set's Σ n w: whatever the day, the place or the firmware does is conditioned out.
/// - the first two thirds of the onsets, in time, choose; the rest judge
/// - neighbouring fine bins are joined to at most four by dynamic programming over
///   Σ [O ln(O/E) − (O − E)] − (bins − 1) · ½ ln D, E a bin's expected onsets under what is chosen so far, D the onsets (the
///   penalty is BIC's); a bin's weight is (O + 2) / (E + 2), so that few onsets say little. "Not known" is a bin of its own
/// - the gain is Σ_sets [Σ o ln w − d ln(Σ n w / Σ n)] of the judging third against the same without the factor, its 90 %
///   interval ±1.645 √(Σ_day (g − ḡ)²): days are what is drawn
/// - a factor is worth it if the interval lies above 0 and the gain is a fiftieth of a nat an onset or more; the one with
///   the most is taken, and the search goes on with what is left beside it, until none is worth it or `most` are taken
///
/// Crosses: of two factors that are taken (or were there before), what their joined bins say beyond their product.
///
/// Deterministic: sums run in the order of time and words, ties go to the earlier candidate.
package struct FactorSearch {
  package struct Gain: Hashable, Sendable {
    /// Nats of the judging onsets.
    package var nats: Double
    package var low: Double
    package var high: Double
    package var onsets: Int
  }

  package struct Choice: Hashable, Sendable {
    /// Which of the table's factors.
    package var factor: Int
    /// The fine edges that remain, by number: edge e lies between the fine bins e + 1 and e + 2.
    package var edges: [Int]
    /// exp(coefficient) of each joined bin, the one "not known" first.
    package var weights: [Double]
    package var gain: Gain
  }

  package struct Cross: Hashable, Sendable {
    package var first: Int
    package var second: Int
    package var gain: Gain
  }

  static let mostBins = 4
  static let leastPerOnset = 0.02
  package static let mostCrosses = 6

  private let training: [FactorTable.Informative]
  private let judging: [FactorTable.Informative]
  /// Joined bin of each fine bin, and the joined bins' weights, of the factors that count so far.
  private var taken: [(factor: Int, joined: [Int], weights: [Double])] = []

  package init(_ table: FactorTable) {
    let sets = table.informative
    let total = sets.reduce(0) { $0 + $1.onsets }
    var sum = 0.0
    var cut = sets.endIndex
    for (index, set) in sets.enumerated() {
      if sum >= total * 2 / 3, index > 0, set.startHour != sets[index - 1].startHour {
        cut = index
        break
      }
      sum += set.onsets
    }
    training = Array(sets[..<cut])
    judging = Array(sets[cut...])
  }

  /// Onsets that choose, and that judge.
  package var onsets: (training: Int, judging: Int) {
    (Int(training.reduce(0) { $0 + $1.onsets }), Int(judging.reduce(0) { $0 + $1.onsets }))
  }

  /// Takes a factor as it is: one that the profile has already. Its bins are those of the table.
  package mutating func takeAsItIs(_ factor: Int, bins: Int) {
    let joined = Array(0..<16).map { min($0, bins) }
    let counts = counts(factor, joined, bins: bins + 1)
    taken.append((factor, joined, counts.map { ($0.observed + 2) / ($0.expected + 2) }))
  }

  /// What a factor would add to what is taken, with the best joining of its fine bins.
  package func look(at factor: Int, fineBins: Int) -> Choice {
    let fine = counts(factor, Array(0..<16).map { min($0, fineBins) }, bins: fineBins + 1)
    let edges = Self.joining(Array(fine.dropFirst()), onsets: training.reduce(0) { $0 + $1.onsets })
    let joined = Self.joined(edges, fineBins: fineBins)
    let sums = counts(factor, joined, bins: edges.count + 2)
    let weights = sums.map { ($0.observed + 2) / ($0.expected + 2) }
    return Choice(
      factor: factor, edges: edges, weights: weights,
      gain: gain { row in weights[joined[Int(row.bins[factor])]] })
  }

  package mutating func take(_ choice: Choice, fineBins: Int) {
    taken.append((choice.factor, Self.joined(choice.edges, fineBins: fineBins), choice.weights))
  }

  package static func isWorthIt(_ gain: Gain) -> Bool {
    gain.onsets > 0 && gain.low > 0 && gain.nats >= leastPerOnset * Double(gain.onsets)
  }

  /// Pairs of taken factors whose joint bins are worth it beyond their product, the most first.
  package var crosses: [Cross] {
    var found: [Cross] = []
    for (place, first) in taken.enumerated() {
      for second in taken.dropFirst(place + 1) {
        let width = second.weights.count
        func bin(_ row: FactorTable.Informative.Row) -> Int {
          first.joined[Int(row.bins[first.factor])] * width + second.joined[Int(row.bins[second.factor])]
        }
        let sums = counts(bins: first.weights.count * width, bin)
        let weights = sums.map { ($0.observed + 2) / ($0.expected + 2) }
        let gain = gain { weights[bin($0)] }
        if Self.isWorthIt(gain) { found.append(Cross(first: first.factor, second: second.factor, gain: gain)) }
      }
    }
    return Array(
      found.sorted {
        $0.gain.nats == $1.gain.nats ? ($0.first, $0.second) < ($1.first, $1.second) : $0.gain.nats > $1.gain.nats
      }.prefix(Self.mostCrosses))
  }

  // MARK: Sums

  private func weight(_ row: FactorTable.Informative.Row) -> Double {
    taken.reduce(1) { $0 * $1.weights[$1.joined[Int(row.bins[$1.factor])]] }
  }

  private func counts(_ factor: Int, _ joined: [Int], bins: Int) -> [(observed: Double, expected: Double)] {
    counts(bins: bins) { joined[Int($0.bins[factor])] }
  }

  private func counts(
    bins: Int, _ bin: (FactorTable.Informative.Row) -> Int
  ) -> [(observed: Double, expected: Double)] {
    var sums = [(observed: Double, expected: Double)](repeating: (0, 0), count: bins)
    for set in training {
      let total = set.rows.reduce(0) { $0 + $1.atRisk * weight($1) }
      for row in set.rows {
        sums[bin(row)].observed += row.onsets
        sums[bin(row)].expected += set.onsets * row.atRisk * weight(row) / total
      }
    }
    return sums
  }

  private func gain(_ factor: (FactorTable.Informative.Row) -> Double) -> Gain {
    var byDay: [(day: Int32, nats: Double)] = []
    var onsets = 0.0
    for set in judging {
      var (before, after, gain) = (0.0, 0.0, 0.0)
      for row in set.rows {
        let weight = row.atRisk * weight(row)
        before += weight
        after += weight * factor(row)
        if row.onsets > 0 { gain += row.onsets * logarithm(factor(row)) }
      }
      gain -= set.onsets * logarithm(after / before)
      onsets += set.onsets
      let day = set.startHour / 24
      if byDay.last?.day == day { byDay[byDay.count - 1].nats += gain } else { byDay.append((day, gain)) }
    }
    let nats = byDay.reduce(0) { $0 + $1.nats }
    let mean = byDay.isEmpty ? 0 : nats / Double(byDay.count)
    let squares = byDay.reduce(0) { $0 + ($1.nats - mean) * ($1.nats - mean) }
    let half = 1.644_854 * squares.squareRoot()
    return Gain(nats: nats, low: nats - half, high: nats + half, onsets: Int(onsets))
  }

  // MARK: Joining of bins

  private static func joined(_ edges: [Int], fineBins: Int) -> [Int] {
    (0..<16).map { fine in
      let bin = min(fine, fineBins)
      return bin == 0 ? 0 : 1 + edges.count { $0 + 2 <= bin }
    }
  }

  /// The numbers of the edges that remain.
  private static func joining(_ bins: [(observed: Double, expected: Double)], onsets: Double) -> [Int] {
    let count = bins.count
    guard count > 1 else { return [] }
    let penalty = 0.5 * logarithm(max(onsets, 1))
    func value(_ range: Range<Int>) -> Double {
      let observed = range.reduce(0) { $0 + bins[$1].observed }
      let expected = range.reduce(0) { $0 + bins[$1].expected }
      guard observed > 0, expected > 0 else { return expected > 0 ? expected : 0 }
      return observed * logarithm(observed / expected) - (observed - expected)
    }
    // best[k][j]: of the first j bins in k + 1 pieces.
    var best = [[(value: Double, from: Int)]]()
    best.append((0...count).map { ($0 > 0 ? value(0..<$0) : -.infinity, 0) })
    for piece in 1..<min(mostBins, count) {
      var row = [(value: Double, from: Int)](repeating: (-.infinity, 0), count: count + 1)
      for end in (piece + 1)...count {
        for start in piece..<end {
          let sum = best[piece - 1][start].value + value(start..<end) - penalty
          if sum > row[end].value { row[end] = (sum, start) }
        }
      }
      best.append(row)
    }
    var piece =
      best.indices.max {
        best[$0][count].value == best[$1][count].value ? $0 > $1 : best[$0][count].value < best[$1][count].value
      } ?? 0
    var end = count
    var edges: [Int] = []
    while piece > 0 {
      end = best[piece][end].from
      edges.append(end - 1)
      piece -= 1
    }
    return edges.reversed()
  }
}
