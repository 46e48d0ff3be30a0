import Vocabulary

/// From a pass's fit and sequential test to what is held of each cohort.
///
/// - Sequential gate: `SequentialTest`.
/// - Posterior gate: P(β > ln 1.3) ≥ 0.99 under the neutral prior; for an interaction both main effects' below 0.5, so that a
///   cause that suffices alone is named alone. Once a sequential gate is open, the fit looks at the cells since the
///   strongest suspect's change point: days before the onset dilute a batch, and hand its excess to whichever firmware came
///   out at the time.
/// - And the devices just outside must agree: where a batch is to blame, its devices on other firmware and in dry weather
///   fail, too; where a batch on a firmware is to blame, the batch's devices on other firmware don't.
/// - A cause is named alone once it is likely enough against those that it can be mistaken for (`UnresolvedCauses.swift`).
/// - A cohort whose own posterior is below 0.5 and much of whose onsets lie in a stronger cohort is explained by that one and
///   not listed.
struct CohortJudge {
  static let riskLine = logarithm(1.3)
  static let certainty = 0.99
  private static let most = 64

  let knowledge: ModeKnowledge
  let window: CellWindow
  let fit: HierarchicalFit
  let test: SequentialTest
  let rates: RecentRates
  let bucketsPerDay: Double
  let numbers: [Suspect: Int]
  private let onsetRows: [OnsetRow]
  private let line: Double

  init(
    knowledge: ModeKnowledge, window: CellWindow, fit: HierarchicalFit, test: SequentialTest, rates: RecentRates
  ) {
    self.knowledge = knowledge
    self.window = window
    self.test = test
    self.rates = rates
    bucketsPerDay = 24 / Double(knowledge.mode.bucket.hours)
    line = test.threshold(bucketsPerDay: bucketsPerDay)
    self.fit = fit
    var numbers: [Suspect: Int] = [:]
    for (number, term) in fit.terms.enumerated() {
      if case .suspect(let suspect) = term { numbers[suspect] = number }
    }
    self.numbers = numbers
    onsetRows = window.onsetRows.map {
      let profile = window.lexicon.profiles[Int($0.profile)]
      return OnsetRow(
        startHour: $0.startHour, batch: profile.batchWord, firmware: profile.firmwareWord, weather: profile.weather,
        onsets: $0.onsets)
    }
  }

  private struct OnsetRow {
    var startHour: Int32
    var batch: Symbol
    var firmware: Symbol
    var weather: WeatherBin
    var onsets: Double
  }

  /// The judge with a fit of the cells since the change point of the suspect with the most evidence, if its gate is open.
  /// The posterior can have several modes, and the one near 0 may split a pair's excess between its main effects: the fit is
  /// also made with the likeliest explanation free to move first, and the mode with the higher posterior is taken.
  func aligned() -> CohortJudge {
    let open = test.processes.map { (suspect: $0.key, evidence: $0.value.logEvidence) }.filter { $0.evidence >= line }
    let strongest = open.max { $0.evidence == $1.evidence ? $1.suspect < $0.suspect : $0.evidence < $1.evidence }
    guard let strongest else { return self }
    let series = comparison(strongest.suspect, without: nil)
    let onset = AlignedRatio(series).onsetIndex
    guard series.indices.contains(onset) else { return self }
    let since = window.since(series[onset].startHour)
    let problem = FitProblem(since)
    let explanations = [strongest.suspect] + rivals(of: strongest.suspect)
    let logs = logOdds(of: explanations)
    let best = explanations.indices.max { logs[$0] == logs[$1] ? $1 < $0 : logs[$0] < logs[$1] }
    var chosen = since.buckets.count == window.buckets.count ? fit : HierarchicalFit(problem)
    if let best {
      let led = HierarchicalFit(problem, leading: .suspect(explanations[best]))
      if led.logPosterior > chosen.logPosterior { chosen = led }
    }
    return CohortJudge(
      knowledge: knowledge, window: window, fit: chosen, test: test, rates: rates)
  }

  /// P(β > ln 1.3); 0 for a suspect that the fit has no term for.
  func probability(_ suspect: Suspect) -> Double {
    guard let number = numbers[suspect] else { return 0 }
    return fit.probability([number], above: Self.riskLine)
  }

  func isPosteriorOpen(_ suspect: Suspect) -> Bool {
    probability(suspect) >= Self.certainty && suspect.mainEffects.allSatisfy { probability($0) < 0.5 }
  }

