import Vocabulary

/// When a ticket opens, changes and is withdrawn. `PatchFollowUp` takes over once a device runs the firmware of its patch.
///
/// - At most one live ticket a device and failure mode; a resolved one blocks until it closes. After the end of one the
///   next opens at the earliest after the mode's horizon if a person judged it, after the refractory time if the daemon
///   did, and never in the pass in which it ended.
/// - While nobody acted, the kind follows the cheapest remedy (with hysteresis), and the ticket is withdrawn when nothing
///   pays any more and either the probability fell below half of the break-even or its finding is gone. Once someone
///   acted, only numbers change.
/// - Written again when an operator would see it: kind, remedy's firmware, finding, facts of the device, or a change of
///   the probability by the policy's share.
struct TicketRules {
  let policy: TriagePolicy
  let shelf: ProfileShelf
  let pass: PassBeliefs
  let openedAt: EventTime
  let ended: EndedCases
  let register: BatchRegister
  let beliefs: [CaseBook.DefectKey: CohortBelief]
  /// Live findings that warrant care, by mode, sorted by id.
  let findings: [ModeKey: [Finding]]

  private var now: EventTime { pass.decidedAt }

  init(
    policy: TriagePolicy, shelf: ProfileShelf, pass: PassBeliefs, openedAt: EventTime, ended: EndedCases,
    book: CaseBook,
    register: BatchRegister
  ) {
    self.policy = policy
    self.shelf = shelf
    self.pass = pass
    self.openedAt = openedAt
    self.ended = ended
    self.register = register
    beliefs = Dictionary(
      pass.modes.flatMap { mode in
        mode.cohorts.map { (CaseBook.DefectKey(mode: mode.mode, cohort: $0.cohort), $0) }
      }, uniquingKeysWith: { first, _ in first })
    let warranting = book.findings.values.filter(\.state.warrantsCare).sorted { $0.id < $1.id }
    findings = Dictionary(grouping: warranting) { $0.key.mode }
  }

  /// The options of one device, the preferred first; `nil` where no profile describes its mode.
  func options(_ device: DeviceBelief) -> CareOptions? {
    let mode = ModeKey(product: device.identity.product, mode: device.mode)
    guard var entry = shelf.entry(for: mode, firmware: device.covariates.firmware) else { return nil }
    entry.mode.costs = policy.currencies.local(entry.mode.costs, in: device.covariates.region)
    let covering = (findings[mode] ?? []).filter { $0.cohort.includes(device.covariates) }
    return CareOptions(
      device: device, entry: entry, policy: policy, findings: covering.map { ($0, beliefs[$0.key]) },
      now: now)
  }

  /// What a new ticket would offer; `nil`: none opens.
  func opening(_ device: DeviceBelief, _ options: CareOptions) -> CareOption? {
    let key = CaseBook.CareKey(device: device.identity.device, mode: device.mode)
    guard policy.careMode != .off, !isRetired(device), !rests(key, options.entry.mode),
      let option = options.all.first, !options.wait(instead: option).pays
    else { return nil }
    return option
  }

  func opened(_ device: DeviceBelief, _ options: CareOptions, episode: Int) -> Ticket? {
    guard let option = opening(device, options) else { return nil }
    // One of a finding waits for its wave.
    let waits = policy.careMode == .send && option.finding != nil
    let state: Ticket.State = policy.careMode == .send && !waits ? .open : .proposed
    let mode = options.entry.mode
    var ticket = Ticket(
      id: CaseID.ticket(device.identity, mode: device.mode, episode: episode), kind: option.kind, state: state,
      severity: mode.severity, device: device.identity.device, product: device.identity.product,
      batch: device.covariates.batch, firmware: device.covariates.firmware, region: device.covariates.region,
      customer: device.facts.customer, failureMode: device.mode, kb: nil,
      probability: Ticket.Probability(device.probability, horizonDays: mode.horizonDays),
      evidence: Ticket.Evidence(cohortDeviceDays: nil, cohortFailures: nil, deviceReports: device.reports),
      attribution: device.attribution, finding: nil, remedy: option.remedy, explanation: "", decidedAt: now,
      openedAt: openedAt, updatedAt: openedAt, episode: episode, mayContact: mayContact(device))
    let cause = option.finding.map { "finding \($0.id)" } ?? "the device's own record"
    ticket.history = [
      Ticket.Change(.opened, at: now, to: state.rawValue, reason: "\(option.kind.rawValue), because of \(cause)")
    ]
    ticket = written(ticket, device, option, options)
    return waits ? ticket : policy.clocks.started(ticket, at: now)
  }

