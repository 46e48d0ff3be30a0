import Vocabulary

/// When a finding opens, is confirmed, is written again and clears.
///
/// - The sequential gate alone opens it as `suspected`, both gates as `confirmed`, a profile's entry as `known` as soon
///   as the cohort has devices.
/// - A confirmed one stands for `clearingDays` at least, unless another finding explains it; and it stands as long as its cohort
///   is one of two that the data can't choose between: what once told them apart has left the window, it isn't refuted.
/// - It clears when the sequential gate is closed and its probability is below the policy's line, or when the model no
///   longer lists the cohort as near a gate. What people stand for (`known`, or confirmed by a person) stays.
/// - Wider cohorts and main effects are judged first. A cohort wholly inside another's standing finding is explained by
///   that one, unless even the low end of its rate ratio lies above the other's high end.
/// - A cause once named is named otherwise only by as much evidence again: neither an unresolved cohort nor a wider one takes the
///   place of a confirmed finding unless it is 95 % likely with that finding's odds counted.
/// - It is written again only when an operator would see the difference: its state or next step, its KB id, or a change
///   of the policy's share in probability, rate ratio or a count.
struct FindingRules {
  let policy: TriagePolicy
  let shelf: ProfileShelf
  let pass: PassBeliefs
  let openedAt: EventTime
  let ended: EndedCases
  /// Devices with an onset by defect, where the caller knows them all.
  let devicesAffected: [CaseBook.DefectKey: Int]

  private var now: EventTime { pass.decidedAt }

  /// The changed findings of one mode. Modes without a belief in this pass are left as they are.
  func changes(of belief: ModeBelief, book: CaseBook) -> [Finding] {
    var standing: [Cohort: Finding] = [:]
    for (key, finding) in book.findings where key.mode == belief.mode { standing[key.cohort] = finding }
    let beliefs = Dictionary(belief.cohorts.map { ($0.cohort, $0) }, uniquingKeysWith: { first, _ in first })
    var rivals = Dictionary(belief.cohorts.flatMap(Self.rivals), uniquingKeysWith: { first, _ in first })
    for finding in standing.values {
      if let doubt = beliefs.values.filter({ names(finding, insteadOf: $0) }).map(\.cohort).min(by: isJudgedBefore) {
        rivals[finding.cohort] = rivals[finding.cohort] ?? doubt
      }
    }
    var changes: [Finding] = []
    for cohort in Set(standing.keys).union(beliefs.keys).sorted(by: isJudgedBefore) {
      let parent = standing.values.filter { isExplained(cohort, by: $0, beliefs) }.min { $0.id < $1.id }
      let isNamed = beliefs[cohort].map { held in standing.values.contains { names($0, insteadOf: held) } } ?? false
      let next =
        if let finding = standing[cohort] {
          revised(finding, beliefs[cohort], parent: parent, rival: rivals[cohort], isNamedOtherwise: isNamed)
        } else {
          isNamed ? nil : beliefs[cohort].flatMap { opened($0, belief.mode, book, parent: parent) }
        }
      guard let next else { continue }
      changes.append(next)
      standing[cohort] = next.state.isLive ? next : nil
    }
    return changes
  }

