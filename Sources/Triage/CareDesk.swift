package import Vocabulary

/// Turns one model pass's beliefs into changes of cases: findings of cohorts, tickets of devices, at the least expected
/// cost. Pure: the same pass, cases and times give the same changes, whatever the order of devices; and deciding again
/// after applying them changes nothing.
package struct CareDesk: Sendable {
  let policy: TriagePolicy
  private let shelf: ProfileShelf
  private let register: BatchRegister

  package init(profiles: [FirmwareProfile], policy: TriagePolicy, register: BatchRegister = BatchRegister()) {
    self.policy = policy
    self.register = register
    shelf = ProfileShelf(profiles)
  }

  /// Changed findings and tickets as they stand afterwards, at most one a case, sorted by id (so findings come before
  /// their tickets).
  ///
  /// - `openedAt`: wall clock in the daemon; equals `decidedAt` in a replay.
  /// - `ended`: without it, what a person ended may open again at once.
  /// - `entered`: told of each device whose care is due for a finding and may be held out; again in each pass for those that
  ///   are.
  /// - `devicesAffected`: devices with an onset by defect; without a count, those among `pass.devices`.
  package func decide(
    _ pass: PassBeliefs, cases: CaseBook, ended: EndedCases = EndedCases(),
    devicesAffected: [CaseBook.DefectKey: Int] = [:], openedAt: EventTime, entered: (TrialEntry) -> Void = { _ in }
  ) -> [CaseChange] {
    var book = cases
    var changes: [String: CaseChange] = [:]
    func record(_ id: String, _ change: CaseChange) {
      book.apply(change)
      changes[id] = change
    }

    let findingRules = FindingRules(
      policy: policy, shelf: shelf, pass: pass, openedAt: openedAt, ended: ended, devicesAffected: devicesAffected)
    for mode in pass.modes.sorted(by: { $0.mode < $1.mode }) {
      for finding in findingRules.changes(of: mode, book: book) { record(finding.id, .finding(finding)) }
    }

    // A ticket that closes here makes no room for another before the next pass.
    var blocked = Set(cases.tickets.keys)
    for ticket in cases.tickets.values {
      var advanced = TicketLifeCycle(policy: policy).advanced(ticket, to: pass.decidedAt)
      guard advanced != ticket else { continue }
      advanced.updatedAt = openedAt
      record(ticket.id, .ticket(advanced))
    }

    let ticketRules = TicketRules(
      policy: policy, shelf: shelf, pass: pass, openedAt: openedAt, ended: ended, book: book, register: register)
    var due: [DueTicket] = []
    var fresh: Set<String> = []
    for (number, device) in pass.devices.enumerated() {
      guard let options = ticketRules.options(device) else { continue }
      let key = CaseBook.CareKey(device: device.identity.device, mode: device.mode)
      if let ticket = book.tickets[key] {
        let followed = ticketRules.followed(ticket, device, options)
        if followed != ticket { record(ticket.id, .ticket(followed)) }
      } else if !blocked.contains(key), let option = ticketRules.opening(device, options) {
        blocked.insert(key)
        let trial = trialEntry(of: option.finding?.id, device, options.entry.mode, at: pass.decidedAt)
        if let trial, trial.arm == .holdout {
          entered(trial)
        } else {
          let episode = (book.ticketEpisodes[key] ?? 0) + 1
          due.append(
            DueTicket(number: number, device: device, episode: episode, finding: option.finding?.id, trial: trial))
        }
      }
    }
    for due in admitted(due, cases, pass.decidedAt) {
      let device = pass.devices[due.number]
      // Rules are pure: whoever was due above is due here.
      guard let options = ticketRules.options(device),
        let ticket = ticketRules.opened(device, options, episode: due.episode)
      else { continue }
      record(ticket.id, .ticket(ticket))
      fresh.insert(ticket.id)
      if let trial = due.trial { entered(trial) }
    }
    if policy.careMode == .send {
      for change in releases(book, at: pass.decidedAt, openedAt: openedAt, fresh: fresh) { record(change.id, change) }
    }
    for change in reminders(book, pass, openedAt: openedAt) { record(change.id, change) }
    return changes.sorted { $0.key < $1.key }.map(\.value)
  }

  /// What is said once more of findings: that they spread after they were acknowledged, that nobody answers.
  private func reminders(_ book: CaseBook, _ pass: PassBeliefs, openedAt: EventTime) -> [CaseChange] {
    let proposals = Dictionary(
      grouping: book.tickets.values.filter { $0.state == .proposed && $0.dueAt != nil }, by: { $0.finding ?? "" })
    let spread = FindingSpread(policy: policy.waves, pass: pass, openedAt: openedAt)
    return book.findings.values.sorted { $0.id < $1.id }.compactMap { finding in
      var next = spread.told(finding)
      next = policy.clocks.escalated(next, proposals: proposals[finding.id] ?? [], at: pass.decidedAt)
      guard next != finding else { return nil }
      next.updatedAt = openedAt
      return .finding(next)
    }
  }

  /// Only where care is sent, from a finding, and nobody could be hurt by its absence.
  private func trialEntry(
    of finding: String?, _ device: DeviceBelief, _ mode: FailureMode, at decidedAt: EventTime
  ) -> TrialEntry? {
    guard policy.careMode == .send, mode.holdoutShare > 0, mode.severity != .critical, let finding else { return nil }
    let isHeldOut = TrialEntry.lot(device.identity, mode.id) < mode.holdoutShare
    return TrialEntry(
      identity: device.identity, failureMode: mode.id, finding: finding, arm: isHeldOut ? .holdout : .care,
      at: decidedAt, onsets: device.onsets)
  }

  package func apply(
    _ action: TicketAction, to ticket: Ticket, at: EventTime, actor: String
  ) throws(Refusal) -> Ticket {
    try TicketLifeCycle(policy: policy).apply(action, to: ticket, at: at, actor: actor)
  }

  package func apply(
    _ action: FindingAction, to finding: Finding, at: EventTime, actor: String
  ) throws(Refusal) -> Finding {
    try FindingLifeCycle().apply(action, to: finding, at: at, actor: actor)
  }

  /// The smallest probability at which any remedy of this mode could pay: devices below it needn't be handed over.
  /// Infinite where no profile knows the mode.
  package func careThreshold(mode: ModeKey) -> Double {
    shelf.entries(for: mode).map(\.mode.costs.careThreshold).min() ?? .infinity
  }

  /// The likeliest failures up to the policy's limit a finding and pass; what this very pass opened before counts too.
  private func admitted(_ due: [DueTicket], _ cases: CaseBook, _ decidedAt: EventTime) -> [DueTicket] {
    var counts: [String: Int] = [:]
    for ticket in cases.tickets.values where ticket.decidedAt == decidedAt {
      counts[DueTicket.parent(ticket.finding, ticket.product, ticket.failureMode), default: 0] += 1
    }
    return due.sorted { ($1.probability, $0.id) < ($0.probability, $1.id) }.filter { due in
      counts[due.parent, default: 0] += 1
      return counts[due.parent, default: 0] <= policy.maximumTicketsAPass
    }
  }
}

extension CaseChange {
  /// Of the ticket or finding.
  package var id: String {
    switch self {
    case .ticket(let ticket): ticket.id
    case .finding(let finding): finding.id
    }
  }
}