  /// A live ticket in the light of this pass; the same value if nothing an operator would see has changed.
  func followed(_ ticket: Ticket, _ device: DeviceBelief, _ options: CareOptions) -> Ticket {
    guard ticket.state.isOpen else { return ticket }
    if isRetired(device), ticket.isUntouched { return withdrawn(ticket, "the device is retired") }
    let verdict = VerdictRules(device: device)
    if let next = verdict.answered(ticket, options, at: now) { return rewritten(next, device, options, option: nil) }
    let followUp = PatchFollowUp(policy: policy, now: now, ticket: ticket, device: device, options: options)
    let (device, options) = (followUp.device, followUp.options)
    if followUp.isOnTarget(ticket) {
      let next = followUp.followed(ticket)
      guard next.history == ticket.history else { return rewritten(next, device, options, option: nil) }
      return isNoticeable(ticket, device, nil) ? rewritten(next, device, options, option: nil) : ticket
    }
    let option = option(for: ticket, options.all)
    if option == nil, ticket.isUntouched, let reason = withdrawalReason(ticket, device, options) {
      return withdrawn(ticket, reason)
    }
    guard isNoticeable(ticket, device, option) else { return ticket }
    var next = ticket
    if next.remedy.currency == options.entry.mode.costs.currency {
      next.remedy.costOfWaiting = options.comparison.waiting.toSixDigits
    }
    return rewritten(next, device, options, option: option)
  }

  /// The option that the ticket should follow: its own remedy, or a clearly cheaper one as long as nobody acted. A
  /// replacement after a failed patch follows none.
  private func option(for ticket: Ticket, _ options: [CareOption]) -> CareOption? {
    guard ticket.history.last(.targetFirmwareInstalled) == nil else { return nil }
    let present = options.first { $0.kind == ticket.kind && $0.finding?.id == ticket.finding }
    guard ticket.isUntouched, let best = options.first else { return present }
    guard let present, present.kind != best.kind, present.kind != .diagnose else {
      return present?.kind == best.kind ? present : best
    }
    return best.remedy.expectedCost < policy.switchingShare * present.remedy.expectedCost ? best : present
  }

  private func withdrawalReason(_ ticket: Ticket, _ device: DeviceBelief, _ options: CareOptions) -> String? {
    let verdict = VerdictRules(device: device)
    if verdict.rulesOut(ticket.kind), let words = verdict.words { return words }
    let line = policy.withdrawalShare * ticket.remedy.breakEvenProbability
    if device.probability.mean < line {
      return "the probability fell to \(Wording.percent(device.probability.mean)), below half of the break-even of "
        + Wording.percent(ticket.remedy.breakEvenProbability)
    }
    // A ticket whose patch failed stands by itself.
    guard let finding = ticket.finding, ticket.history.last(.targetFirmwareInstalled) == nil,
      !options.findings.contains(where: { $0.finding.id == finding })
    else { return nil }
    let isLive = findings[ModeKey(product: ticket.product, mode: ticket.failureMode)]?.contains { $0.id == finding }
    return isLive == true
      ? "the device no longer belongs to finding \(finding)" : "finding \(finding) no longer stands"
  }

  private func withdrawn(_ ticket: Ticket, _ reason: String) -> Ticket {
    var next = ticket
    next.step(.cancelled, to: .cancelled, at: now, reason: reason)
    next.updatedAt = openedAt
    return next
  }

  private func isNoticeable(_ ticket: Ticket, _ device: DeviceBelief, _ option: CareOption?) -> Bool {
    if let option {
      let old = ticket.remedy
      if option.kind != ticket.kind || option.finding?.id != ticket.finding || option.remedy.firmware != old.firmware
        || option.remedy.sku != old.sku || option.remedy.currency != old.currency
      {
        return true
      }
    }
    return policy.isNoticeable(ticket.probability.mean, device.probability.mean)
      || ticket.firmware != device.covariates.firmware || ticket.batch != device.covariates.batch
      || ticket.region != device.covariates.region || ticket.customer != device.facts.customer
      || ticket.mayContact != mayContact(device)
  }