  /// A suspect with what decides whether and where it is listed.
  struct Standing {
    var suspect: Suspect
    /// The two that an unresolved cohort can't choose between, the likelier first.
    var candidates: [Suspect] = []
    var probability: Double
    var logEvidence: Double
    var logThreshold: Double
    var isPosteriorOpen: Bool
    var isKnown: Bool
    /// Where nobody was there to compare with.
    var witness: BeforeAndAfter?

    var isSequentialOpen: Bool { logEvidence >= logThreshold }
    var isUnresolved: Bool { !candidates.isEmpty }

    /// Whether the other is, or lies within, a main effect that this one may be.
    fileprivate func mayBeBehind(_ other: Suspect) -> Bool {
      candidates.contains {
        $0.isMainEffect && ($0.batch == nil ? $0.firmware == other.firmware : $0.batch == other.batch)
      }
    }

    func isStronger(than other: Standing) -> Bool {
      if isUnresolved != other.isUnresolved { return isUnresolved }
      let isOpen = isPosteriorOpen && isSequentialOpen
      if isOpen != (other.isPosteriorOpen && other.isSequentialOpen) { return isOpen }
      let margin = logEvidence - logThreshold
      let otherMargin = other.logEvidence - other.logThreshold
      if margin != otherMargin { return margin > otherMargin }
      if probability != other.probability { return probability > other.probability }
      return suspect < other.suspect
    }
  }

  func beliefs() -> [CohortBelief] {
    let standings = self.standings()
    var accepted: [Standing] = []
    for standing in (standings + unresolved(among: standings)).sorted(by: { $0.isStronger(than: $1) }) {
      if accepted.contains(where: { $0.suspect == standing.suspect && $0.isUnresolved == standing.isUnresolved }) {
        continue
      }
      if !standing.isKnown, accepted.contains(where: { isExplained(standing, by: $0) }) { continue }
      accepted.append(standing)
    }
    if let witness = BeforeAndAfter(window), witness.logEvidence >= BeforeAndAfter.logThreshold / 2 {
      accepted = witnessed(by: witness, accepted)
    }
    return accepted.prefix(Self.most).map { CohortReport(judge: self, standing: $0).belief }
  }

  /// The second witness is heard where the gates, which need concurrent controls, are not open.
  private func witnessed(by witness: BeforeAndAfter, _ standings: [Standing]) -> [Standing] {
    let suspect = Suspect(firmware: witness.firmware)
    let own = standings.first { $0.suspect == suspect && !$0.isUnresolved }
    if let own, own.isSequentialOpen, own.isPosteriorOpen { return standings }
    var standing = Standing(
      suspect: suspect, probability: witness.probability, logEvidence: witness.logEvidence,
      logThreshold: BeforeAndAfter.logThreshold, isPosteriorOpen: witness.isOpen, isKnown: own?.isKnown ?? false)
    standing.witness = witness
    return [standing] + standings.filter { $0.suspect != suspect || $0.isUnresolved }
  }

  private func standings() -> [Standing] {
    var suspects = Set(knowledge.known.keys)
    for (suspect, process) in test.processes where process.logEvidence >= line / 2 { suspects.insert(suspect) }
    for suspect in numbers.keys where isPosteriorOpen(suspect) { suspects.insert(suspect) }
    return suspects.sorted().map { standing($0) }
  }

  private func standing(_ suspect: Suspect) -> Standing {
    var evidence = test.processes[suspect]?.logEvidence ?? 0
    var line = self.line
    if let prior = knowledge.priorProbabilities[suspect] {
      let ownEvidence = test.weightedLogEvidence(suspect)
      let ownLine = SequentialTest.threshold(priorProbability: prior)
      if ownEvidence - ownLine > evidence - line { (evidence, line) = (ownEvidence, ownLine) }
    }
    var isOpen = isPosteriorOpen(suspect)
    // The comparisons cost some passes over the cells: only where they decide. A batch and a firmware of the same devices
    // can't be told apart, in whatever weather: only as an unresolved cohort do they pass.
    if isOpen, evidence >= line {
      isOpen = aliases(of: suspect).isEmpty && disputingPair(of: suspect) == nil && isBorneOutByNeighbours(suspect)
    }
    return Standing(
      suspect: suspect, probability: probability(suspect), logEvidence: max(evidence, -1e6), logThreshold: line,
      isPosteriorOpen: isOpen, isKnown: knowledge.known[suspect] != nil)
  }