  private func opened(_ belief: CohortBelief, _ mode: ModeKey, _ book: CaseBook, parent: Finding?) -> Finding? {
    let key = CaseBook.DefectKey(mode: mode, cohort: belief.cohort)
    guard let entry = shelf.entry(for: mode, firmware: belief.cohort.firmware) else { return nil }
    let isRefused = ended.findings[key]?.isByOperator == true
    let state: Finding.State
    if belief.known != nil, belief.deviceDays > 0, !isRefused {
      state = .known
    } else if belief.isSequentialGateOpen, parent == nil, !rests(key, entry.mode), !isRefuted(belief) {
      // What a person refused to take on the profile's word comes back on the data's, and is known then as well.
      state = belief.known != nil ? .known : belief.isPosteriorGateOpen ? .confirmed : .suspected
    } else {
      return nil
    }
    let isBorneOut = belief.isSequentialGateOpen && belief.isPosteriorGateOpen
    let episode = (book.findingEpisodes[key] ?? 0) + 1
    var finding = Finding(
      id: CaseID.finding(mode, cohort: belief.cohort, episode: episode), state: state, failureMode: mode.mode,
      product: mode.product, cohort: belief.cohort, rateRatio: belief.rateRatio, probability: belief.probability,
      attribution: belief.attribution, deviceDays: belief.deviceDays, failures: belief.failures, devicesAffected: 0,
      onset: belief.onset, detectedAt: isBorneOut ? now : nil, kb: nil, explanation: "", candidates: [],
      decidedAt: now, openedAt: openedAt, updatedAt: openedAt, episode: episode)
    finding.history = [
      Ticket.Change(.opened, at: now, to: state.rawValue, reason: Self.openingReason(state))
    ]
    return written(finding, belief, entry)
  }

  private static func openingReason(_ state: Finding.State) -> String {
    switch state {
    case .known: "the firmware profile lists it, and there are such devices"
    case .confirmed: "these devices fail more often than chance explains, and by a margin that matters"
    case .suspected, .cleared: "these devices fail more often than chance explains; by how much isn't certain yet"
    }
  }

  /// By each of the two that an unresolved cohort can't choose between, the other.
  private static func rivals(_ belief: CohortBelief) -> [(Cohort, Cohort)] {
    guard belief.cohort.cause == .unresolved, belief.candidates.count == 2 else { return [] }
    let cohorts = belief.candidates.map(\.cohort)
    return [(cohorts[0], cohorts[1]), (cohorts[1], cohorts[0])]
  }

  /// Whether the finding has named the cause of what the belief is about, and stands: the belief can't choose between that cause
  /// and another, or it names a wider cohort, and isn't 95 % likely against the finding's with what named that one counted, too.
  /// That may have left the model's window, but it is no less true.
  private func names(_ finding: Finding, insteadOf belief: CohortBelief) -> Bool {
    guard finding.state == .confirmed, finding.cohort.cause != .unresolved, belief.known == nil else { return false }
    if belief.cohort.cause == .unresolved { return belief.candidates.contains { $0.cohort == finding.cohort } }
    guard finding.cohort.isInside(belief.cohort) else { return false }
    /// The belief's cohort against the finding's.
    func odds(_ candidates: [(cohort: Cohort, probability: Double)]) -> Double? {
      guard let other = candidates.first(where: { $0.cohort == belief.cohort })?.probability,
        let own = candidates.first(where: { $0.cohort == finding.cohort })?.probability
      else { return nil }
      return other / max(own, 1e-12)
    }
    guard let then = odds(finding.candidates.map { ($0.cohort, $0.probability) }),
      let now = odds(belief.candidates.map { ($0.cohort, $0.probability) })
    else { return false }
    return max(then, Self.leastOdds) * now < Candidate.oddsOfNaming
  }

  /// What named a cause was of finite worth.
  private static let leastOdds = 1e-4

