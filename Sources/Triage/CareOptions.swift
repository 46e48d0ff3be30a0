import Vocabulary

/// A remedy that pays for one device, and the finding it follows from (`nil`: the device's own posterior).
struct CareOption {
  let finding: Finding?
  let belief: CohortBelief?
  let remedy: Ticket.Remedy
  /// For a patch: the device's probability on the new firmware.
  let probabilityWithFix: Interval?

  var kind: Ticket.Kind { remedy.type }
}

/// Which remedies a device could get, and which of them is the cheapest.
///
/// - A batch's fault is in the hardware: replacement; a patch only with a fix that the data show.
/// - A firmware's fault (alone, in one batch, in humid weather): a patch to the latest fitting fix after the device's own
///   version; without one nothing, and the finding says hold or roll back.
/// - Not separable: a remote check, as long as no definite finding offers a remedy.
/// - No finding: only a device that stands out by itself (`isOutstanding`), a replacement if at least half of its hazard
///   is its own, else a remote check.
///
/// Only what is cheaper than waiting is an option.
struct CareOptions {
  let device: DeviceBelief
  let entry: ProfileEntry
  let policy: TriagePolicy
  /// Findings that warrant care and include the device, with this pass's belief where there is one.
  let findings: [(finding: Finding, belief: CohortBelief?)]
  /// The end of the pass's bucket.
  let now: EventTime

  /// The same for a device that is believed otherwise.
  func of(_ device: DeviceBelief) -> CareOptions {
    CareOptions(device: device, entry: entry, policy: policy, findings: findings, now: now)
  }

  var comparison: CostComparison {
    CostComparison(costs: entry.mode.costs, probability: device.probability.mean)
  }

  private var verdictRules: VerdictRules { VerdictRules(device: device) }

  /// The cheapest first; remote checks last, because they only postpone a remedy. Equal costs: by finding id.
  var all: [CareOption] {
    guard entry.mode.costs.failure > 0 else { return [] }
    let options = findings.isEmpty ? [ownOption].compactMap(\.self) : findings.flatMap(options(of:))
    return options.filter { comparison.pays($0.remedy.expectedCost) && !verdictRules.rulesOut($0.kind) }
      .sorted(by: isPreferred)
  }

  private func isPreferred(_ left: CareOption, _ right: CareOption) -> Bool {
    if (left.kind == .diagnose) != (right.kind == .diagnose) { return right.kind == .diagnose }
    if left.remedy.expectedCost != right.remedy.expectedCost {
      return left.remedy.expectedCost < right.remedy.expectedCost
    }
    return (left.finding?.id ?? "", left.kind.rawValue) < (right.finding?.id ?? "", right.kind.rawValue)
  }

  private func options(of source: (finding: Finding, belief: CohortBelief?)) -> [CareOption] {
    func option(_ remedy: Ticket.Remedy, _ probabilityWithFix: Interval? = nil) -> CareOption {
      CareOption(
        finding: source.finding, belief: source.belief, remedy: remedy, probabilityWithFix: probabilityWithFix)
    }
    let fixes = source.belief?.fixes ?? entry.claimedFixes
    switch source.finding.cohort.cause {
    case .batch, .batchAndEnvironment:
      let shown = fixes.filter { $0.isShown(policy) }
      return [option(replacement)] + (patch(shown).map { [option($0.remedy, $0.probability)] } ?? [])
    case .firmware, .batchAndFirmware, .firmwareAndEnvironment:
      return patch(fixes).map { [option($0.remedy, $0.probability)] } ?? []
    case .unresolved:
      return [option(verdictRules.isFoundFaulty ? replacement : diagnose)]
    case .environment:
      return []
    }
  }

  private var ownOption: CareOption? {
    let remedy = device.attribution.device >= 0.5 || verdictRules.isFoundFaulty ? replacement : diagnose
    let isProven =
      verdictRules.isFoundFaulty && device.probability.low > remedy.breakEvenProbability
      && device.probability.low >= policy.ownProbability
    guard isProven || isOutstanding(remedy) else { return nil }
    return CareOption(finding: nil, belief: nil, remedy: remedy, probabilityWithFix: nil)
  }