  /// Onsets of the window within a suspect, and how many of them lie within the other too.
  private func onsets(of suspect: Suspect, sharedWith other: Suspect) -> (own: Double, shared: Double) {
    var own = 0.0
    var shared = 0.0
    for row in onsetRows where suspect.includes(row.batch, row.firmware, row.weather) {
      own += row.onsets
      if other.includes(row.batch, row.firmware, row.weather) { shared += row.onsets }
    }
    return (own, shared)
  }

  private func isExplained(_ standing: Standing, by stronger: Standing) -> Bool {
    let (own, shared) = onsets(of: standing.suspect, sharedWith: stronger.suspect)
    if !standing.isUnresolved, stronger.mayBeBehind(standing.suspect) { return shared > 0 }
    guard standing.probability < 0.5 || standing.isUnresolved else { return false }
    return own > 0 && shared >= 0.2 * own
  }

  // MARK: Comparisons

  /// ln of what each explanation's likelihood and its odds beforehand come to.
  func logOdds(of explanations: [Suspect]) -> [Double] {
    zip(explanations, evidence(of: explanations)).map { $1 + $0.logOdds }
  }

  /// ln of the marginal likelihood of each explanation alone, all against the same background: the fit without any of them.
  func evidence(of explanations: [Suspect]) -> [Double] {
    let effects = effects { term in explanations.contains { $0.isTouched(by: term) } }
    return explanations.map { AlignedRatio(Comparison.series($0, window: window, effects: effects)).logEvidence }
  }

  /// Whether the devices just outside behave as the suspect says. With ρ the suspect's ratio since its change point, S the log
  /// likelihood of ρ against 1 among them, and X what S is expected to be if ρ is theirs:
  /// - what a main effect has beyond a narrower cohort that holds much of its onsets fails, too: S ≥ −1, and on dry days, of which
  ///   there are enough or none, S ≥ min(X / 2, 3) − 1: where there is something to be seen it must be seen;
  /// - what a main effect has beyond an interaction doesn't: S ≤ 2, from any later bucket on (that cohort's change point may lie
  ///   before the main effect's).
  private func isBorneOutByNeighbours(_ suspect: Suspect) -> Bool {
    let (batches, firmwares, hasHumid) = partners(of: suspect)
    var narrower: [Suspect] = []
    if suspect.isMainEffect {
      if suspect.batch != nil { narrower += firmwares.map { Suspect(batch: suspect.batch, firmware: $0) } }
      if suspect.firmware != nil { narrower += batches.map { Suspect(batch: $0, firmware: suspect.firmware) } }
      if hasHumid { narrower.append(Suspect(batch: suspect.batch, firmware: suspect.firmware, isHumid: true)) }
    }
    // An interaction must also be 95 % likely against each of its main effects alone, and a main effect against its humid days: the
    // first twenty failures of a bad firmware may well come on humid days, and those of one that fails on these on dry ones.
    let others = suspect.isMainEffect ? narrower.filter(\.isHumid) : suspect.mainEffects
    if !others.isEmpty {
      let logs = logOdds(of: [suspect] + others)
      let margin = isKnown(suspect) ? 0 : Self.oddsOfCause
      guard logs.dropFirst().allSatisfy({ logs[0] - $0 >= margin }) else { return false }
    }
    let own = comparison(suspect, without: nil)
    let aligned = AlignedRatio(own)
    guard own.indices.contains(aligned.onsetIndex) else { return true }
    let onset = own[aligned.onsetIndex].startHour
    /// S and X since the onset, and the most that S is from any bucket on.
    func support(_ wider: Suspect, without part: Suspect) -> (sum: Double, expected: Double, most: Double) {
      var (sum, expected, most) = (0.0, 0.0, 0.0)
      for bucket in comparison(wider, without: part).reversed() where bucket.startHour >= onset {
        sum += bucket.logLikelihood(ratio: aligned.ratio.mean)
        expected += bucket.expectedLogLikelihood(ratio: aligned.ratio.mean)
        most = max(most, sum)
      }
      return (sum, expected, most)
    }
    return narrower.allSatisfy {
      let support = support(suspect, without: $0)
      return support.sum >= ($0.isHumid ? min(support.expected / 2, 3) : 0) - 1
    } && suspect.mainEffects.allSatisfy { support($0, without: suspect).most <= 2 }
  }