  /// - Parameters:
  ///   - rival: what the data can't tell its cohort from.
  ///   - isNamedOtherwise: another finding has named the cause.
  private func revised(
    _ finding: Finding, _ belief: CohortBelief?, parent: Finding?, rival: Cohort?, isNamedOtherwise: Bool
  ) -> Finding? {
    let mode = ModeKey(product: finding.product, mode: finding.failureMode)
    if !finding.isKeptByPeople, belief?.known == nil, let reason = clearingReason(belief, parent, rival) {
      if parent == nil, belief == nil, rival != nil, finding.state == .confirmed { return nil }
      // Held as it was when the data bore it out, not rewritten with a doubt that may pass.
      guard parent != nil || hasStoodLongEnough(finding, belief) else { return nil }
      var next = finding
      next.step(.cleared, to: .cleared, at: now, reason: reason)
      next.updatedAt = openedAt
      return next
    }
    guard let belief, let entry = shelf.entry(for: mode, firmware: finding.cohort.firmware) else { return nil }
    var next = finding
    if belief.isSequentialGateOpen, belief.isPosteriorGateOpen, !isNamedOtherwise {
      if finding.state == .suspected {
        next.step(.confirmed, to: .confirmed, at: now, reason: Self.openingReason(.confirmed))
      } else if finding.state == .known, finding.detectedAt == nil {
        next.history.append(Ticket.Change(.noted, at: now, reason: "the data now bear it out"))
      }
      next.detectedAt = finding.detectedAt ?? now
    }
    if next.state != .known, belief.known != nil, !finding.isKeptByPeople {
      next.step(.known, to: .known, at: now, reason: "the firmware profile now lists it")
    }
    let rewritten = written(next, belief, entry)
    return next != finding || isNoticeable(finding, rewritten, belief, entry) ? rewritten : nil
  }

  private func hasStoodLongEnough(_ finding: Finding, _ belief: CohortBelief?) -> Bool {
    // An unresolved one makes room as soon as its candidates can be told apart.
    guard finding.state == .confirmed, finding.cohort.cause != .unresolved, let detected = finding.detectedAt else {
      return true
    }
    // Who looked at the devices needn't be borne with.
    if belief.map(isRefuted) ?? false { return true }
    return Double(now.milliseconds - detected.milliseconds) >= policy.clearingDays * Double(EventTime.day)
  }

  private func clearingReason(_ belief: CohortBelief?, _ parent: Finding?, _ rival: Cohort?) -> String? {
    if let parent { return "finding \(parent.id) (\(parent.cohort.words)) explains it" }
    if belief == nil, let rival { return "the data can't tell it from \(rival.words)" }
    guard let belief else { return "its devices no longer fail noticeably more often than others" }
    if isRefuted(belief), let tally = belief.verdicts?.tally {
      return "of \(Wording.count(tally.examined, "device")) examined, \(tally.cleared) had no such fault: "
        + "its probability fell to \(Wording.percent(belief.probability))"
    }
    guard !belief.isSequentialGateOpen, belief.probability < policy.clearingProbability else { return nil }
    return "its probability fell to \(Wording.percent(belief.probability))"
  }

  /// Rates alone would let it stand, those who looked at its suspects don't: however open the sequential gate is.
  private func isRefuted(_ belief: CohortBelief) -> Bool {
    guard let verdicts = belief.verdicts else { return false }
    return belief.probability < policy.clearingProbability && belief.probability < verdicts.probabilityByRates
  }

  /// With the numbers, KB id and words of this pass.
  private func written(_ finding: Finding, _ belief: CohortBelief, _ entry: ProfileEntry) -> Finding {
    var next = finding
    next.rateRatio = belief.rateRatio.toSixDigits
    next.probability = belief.probability.toSixDigits
    next.attribution = belief.attribution.toSixDigits
    next.deviceDays = belief.deviceDays.toSixDigits
    next.failures = belief.failures
    next.devicesAffected = max(finding.devicesAffected, countAffected(finding))
    next.onset = belief.onset
    next.kb = belief.known?.kb ?? entry.mode.kb
    next.profile = entry.profile.revision
    next.candidates = belief.candidates.map {
      Finding.CandidateEntry(cohort: $0.cohort, probability: $0.probability.toSixDigits)
    }
    next.updatedAt = openedAt
    next.explanation = FindingExplanation(finding: next, belief: belief, entry: entry, policy: policy).text
    return next
  }

