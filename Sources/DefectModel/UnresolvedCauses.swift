import Vocabulary

/// Which causes can't be told apart yet. A batch that turns bad while nearly all of its devices run one new firmware looks like
/// that batch on that firmware, and the other way round:
/// - a batch or a firmware is named alone once it is 95 % likely against the batch on that firmware, if that was new to its
///   devices when they changed, and else once it is the likelier;
/// - a batch on a firmware once it is 95 % likely against each of the two.
///
/// Until then the cohort is unresolved and names the two. Of 40 fleets each with a bad batch or a bad pair (`evaluate delays
/// --defect batch --seeds 1-40`, and `pair`) 2 and 5 had another cohort blamed without these rules.
extension CohortJudge {
  /// In ln, as the model counts.
  static let oddsOfCause = logarithm(Candidate.oddsOfNaming)

  /// The batch on a firmware (of those with a quarter of its onsets or more) that may be to blame in the main effect's place:
  /// the likeliest, unless the main effect is 95 % likely against it; where these devices had that firmware for weeks, so that a
  /// defect of the two together would have shown before, unless it is the likelier. What a profile knows needs no such proof.
  func disputingPair(of main: Suspect) -> Suspect? {
    guard main.isMainEffect, !isKnown(main) else { return nil }
    let pairs = rivals(of: main).filter { $0.isPair && $0.isInside(main) }
    guard !pairs.isEmpty else { return nil }
    let logs = logOdds(of: [main] + pairs)
    let likeliest = pairs.indices.max { logs[$0 + 1] == logs[$1 + 1] ? $1 < $0 : logs[$0 + 1] < logs[$1 + 1] }
    return likeliest.flatMap { index in
      let margin = isNew(pairs[index], to: main) ? Self.oddsOfCause : 0
      return logs[0] - logs[index + 1] < margin ? pairs[index] : nil
    }
  }

  /// Whether the pair's firmware was new to the main effect's devices when they changed: more than a tenth of them lacked it in
  /// the week before (where there is none, in the week after), and they are enough to tell. Where an excursion of either's CUSUM
  /// began before the window nobody can say, and it may have been; unless all devices of the window have it.
  private func isNew(_ pair: Suspect, to main: Suspect) -> Bool {
    guard let first = window.buckets.first else { return false }
    let series = [pair, main].map {
      Comparison.series($0, window: window, effects: effects { _ in false }, countsQuiet: true)
    }
    func exposures(_ hours: Range<Int32>) -> (pair: Double, main: Double) {
      let sums = series.map { $0.lazy.filter { hours.contains($0.startHour) }.reduce(0) { $0 + $1.exposure } }
      return (sums[0], sums[1])
    }
    let all = exposures(first.startHour..<Int32.max)
    guard all.pair < all.main else { return false }
    let starts = [pair, main].compactMap { test.processes[$0]?.excursionStart }
    guard starts.allSatisfy({ $0 >= first.startHour }) else { return true }
    let compared = comparison(main, without: nil)
    let onset = AlignedRatio(compared).onsetIndex
    guard compared.indices.contains(onset) else { return true }
    let change = compared[onset].startHour
    var around = exposures(change - 7 * 24..<change)
    if around.main == 0 { around = exposures(change..<change + 7 * 24) }
    return around.pair < 0.9 * around.main
  }

  /// Pairs over a sequential gate, their own or a main effect's, whose excess is certain and whose cause the data can't tell:
  /// - batch or firmware: neither main effect is certain alone (or both are, or they are the same devices), the sum is, their
  ///   likelihoods are within a factor of 20 of each other, and "the pair alone" isn't likelier than both;
  /// - a main effect or the pair: neither is 95 % likely against the other (an interaction starts with a quarter of the odds).
  ///   That is what a bad batch looks like as long as nearly all of its devices run one firmware.
  ///
  /// Where the profile knows one of the two it is that one, in its own words.
  func unresolved(among standings: [Standing]) -> [Standing] {
    var pairs: [Suspect: Standing] = [:]
    for open in standings where open.isSequentialOpen {
      let suspects: [Suspect]
      if open.suspect.isPair {
        suspects = open.isPosteriorOpen ? [] : [open.suspect]
      } else {
        suspects =
          aliases(of: open.suspect).map {
            Suspect(batch: open.suspect.batch ?? $0.batch, firmware: open.suspect.firmware ?? $0.firmware)
          } + (open.isPosteriorOpen ? [] : [disputingPair(of: open.suspect)].compactMap(\.self))
      }
      // The final coefficients may have given the excess to one of the two, and with it the other's evidence.
      for suspect in suspects where pairs[suspect].map({ open.isStronger(than: $0) }) ?? true {
        var standing = open
        standing.suspect = suspect
        pairs[suspect] = standing
      }
    }
    for resolved in standings where resolved.isSequentialOpen && resolved.isPosteriorOpen {
      for pair in pairs.keys where pair.isInside(resolved.suspect) && !resolved.suspect.isHumid { pairs[pair] = nil }
    }
    return pairs.values.sorted { $0.isStronger(than: $1) }.prefix(4).compactMap { standing -> Standing? in
      let explanations = standing.suspect.mainEffects + [standing.suspect]
      let joint = fit.probability(explanations.compactMap { numbers[$0] }, above: Self.riskLine)
      guard joint >= Self.certainty, let candidates = candidates(among: explanations) else { return nil }
      let known = candidates.first(where: isKnown)
      var result = standing
      result.suspect = known ?? standing.suspect
      result.candidates = known == nil ? candidates : []
      result.isPosteriorOpen = true
      result.isKnown = known != nil
      result.probability = joint
      return result
    }
  }

  /// The two likeliest of a batch, a firmware and their pair, the likelier first; `nil` where the data tell them apart. Each must
  /// be 95 % likely against nothing at all, by the window's own data: a gate stays open on what came long ago, and of the last two
  /// failures of a firmware that nearly nobody runs any more both may be some sound batch's.
  private func candidates(among explanations: [Suspect]) -> [Suspect]? {
    let ranked = zip(explanations, logOdds(of: explanations)).sorted { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1 }
    let (first, second) = (ranked[0], ranked[1])
    guard second.1 - second.0.logOdds >= Self.oddsOfCause else { return nil }
    guard first.0.isMainEffect, second.0.isMainEffect else {
      return first.1 - second.1 < Self.oddsOfCause ? [first.0, second.0] : nil
    }
    let areCertain = [first.0, second.0].map { probability($0) >= Self.certainty }
    guard areCertain[0] == areCertain[1] || areAliases(first.0, second.0) else { return nil }
    return first.1 - second.1 < logarithm(20) ? [first.0, second.0] : nil
  }

  /// What a profile knows needs no such proof.
  func isKnown(_ suspect: Suspect) -> Bool { knowledge.known[suspect] != nil }
}