  /// With this pass's numbers and words; each change of kind, finding or firmware is an entry of the history.
  private func rewritten(_ ticket: Ticket, _ device: DeviceBelief, _ options: CareOptions, option: CareOption?)
    -> Ticket
  {
    var next = ticket
    func note(_ step: CaseStep, _ from: String?, _ to: String?, _ reason: String? = nil) {
      if from != to { next.history.append(Ticket.Change(step, at: now, from: from, to: to, reason: reason)) }
    }
    if let option {
      note(.finding, ticket.finding, option.finding?.id)
      note(.kind, ticket.kind.rawValue, option.kind.rawValue, "it is now the cheaper remedy")
      if ticket.kind == option.kind {
        note(.remedyFirmware, ticket.remedy.firmware?.text, option.remedy.firmware?.text)
      }
      next.finding = option.finding?.id
      next.kind = option.kind
      next.remedy = option.remedy
    }
    if ticket.finding != nil, next.finding == nil, next.state == .proposed {
      // It stands by itself from now on: it waits for no wave, and nobody could have answered to it before.
      if policy.careMode == .send {
        next.step(.released, to: .open, at: now, reason: "no finding's wave holds it any more")
      }
      next = policy.clocks.started(next, at: now)
    }
    if next.history.last(.targetFirmwareInstalled)?.to != device.covariates.firmware.text {
      note(.firmware, ticket.firmware.text, device.covariates.firmware.text)
    }
    next.batch = device.covariates.batch
    next.firmware = device.covariates.firmware
    next.region = device.covariates.region
    next.customer = device.facts.customer
    next.mayContact = mayContact(device)
    next = policy.clocks.handedOver(next, from: ticket, at: now)
    next.probability = Ticket.Probability(device.probability, horizonDays: options.entry.mode.horizonDays)
    next.updatedAt = openedAt
    return written(next, device, option ?? unchanged(next), options)
  }

  /// The ticket's own remedy as an option, where this pass offers no other.
  private func unchanged(_ ticket: Ticket) -> CareOption {
    let finding = findings[ModeKey(product: ticket.product, mode: ticket.failureMode)]?
      .first { $0.id == ticket.finding }
    return CareOption(
      finding: finding, belief: finding.flatMap { beliefs[$0.key] }, remedy: ticket.remedy, probabilityWithFix: nil)
  }

  private func written(
    _ ticket: Ticket, _ device: DeviceBelief, _ option: CareOption, _ options: CareOptions
  ) -> Ticket {
    let entry = options.entry
    var next = ticket
    let owner = policy.clocks.owner(of: option.finding?.cohort.cause, device, register: register)
    next.owner = owner?.owner
    next.queue = owner?.queue
    next.priority = policy.clocks.priority(
      ticket.severity, probability: device.probability.mean, isEscalated: ticket.escalatedAt != nil)
    next.options = options.table(for: option)
    if let finding = option.finding {
      next.finding = finding.id
      next.attribution = finding.attribution
      next.kb = finding.kb
      next.evidence.cohortDeviceDays = finding.deviceDays
      next.evidence.cohortFailures = finding.failures
    } else if ticket.finding == nil {
      next.attribution = device.attribution.toSixDigits
      next.kb = entry.mode.kb
    }
    next.evidence.deviceReports = device.reports
    next.profile = entry.profile.revision
    next.probability = Ticket.Probability(device.probability.toSixDigits, horizonDays: entry.mode.horizonDays)
    next.sentences = TicketExplanation(ticket: next, device: device, option: option, entry: entry).sentences
    next.explanation = Messages.english.read(next.sentences, in: "en").text
    return next
  }

  private func mayContact(_ device: DeviceBelief) -> Bool {
    policy.contactConsent.allowsContact(device.facts)
  }

  private func isRetired(_ device: DeviceBelief) -> Bool {
    device.facts.retired.map { $0 <= now } ?? false
  }

  private func rests(_ key: CaseBook.CareKey, _ mode: FailureMode) -> Bool {
    guard let ending = ended.tickets[key] else { return false }
    let days = ending.isByOperator ? mode.horizonDays : mode.refractoryDays
    return now <= ending.endedAt || now < ending.judgedAt + days.daysInMilliseconds
  }
}