  /// Nothing false may be raised from one device alone: the low end of its interval must pay, be likely, and lie well
  /// above what a new unit would have; it must have failed more than once, and its place and weather must not be the
  /// greater part of its hazard: no remedy of the device mends those.
  private func isOutstanding(_ remedy: Ticket.Remedy) -> Bool {
    let low = device.probability.low
    return device.onsets >= policy.ownOnsets && low > remedy.breakEvenProbability && low >= policy.ownProbability
      && low >= policy.ownExcess * device.probabilityOfReplacement
      && device.attribution.device >= device.attribution.environment
  }

  var replacement: Ticket.Remedy {
    let cost = comparison.replacement(probabilityOfNewUnit: device.probabilityOfReplacement)
    let unit = entry.profile.replacement
    return comparison.remedy(.replacement, expectedCost: cost, sku: unit?.sku, firmware: unit?.firmware)
  }

  private var diagnose: Ticket.Remedy { comparison.remedy(.diagnose, expectedCost: comparison.diagnose) }

  /// Only with an estimate for this very device: without one the cost of the patch isn't known.
  private func patch(_ fixes: [CohortBelief.Fix]) -> (remedy: Ticket.Remedy, probability: Interval)? {
    let estimated = fixes.filter { device.probabilityByFirmware[$0.firmware] != nil }
    guard let fix = estimated.latest(after: device.covariates.firmware, policy: policy),
      let probability = device.probabilityByFirmware[fix.firmware]
    else { return nil }
    let cost = comparison.patch(probabilityWithFix: probability.mean)
    var remedy = comparison.remedy(.patch, expectedCost: cost, firmware: fix.firmware)
    let now = max(device.probability.mean, 1e-12)
    // The share of the risk that goes; a firmware that makes things worse has none below 0.
    func share(_ fixed: Double) -> Double { min(max(1 - fixed / now, 0), 1) }
    remedy.efficacy =
      Interval(
        mean: share(probability.mean), low: share(probability.high), high: share(probability.low)
      ).toSixDigits
    return (remedy, probability)
  }

  /// Deciding a week later instead: see `ValueOfWaiting`. Data are counted from the finding's onset on.
  func wait(instead option: CareOption) -> ValueOfWaiting {
    let since = option.finding.flatMap { finding in
      finding.onset.map { Double(now.milliseconds - $0.milliseconds) / Double(EventTime.day) }
    }
    return ValueOfWaiting(
      failure: entry.mode.costs.failure, probability: device.probability,
      breakEven: option.remedy.breakEvenProbability, dataDays: max(1, since ?? 30),
      horizonDays: entry.mode.horizonDays)
  }

  /// Everything that could be done, the cheapest first, with what it would cost.
  func table(for chosen: CareOption) -> [Ticket.Option] {
    let wait = wait(instead: chosen)
    let cheapest = min(comparison.waiting, chosen.remedy.expectedCost)
    var table = [
      Ticket.Option(type: "nothing", expectedCost: comparison.waiting.toSixDigits),
      Ticket.Option(
        type: "wait", expectedCost: (cheapest + wait.harm - wait.value).toSixDigits,
        valueOfData: wait.value.toSixDigits, harm: wait.harm.toSixDigits),
      Ticket.Option(
        type: Ticket.Kind.replacement.rawValue, firmware: replacement.firmware,
        expectedCost: replacement.expectedCost.toSixDigits),
      Ticket.Option(type: Ticket.Kind.diagnose.rawValue, expectedCost: diagnose.expectedCost.toSixDigits),
    ]
    let fixes = findings.flatMap { $0.belief?.fixes ?? entry.claimedFixes }
    if let patch = patch(fixes)?.remedy {
      table.append(
        Ticket.Option(
          type: Ticket.Kind.patch.rawValue, firmware: patch.firmware, expectedCost: patch.expectedCost.toSixDigits))
    }
    return table.sorted { ($0.expectedCost, $0.type) < ($1.expectedCost, $1.type) }
  }
}