  func comparison(_ suspect: Suspect, without excluded: Suspect?) -> [Comparison] {
    let others = aliases(of: suspect)
    let effects = effects { term in
      suspect.isTouched(by: term) || (excluded?.isTouched(by: term) ?? false)
        || others.contains { $0.isTouched(by: term) }
    }
    return Comparison.series(suspect, without: excluded, window: window, effects: effects)
  }

  /// The fit's effects but for the terms that are to be left out.
  func effects(without isRemoved: (Term) -> Bool) -> ProfileEffects {
    ProfileEffects(fit, without: isRemoved, lexicon: window.lexicon, factorCount: window.factorCount)
  }

  func firmwaresWithOnsets(in suspect: Suspect) -> Set<Symbol> {
    Set(onsetRows.filter { suspect.includes($0.batch, $0.firmware, $0.weather) }.map(\.firmware))
  }

  /// Batches (of a firmware's suspect) or firmwares (of a batch's) that are nearly the same devices: what the fit gave to
  /// them may as well be the suspect's.
  func aliases(of suspect: Suspect) -> [Suspect] {
    let mains = suspect.isMainEffect ? [suspect] : suspect.mainEffects
    return numbers.keys.filter { other in
      other.isMainEffect && mains.contains { ($0.batch == nil) != (other.batch == nil) && areAliases($0, other) }
    }
  }

  /// Whether nine in ten of the onsets of each are the other's.
  func areAliases(_ first: Suspect, _ second: Suspect) -> Bool {
    let forward = onsets(of: first, sharedWith: second)
    let backward = onsets(of: second, sharedWith: first)
    return forward.shared > 0 && forward.shared >= 0.9 * forward.own && backward.shared >= 0.9 * backward.own
  }

  /// The batches and firmwares with at least a quarter of the suspect's recent onsets each (the last 14 days that had any),
  /// sorted.
  private func partners(of suspect: Suspect) -> (batches: [Symbol], firmwares: [Symbol], hasHumid: Bool) {
    let own = onsetRows.filter { suspect.includes($0.batch, $0.firmware, $0.weather) }
    let from = (own.last?.startHour ?? 0) &- 14 * 24
    var byBatch: [Symbol: Double] = [:]
    var byFirmware: [Symbol: Double] = [:]
    var total = 0.0
    for row in own where row.startHour > from {
      byBatch[row.batch, default: 0] += row.onsets
      byFirmware[row.firmware, default: 0] += row.onsets
      total += row.onsets
    }
    return (
      byBatch.filter { $0.value >= total / 4 }.keys.sorted(), byFirmware.filter { $0.value >= total / 4 }.keys.sorted(),
      own.contains { $0.weather == .humid }
    )
  }

  /// Other explanations of a suspect's onsets: firmwares or batches that many of them share, the pairs, humidity.
  func rivals(of suspect: Suspect) -> [Suspect] {
    let (batches, firmwares, hasHumid) = partners(of: suspect)
    var rivals: [Suspect] = []
    for batch in suspect.batch.map({ [$0] }) ?? batches {
      rivals.append(Suspect(batch: batch))
      for firmware in suspect.firmware.map({ [$0] }) ?? firmwares {
        rivals.append(Suspect(batch: batch, firmware: firmware))
      }
    }
    for firmware in suspect.firmware.map({ [$0] }) ?? firmwares { rivals.append(Suspect(firmware: firmware)) }
    if hasHumid, !suspect.isPair {
      rivals.append(Suspect(batch: suspect.batch, firmware: suspect.firmware, isHumid: true))
    }
    return Set(rivals).subtracting([suspect]).sorted()
  }
}

extension Suspect {
  /// An interaction starts with a quarter of a main effect's odds.
  var logOdds: Double { isMainEffect ? 0 : logarithm(0.25) }

  /// Whether each of its devices is one of the main effect's.
  func isInside(_ main: Suspect) -> Bool {
    (main.batch == nil || main.batch == batch) && (main.firmware == nil || main.firmware == firmware)
  }

  /// Whether the term is this suspect's own or an interaction of it.
  func isTouched(by term: Term) -> Bool {
    guard case .suspect(let other) = term else { return false }
    if isPair || isHumid { return other == self }
    return batch.map { $0 == other.batch } ?? (firmware == other.firmware)
  }
}
