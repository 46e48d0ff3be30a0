import Vocabulary

/// All that is shown of one cohort.
struct CohortReport {
  let judge: CohortJudge
  let standing: CohortJudge.Standing
  private let series: [Comparison]
  private let aligned: AlignedRatio
  private var suspect: Suspect { standing.suspect }

  init(judge: CohortJudge, standing: CohortJudge.Standing) {
    self.judge = judge
    self.standing = standing
    let suspect = standing.suspect
    // A cohort whose cause is open is compared without all that may be it, any other without its own terms only.
    let own = [suspect] + standing.candidates
    let effects = judge.effects { term in own.contains { $0.isTouched(by: term) } }
    series = Comparison.series(suspect, window: judge.window, effects: effects, countsQuiet: true)
    aligned = AlignedRatio(series, priorMean: judge.knowledge.known[suspect].map(ModeKnowledge.priorMean) ?? 0)
  }

  var belief: CohortBelief {
    if let witness = standing.witness { return belief(by: witness) }
    let since = series.dropFirst(aligned.onsetIndex)
    let excess = aligned.ratio.mean - 1
    var expected = 0.0
    for comparison in since {
      for entry in comparison.entries { expected += entry.total * entry.share / (1 + entry.share * excess) }
    }
    let candidates = self.candidates
    return CohortBelief(
      cohort: cohort, rateRatio: .realised(hazards: aligned.ratio, expected: expected),
      probability: standing.probability, logEvidence: standing.logEvidence,
      logThreshold: standing.logThreshold, isPosteriorGateOpen: standing.isPosteriorOpen,
      attribution: attribution(candidates),
      deviceDays: since.reduce(0) { $0 + $1.exposure } / judge.bucketsPerDay,
      failures: Int(since.reduce(0) { $0 + $1.onsets }), expectedFailures: expected,
      controlDeviceDays: since.reduce(0) { $0 + $1.controlExposure } / judge.bucketsPerDay,
      controlFailures: Int(since.reduce(0) { $0 + $1.controlOnsets }), onset: onset, candidates: candidates,
      separation: standing.isUnresolved ? separation : nil, fixes: fixes, known: judge.knowledge.known[suspect])
  }

  /// Before the data, that a rise on the day of a release is the release's doing and not the surroundings': a choice, since
  /// no data of the day can tell the two apart.
  private static let priorOfRelease = 0.75

  /// Of a firmware that had no concurrent controls: what can't be told from it, a change of the surroundings on that day, is
  /// named as the other candidate.
  private func belief(by witness: BeforeAndAfter) -> CohortBelief {
    let excess = max(0, 1 - 1 / max(witness.ratio.mean, 1))
    return CohortBelief(
      cohort: cohort, rateRatio: witness.ratio, probability: standing.probability, logEvidence: standing.logEvidence,
      logThreshold: standing.logThreshold, isPosteriorGateOpen: standing.isPosteriorOpen,
      attribution: Attribution(
        firmware: Self.priorOfRelease * excess, environment: (1 - Self.priorOfRelease) * excess, unknown: 1 - excess),
      deviceDays: witness.exposure / judge.bucketsPerDay, failures: Int(witness.onsets),
      expectedFailures: witness.expected, controlDeviceDays: 0, controlFailures: 0,
      onset: Bucket(startHour: witness.startHour, length: judge.knowledge.mode.bucket).start,
      candidates: [
        Candidate(cohort: cohort, probability: Self.priorOfRelease),
        Candidate(cohort: Cohort(cause: .environment, batch: nil, firmware: nil), probability: 1 - Self.priorOfRelease),
      ], fixes: fixes, known: judge.knowledge.known[suspect],
      before: CohortBelief.Before(
        deviceDays: witness.exposureBefore / judge.bucketsPerDay, failures: Int(witness.onsetsBefore)))
  }

  private var cohort: Cohort {
    standing.isUnresolved
      ? Cohort(cause: .unresolved, batch: suspect.batch, firmware: suspect.firmware) : suspect.cohort
  }

  /// The likeliest first changed bucket of the window, or the start of the CUSUM's excursion where that lies before it.
  private var onset: EventTime? {
    guard aligned.logEvidence > 0, series.indices.contains(aligned.onsetIndex) else { return nil }
    var hour = series[aligned.onsetIndex].startHour
    if let start = judge.test.processes[suspect]?.excursionStart, let first = judge.window.buckets.first?.startHour,
      start < first
    {
      hour = start
    }
    return Bucket(startHour: hour, length: judge.knowledge.mode.bucket).start
  }

  // MARK: Explanations

  /// The competing explanations by their marginal likelihoods, each as the only defect; an interaction starts with a
  /// quarter of a main effect's odds. An unresolved cohort names its two.
  private var candidates: [Candidate] {
    let explanations = standing.isUnresolved ? standing.candidates : [suspect] + judge.rivals(of: suspect)
    let logs = judge.logOdds(of: explanations)
    let total = logSum(logs)
    return zip(explanations, logs).map { Candidate(cohort: $0.cohort, probability: exponential($1 - total)) }
      .enumerated().sorted {
        $0.element.probability == $1.element.probability
          ? $0.offset < $1.offset : $0.element.probability > $1.element.probability
      }.map(\.element)
  }