  private func isNoticeable(_ old: Finding, _ new: Finding, _ belief: CohortBelief, _ entry: ProfileEntry) -> Bool {
    let nextStep = FindingExplanation(finding: new, belief: belief, entry: entry, policy: policy).nextStep
    return old.kb != new.kb || !old.explanation.hasSuffix(nextStep)
      || policy.isNoticeable(old.probability, new.probability)
      || policy.isNoticeable(old.rateRatio.mean, new.rateRatio.mean)
      || policy.isNoticeable(Double(old.failures), Double(new.failures))
      || policy.isNoticeable(old.deviceDays, new.deviceDays)
      || policy.isNoticeable(Double(old.devicesAffected), Double(new.devicesAffected))
  }

  /// Without the caller's count, the devices of this pass that are in the cohort and failed this way: never more than
  /// there are.
  private func countAffected(_ finding: Finding) -> Int {
    if let count = devicesAffected[finding.key] { return count }
    return pass.devices.count {
      $0.mode == finding.failureMode && $0.identity.product == finding.product && $0.onsets > 0
        && finding.cohort.includes($0.covariates)
    }
  }

  /// What a person cleared rests until the evidence that he judged has left the mode's window; and nothing opens again in
  /// the pass in which it cleared.
  private func rests(_ key: CaseBook.DefectKey, _ mode: FailureMode) -> Bool {
    guard let ending = ended.findings[key] else { return false }
    let window = ending.isByOperator ? Double(mode.windowDays).daysInMilliseconds : 0
    return now <= ending.endedAt || now < ending.judgedAt + window
  }

  private func isExplained(_ cohort: Cohort, by parent: Finding, _ beliefs: [Cohort: CohortBelief]) -> Bool {
    guard parent.state.warrantsCare, cohort.isInside(parent.cohort), let belief = beliefs[cohort] else { return false }
    let parentRatio = beliefs[parent.cohort]?.rateRatio ?? parent.rateRatio
    return belief.rateRatio.low <= parentRatio.high
  }

  /// Wider cohorts first, main effects before interactions; then by name. A parent always comes before what is inside it.
  private func isJudgedBefore(_ left: Cohort, _ right: Cohort) -> Bool {
    let (a, b) = ((left.breadth, left.cause.rank), (right.breadth, right.cause.rank))
    return a != b ? a < b : left.sortKey.lexicographicallyPrecedes(right.sortKey)
  }
}

extension Cohort {
  /// How many facts a device must share to belong.
  fileprivate var breadth: Int { [batch, firmware, region].count { $0 != nil } }
  fileprivate var sortKey: [String] { [batch?.text ?? "", firmware?.text ?? "", region?.text ?? ""] }

  /// Whether each of its devices belongs to `other`, which must be a group of devices (surroundings alone explain none).
  func isInside(_ other: Cohort) -> Bool {
    guard self != other, other.batch != nil || other.firmware != nil else { return false }
    return (other.batch == nil || other.batch == batch) && (other.firmware == nil || other.firmware == firmware)
      && (other.region == nil || other.region == region) && (breadth > other.breadth || cause.rank > other.cause.rank)
  }
}

extension Cause {
  fileprivate var rank: Int {
    switch self {
    case .batch: 0
    case .firmware: 1
    case .environment: 2
    case .firmwareAndEnvironment: 3
    case .batchAndEnvironment: 4
    case .batchAndFirmware: 5
    case .unresolved: 6
    }
  }
}

extension Attribution {
  var toSixDigits: Attribution {
    Attribution(
      batch: batch.toSixDigits, firmware: firmware.toSixDigits, environment: environment.toSixDigits,
      device: device.toSixDigits, unknown: unknown.toSixDigits)
  }

  /// "batch 91 %, firmware 3 %": the largest first, those below half a percent left out.
  var words: String {
    let shares = [
      ("batch", batch), ("firmware", firmware), ("environment", environment), ("the device itself", device),
      ("unknown", unknown),
    ]
    return shares.enumerated().filter { $0.element.1 >= 0.005 }
      .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
      .map { "\($0.element.0) \(Wording.percent($0.element.1))" }.joined(separator: ", ")
  }
}
