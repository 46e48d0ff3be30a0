import Vocabulary

/// What evidence that can't change any more has left behind.
struct FinalState: Sendable {
  struct Coefficients: Sendable {
    var terms: [Term] = []
    var values: ContiguousArray<Double> = []
  }

  var test = SequentialTest()
  /// Every bucket that starts before this hour is final and in the test.
  var frontierHour: Int32?
  /// The coefficients were fitted on the window before this hour, the start of a day.
  var coefficientsHour: Int32?
  var coefficients = Coefficients()
  var past = PastTotals()
}

/// One failure mode: its cells, its final state, and the hazard of its last pass.
struct ModeModel: Sendable {
  let key: ModeKey
  var knowledge: ModeKnowledge
  var cells = CellTable()
  private(set) var final = FinalState()
  private(set) var hazard: PredictiveHazard

  init(key: ModeKey, knowledge: ModeKnowledge) {
    self.key = key
    self.knowledge = knowledge
    hazard = Self.unlearned(knowledge)
  }

  private var mode: FailureMode { knowledge.mode }
  private var bucketsPerDay: Double { 24 / Double(mode.bucket.hours) }
  private var factorCount: Int { min(mode.factors.count, FactorBins.most) }
  private var windowHours: Int64 { Int64(max(mode.windowDays, 1)) * 24 }

  mutating func restore(_ blob: [UInt8]) throws(BlobFault) { (final, hazard) = try StateBlob.decode(blob) }

  var state: [UInt8] { StateBlob.encode(final, hazard) }

  /// One pass. The result depends on the cells up to the closed bucket, the final state and the profile, not on how many
  /// passes there were or what they found.
  mutating func close(_ bucket: Bucket, finalBefore: EventTime) -> ModeBelief {
    let end = Int64(bucket.startHour) + Int64(bucket.length.hours)
    advanceFinality(to: finalBefore, end: Int32(clamping: end))
    dropOld(end: end)
    let window = cells.rows(in: Int32(clamping: end - windowHours)..<Int32(clamping: end))
    let test = openHead(until: Int32(clamping: end))
    let problem = FitProblem(buckets: window, lexicon: cells.lexicon, factorCount: factorCount)
    let fit = HierarchicalFit(problem)
    let informed = knowledge.known.isEmpty ? fit : HierarchicalFit(problem, priors: knowledge.priors)
    hazard = Self.hazard(
      informed, window: window, lexicon: cells.lexicon, knowledge: knowledge, past: final.past,
      bucketsPerDay: bucketsPerDay)
    let judge = CohortJudge(
      knowledge: knowledge, window: window, lexicon: cells.lexicon, fit: fit, test: test, rates: hazard.rates
    ).aligned()
    let incidents = IncidentScan(
      window: window, lexicon: cells.lexicon, fit: fit, rates: hazard.rates, factorCount: factorCount
    ).incidents(from: final.frontierHour ?? .min, length: mode.bucket)
    return ModeBelief(mode: key, cohorts: judge.beliefs(), incidents: incidents)
  }

  /// Takes buckets that can't change any more into the sequential test, each with coefficients from before its day.
  private mutating func advanceFinality(to finalBefore: EventTime, end: Int32) {
    // The bucket that holds `finalBefore` begins the evidence that is still open.
    let frontier = min(Bucket(holding: finalBefore, length: mode.bucket).startHour, end)
    let start = final.frontierHour ?? .min
    guard frontier > start else { return }
    for rows in cells.rows(in: start..<frontier) where rows.groups.contains(where: { $0.onsets > 0 }) {
      refitCoefficients(day: rows.startHour.startOfDay)
      let effects = effectsOfFinalState
      final.test.advance(
        over: rows, lexicon: cells.lexicon, effects: effects, coefficients: suspectCoefficients,
        known: knowledge.priorProbabilities, bucketsPerDay: bucketsPerDay)
    }
    final.frontierHour = frontier
    refitCoefficients(day: frontier.startOfDay)
  }

  /// The test as it stands with the open buckets on top of the final ones.
  private mutating func openHead(until end: Int32) -> SequentialTest {
    var test = final.test
    let start = final.frontierHour ?? .min
    guard start < end else { return test }
    let open = cells.rows(in: start..<end)
    let effects = effectsOfFinalState
    let coefficients = suspectCoefficients
    for rows in open where rows.groups.contains(where: { $0.onsets > 0 }) {
      test.advance(
        over: rows, lexicon: cells.lexicon, effects: effects, coefficients: coefficients,
        known: knowledge.priorProbabilities, bucketsPerDay: bucketsPerDay)
    }
    return test
  }

  private mutating func refitCoefficients(day: Int32) {
    guard final.coefficientsHour.map({ $0 < day }) ?? true else { return }
    let window = cells.rows(in: Int32(clamping: Int64(day) - windowHours)..<day)
    let fit = HierarchicalFit(FitProblem(buckets: window, lexicon: cells.lexicon, factorCount: factorCount))
    final.coefficientsHour = day
    final.coefficients = FinalState.Coefficients(terms: fit.terms, values: fit.coefficients)
  }

  private var effectsOfFinalState: RowEffects {
    RowEffects(
      terms: final.coefficients.terms, coefficients: final.coefficients.values, lexicon: cells.lexicon,
      factorCount: factorCount)
  }

  private var suspectCoefficients: [Suspect: Double] {
    var result: [Suspect: Double] = [:]
    for (term, value) in zip(final.coefficients.terms, final.coefficients.values) {
      if case .suspect(let suspect) = term { result[suspect] = value }
    }
    return result
  }

  /// Forgets buckets that neither this window nor the next fit of final coefficients needs; their onsets and exposure stay
  /// in the totals that sparse rates are shrunk to.
  private mutating func dropOld(end: Int64) {
    guard let frontier = final.frontierHour else { return }
    let cut = Int32(clamping: min(end, Int64(frontier.startOfDay)) - windowHours)
    let old = cells.rows(in: .min..<cut)
    guard !old.isEmpty else { return }
    for bucket in old {
      for row in bucket.rows {
        final.past.onsets += row.onsets
        final.past.exposure += row.atRisk
      }
    }
    cells.drop(before: cut)
  }
}

extension Int32 {
  /// The hour at which the day of this hour begins.
  fileprivate var startOfDay: Int32 {
    let rest = self % 24
    return rest >= 0 ? self - rest : (self < .min + 48 ? self : self - rest - 24)
  }
}