  /// 1/ρ of the cohort's hazard is ordinary; the excess is shared by the candidates' probabilities, an interaction's by
  /// halves.
  private func attribution(_ candidates: [Candidate]) -> Attribution {
    let ratio = max(aligned.ratio.mean, 1)
    var result = Attribution(unknown: 1 / ratio)
    let excess = 1 - 1 / ratio
    for candidate in candidates {
      let share = excess * candidate.probability
      switch candidate.cohort.cause {
      case .batch: result.batch += share
      case .firmware: result.firmware += share
      case .environment: result.environment += share
      case .batchAndFirmware:
        result.batch += share / 2
        result.firmware += share / 2
      case .batchAndEnvironment:
        result.batch += share / 2
        result.environment += share / 2
      case .firmwareAndEnvironment:
        result.firmware += share / 2
        result.environment += share / 2
      case .unresolved: result.unknown += share
      }
    }
    return result
  }

  /// n devices for 14 days tell a ratio ρ from 1 at odds of 20 where n · 14 · r (ρ ln ρ − ρ + 1) ≥ ln 20 (the expected log
  /// likelihood ratio of Poisson counts).
  private var separation: String {
    let ratio = max(aligned.ratio.mean, 1.3)
    let information = ratio * logarithm(ratio) - ratio + 1
    let perDeviceDay = max(judge.rates.product.mean * judge.bucketsPerDay, 1e-9)
    let devices = min((logarithm(20) / (14 * perDeviceDay * information)).rounded(.up), 1e9)
    let batch = suspect.batch?.text ?? ""
    let firmware = suspect.firmware?.text ?? ""
    let noun = devices == 1 ? "device" : "devices"
    let mains = standing.candidates.filter(\.isMainEffect)
    var groups = mains.contains { $0.batch != nil } ? ["of batch \(batch) on another firmware"] : []
    if mains.contains(where: { $0.firmware != nil }) { groups.append("of other batches on \(firmware)") }
    return "\(Int(devices)) \(noun) \(groups.joined(separator: ", or as many ")), for 14 days would tell"
  }

  // MARK: Fixes

  private static let certaintyOfCure = 0.95

  /// Later firmware on which the same devices are back to normal. The fit's P(ratio < 1.15) alone would say so of any
  /// firmware without data, as its prior does: it is multiplied by the chance that the cells themselves are of a cured
  /// cohort (ratio 1) rather than of one that still has the defect (ratio ρ), at even odds beforehand.
  private var fixes: [CohortBelief.Fix] {
    var fixes: [Symbol: CohortBelief.Fix] = [:]
    let own = suspect.firmware.map { FirmwareVersion($0.text) }
    for firmware in judge.window.lexicon.firmwares.keys {
      let version = FirmwareVersion(firmware.text)
      guard let own, own < version, aligned.ratio.mean > 1.15 else { continue }
      let probability = probabilityOfCure(firmware)
      if probability >= Self.certaintyOfCure {
        fixes[firmware] = CohortBelief.Fix(firmware: firmware, probability: probability, isClaimedByProfile: false)
      }
    }
    let affected = own ?? latestAffectedFirmware
    for firmware in judge.knowledge.fixingReleases {
      if let affected, !(affected < FirmwareVersion(firmware.text)) { continue }
      fixes[firmware] = CohortBelief.Fix(
        firmware: firmware, probability: fixes[firmware]?.probability, isClaimedByProfile: true)
    }
    return fixes.values.sorted {
      let left = FirmwareVersion($0.firmware.text)
      let right = FirmwareVersion($1.firmware.text)
      return left < right || (!(right < left) && $0.firmware < $1.firmware)
    }
  }

  /// The latest firmware on which the cohort failed: a release not after it fixed nothing.
  private var latestAffectedFirmware: FirmwareVersion? {
    judge.firmwaresWithOnsets(in: suspect).map { FirmwareVersion($0.text) }.max()
  }

  /// 0 where it is less than certain enough without a look at the cells.
  private func probabilityOfCure(_ firmware: Symbol) -> Double {
    let patched = Suspect(batch: suspect.batch, firmware: firmware, isHumid: suspect.isHumid)
    let involved =
      [Suspect(firmware: firmware), patched] + (suspect.isHumid ? [Suspect(firmware: firmware, isHumid: true)] : [])
    let numbers = Set(involved).sorted().compactMap { judge.numbers[$0] }
    let normal = numbers.isEmpty ? 1 : 1 - judge.fit.probability(numbers, above: logarithm(1.15))
    // Before the rows are looked at: the product of both can't reach it any more.
    guard normal >= Self.certaintyOfCure else { return 0 }
    let touched = involved + [suspect] + standing.candidates.filter { $0.isMainEffect && $0.batch != nil }
    let effects = judge.effects { term in touched.contains { $0.isTouched(by: term) } }
    let cells = Comparison.series(patched, window: judge.window, effects: effects)
    let stillDefect = cells.reduce(0) { $0 + $1.logLikelihood(ratio: aligned.ratio.mean) }
    return normal / (1 + exponential(stillDefect))
  }
}
