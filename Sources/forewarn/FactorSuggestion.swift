import DefectModel
import FirmwareProfiles
import Vocabulary

/// The search: each candidate alone, the best of them together, one after the other.
struct FactorSuggestion {
  struct Proposal {
    var factor: RiskFactor
    var weights: [Double]
    var gain: FactorSearch.Gain
  }

  struct Cross {
    var first: RiskFactor
    var second: RiskFactor
    var gain: FactorSearch.Gain
  }

  private(set) var proposals: [Proposal] = []
  private(set) var crosses: [Cross] = []
  let tried: Int
  let onsets: (all: Int, training: Int, judging: Int)

  /// Use few: what a third factor adds to two is seldom worth explaining a fifth.
  private static let mostProposals = 4
  /// Fewer can't choose bins and judge them.
  static let fewestOnsets = 30

  /// - Parameter tables: evidence of some modes, read from the captures anew.
  init(
    mode: FailureMode, candidates: FactorCandidates, tables: ([FailureMode]) throws -> [FactorTable]
  ) throws {
    func variant(_ number: Int, _ factors: [RiskFactor]) -> FailureMode {
      var variant = mode
      variant.id = Symbol("\(mode.id)~\(number)")
      variant.factors = factors
      return variant
    }
    tried = candidates.factors.count
    let alone = try tables(candidates.factors.enumerated().map { variant($0, [$1]) })
    var ranked: [(factor: RiskFactor, gain: Double, place: Int)] = []
    for (place, (factor, table)) in zip(candidates.factors, alone).enumerated() {
      let choice = FactorSearch(table).look(at: 0, fineBins: factor.edges.count + 1)
      if choice.gain.nats > 0, !choice.edges.isEmpty || choice.weights.count == 2 {
        ranked.append((factor, choice.gain.nats, place))
      }
    }
    ranked.sort { $0.gain == $1.gain ? $0.place < $1.place : $0.gain > $1.gain }
    let finalists = ranked.prefix(FactorBins.most - mode.factors.count).map(\.factor)
    let together = mode.factors + finalists
    let table = try tables([variant(0, together)]).first ?? FactorTable()
    var search = FactorSearch(table)
    onsets = (table.onsets, search.onsets.training, search.onsets.judging)
    for (place, factor) in mode.factors.enumerated() { search.takeAsItIs(place, bins: factor.edges.count + 1) }
    var left = Array(mode.factors.count..<together.count)
    guard onsets.all >= Self.fewestOnsets else { return }
    while proposals.count < Self.mostProposals {
      let looks = left.map { search.look(at: $0, fineBins: together[$0].edges.count + 1) }
        .filter { FactorSearch.isWorthIt($0.gain) && !$0.edges.isEmpty }
      guard
        let best = looks.max(by: {
          $0.gain.nats == $1.gain.nats ? $0.factor > $1.factor : $0.gain.nats < $1.gain.nats
        })
      else { break }
      search.take(best, fineBins: together[best.factor].edges.count + 1)
      left.removeAll { $0 == best.factor }
      proposals.append(
        Proposal(factor: together[best.factor].keeping(best.edges), weights: best.weights, gain: best.gain))
    }
    crosses = search.crosses.map { Cross(first: together[$0.first], second: together[$0.second], gain: $0.gain) }
  }
}
