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
  /// The day of the coefficients that the final hazard was made of.
  var hazardHour: Int32?
  /// Forecasts and what became of them, of the horizon `calibrationDays`.
  var calibration = CalibrationTally()
  var calibrationDays = 0.0
  var drift = CalibrationDrift()
}

/// One failure mode: its cells, its final state, and the hazards of its last pass.
struct ModeModel: Sendable {
  let key: ModeKey
  /// Another horizon has a calibration of its own.
  var knowledge: ModeKnowledge { didSet { calibrationMap = CalibrationMap(calibration) } }
  var cells = CellTable()
  private(set) var final = FinalState()
  private(set) var hazard: PredictiveHazard
  /// The same from what can't change any more: of the window before the frontier's day, with the coefficients of that day.
  /// What a device has accrued is counted with it, so that evidence that comes late, in whatever order, changes nothing.
  private(set) var finalHazard: PredictiveHazard
  private(set) var calibrationMap = CalibrationMap.identity

  init(key: ModeKey, knowledge: ModeKnowledge) {
    self.key = key
    self.knowledge = knowledge
    hazard = Self.unlearned(knowledge)
    finalHazard = hazard
  }

  private var mode: FailureMode { knowledge.mode }
  var bucketsPerDay: Double { 24 / Double(mode.bucket.hours) }
  var factorCount: Int { min(mode.factors.count, FactorBins.most) }
  private var windowHours: Int64 { Int64(max(mode.windowDays, 1)) * 24 }

  mutating func restore(_ blob: [UInt8]) throws(BlobFault) {
    (final, hazard, finalHazard) = try StateBlob.decode(blob)
    calibrationMap = CalibrationMap(calibration)
  }

  /// Forecasts of the horizon that the profile names now; those of another say nothing of it.
  var calibration: CalibrationTally {
    final.calibrationDays == mode.horizonDays ? final.calibration : CalibrationTally()
  }

  var drift: CalibrationDrift { final.calibrationDays == mode.horizonDays ? final.drift : CalibrationDrift() }

  mutating func learn(_ tally: CalibrationTally) {
    final.calibration = calibration
    final.drift = drift
    final.calibrationDays = mode.horizonDays
    let foretold = final.calibration.foretold(tally, by: calibrationMap)
    final.drift.settle(expected: foretold.expected, came: foretold.came, bucketsPerDay: bucketsPerDay)
    final.calibration += tally
    calibrationMap = CalibrationMap(final.calibration)
  }

  var state: [UInt8] { StateBlob.encode(final, hazard, finalHazard) }

  /// One pass. The result depends on the cells up to the closed bucket, the final state and the profile, not on how many
  /// passes there were or what they found.
  mutating func close(_ bucket: Bucket, finalBefore: EventTime) -> ModeBelief {
    let end = Int64(bucket.startHour) + Int64(bucket.length.hours)
    cells.settle()
    let pass = PassCells(cells, until: Int32(clamping: end), factorCount: factorCount)
    advanceFinality(to: finalBefore, end: Int32(clamping: end), pass)
    dropOld(end: end)
    renewFinalHazard(pass)
    let window = pass.window(Int32(clamping: end - windowHours)..<Int32(clamping: end))
    let test = openHead(until: Int32(clamping: end), pass)
    let problem = FitProblem(window)
    let fit = HierarchicalFit(problem)
    let informed = knowledge.known.isEmpty ? fit : HierarchicalFit(problem, priors: knowledge.priors)
    hazard = Self.hazard(
      informed, window: window, knowledge: knowledge, past: final.past, bucketsPerDay: bucketsPerDay)
    let judge = CohortJudge(knowledge: knowledge, window: window, fit: fit, test: test, rates: hazard.rates).aligned()
    let incidents = IncidentScan(window: window, fit: fit, rates: hazard.rates)
      .incidents(from: final.frontierHour ?? .min, length: mode.bucket)
    return ModeBelief(mode: key, cohorts: judge.beliefs(), incidents: incidents)
  }

  /// Takes buckets that can't change any more into the sequential test, each with coefficients from before its day.
  private mutating func advanceFinality(to finalBefore: EventTime, end: Int32, _ pass: PassCells) {
    // The bucket that holds `finalBefore` begins the evidence that is still open.
    let frontier = min(Bucket(holding: finalBefore, length: mode.bucket).startHour, end)
    let start = final.frontierHour ?? .min
    guard frontier > start else { return }
    var rest = pass.window(start..<frontier).groups
    while let first = rest.first {
      let day = first.startHour.startOfDay
      let ofDay = rest.prefix { $0.startHour.startOfDay == day }
      rest = rest[ofDay.endIndex...]
      refitCoefficients(day: day, pass)
      advance(&final.test, over: weighed(ofDay, before: day, pass), pass)
    }
    final.frontierHour = frontier
    refitCoefficients(day: frontier.startOfDay, pass)
  }

  /// The test as it stands with the open buckets on top of the final ones.
  func openHead(until end: Int32, _ pass: PassCells) -> SequentialTest {
    var test = final.test
    let start = final.frontierHour ?? .min
    guard start < end else { return test }
    let groups = pass.window(start..<end).groups
    advance(&test, over: weighed(groups, before: start == .min ? start : start.startOfDay, pass), pass)
    return test
  }

  /// Weighed by what was usual in the window before a day, so that it doesn't matter in how many passes it is done.
  private func weighed(
    _ groups: ArraySlice<PassCells.Group>, before day: Int32, _ pass: PassCells
  ) -> ArraySlice<PassCells.Group> {
    let usual = pass.window(windowHours(before: day)).usual
    var groups = groups
    for index in groups.indices {
      let group = groups[index]
      groups[index].weight = usual.weight(
        group.stratum, startHour: group.startHour, atRisk: group.atRisk, onsets: group.onsets)
    }
    return groups
  }

  private func advance(_ test: inout SequentialTest, over groups: ArraySlice<PassCells.Group>, _ pass: PassCells) {
    guard !groups.isEmpty else { return }
    let effects = ProfileEffects(
      terms: final.coefficients.terms, coefficients: final.coefficients.values, lexicon: pass.lexicon,
      factorCount: factorCount)
    test.advance(
      over: groups, of: pass, effects: effects, coefficients: suspectCoefficients,
      known: knowledge.priorProbabilities, bucketsPerDay: bucketsPerDay)
  }

  private mutating func refitCoefficients(day: Int32, _ pass: PassCells) {
    guard final.coefficientsHour.map({ $0 < day }) ?? true else { return }
    final.coefficientsHour = day
    final.coefficients = HierarchicalFit.coefficients(FitProblem(pass.window(windowHours(before: day))))
  }

  private func windowHours(before day: Int32) -> Range<Int32> { Int32(clamping: Int64(day) - windowHours)..<day }

  /// After `dropOld`, so that the past ends where the window of the final coefficients begins.
  private mutating func renewFinalHazard(_ pass: PassCells) {
    guard let day = final.coefficientsHour, final.hazardHour != day else { return }
    let window = pass.window(windowHours(before: day))
    let informed =
      knowledge.known.isEmpty
      ? final.coefficients : HierarchicalFit.coefficients(FitProblem(window), priors: knowledge.priors)
    finalHazard = Self.hazard(
      informed, window: window, knowledge: knowledge, past: final.past, bucketsPerDay: bucketsPerDay)
    final.hazardHour = day
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
    for bucket in cells.buckets(in: .min..<cut) {
      for group in bucket.groups {
        final.past.onsets += Double(group.onsets)
        final.past.exposure += Double(group.atRisk)
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
