package import Vocabulary

/// Lets tickets out, wave by wave.
extension CareDesk {
  /// What the daemon itself does in a pass (`care.mode: send`). `fresh`: opened in this very pass, and so without a step
  /// of their own.
  func releases(_ book: CaseBook, at now: EventTime, openedAt: EventTime, fresh: Set<String>) -> [CaseChange] {
    let rules = CampaignRules(policy: policy.waves, now: now)
    let proposed = book.tickets.values.filter { $0.state == .proposed && $0.finding != nil }
    let waiting = Dictionary(grouping: proposed) { $0.finding ?? "" }
    var changes: [CaseChange] = []
    for finding in book.findings.values.sorted(by: { $0.id < $1.id }) where finding.state.warrantsCare {
      guard let tickets = waiting[finding.id] else { continue }
      let plan = rules.plan(finding, standings: book.standings(of: finding.id), waiting: tickets.count)
      guard plan.release > 0 else { continue }
      for ticket in tickets.inOrderOfRelease.prefix(plan.release) {
        changes.append(
          .ticket(released(ticket, plan, of: finding, at: now, openedAt: openedAt, isFresh: fresh.contains(ticket.id))))
      }
      changes.append(.finding(advanced(finding, plan, at: now, openedAt: openedAt)))
    }
    return changes
  }

  /// An operator lets the next tickets of a finding out: the rest of a wave, or the next one.
  package func release(
    _ finding: Finding, _ book: CaseBook, isForced: Bool, reason: String?, at now: EventTime, wall: EventTime,
    actor: String
  ) throws(Refusal) -> [CaseChange] {
    guard finding.state.warrantsCare else {
      throw Refusal(
        .conflict, "no ticket of finding \(finding.id) can be let out",
        "it is \(finding.state.rawValue): tickets come from confirmed and known findings")
    }
    let tickets = book.tickets.values.filter { $0.state == .proposed && $0.finding == finding.id }
    let plan = CampaignRules(policy: policy.waves, now: now).plan(
      finding, standings: book.standings(of: finding.id), waiting: tickets.count, isForced: isForced)
    guard plan.release > 0 else {
      let why = plan.reason ?? "none of its tickets waits"
      throw Refusal(
        .conflict, "no ticket of finding \(finding.id) can be let out now",
        tickets.isEmpty ? why : why + "; see forewarn finding waves \(finding.id), or add --force")
    }
    var changes: [CaseChange] = tickets.inOrderOfRelease.prefix(plan.release).map {
      .ticket(released($0, plan, of: finding, at: now, openedAt: wall, isFresh: false, actor: actor))
    }
    var next = advanced(finding, plan, at: now, openedAt: wall, actor: actor, reason: reason)
    let acknowledged = next.campaign?.acknowledgedAt ?? now
    next.campaign?.acknowledgedAt = acknowledged
    changes.append(.finding(next))
    return changes
  }

  private func released(
    _ ticket: Ticket, _ plan: CampaignRules.Plan, of finding: Finding, at now: EventTime, openedAt: EventTime,
    isFresh: Bool, actor: String = daemonActor
  ) -> Ticket {
    var next = ticket
    next.wave = plan.wave
    let wave = "wave \(plan.wave) of finding \(finding.id)"
    if isFresh, next.history.count == 1 {
      next.state = .open
      next.history[0].to = Ticket.State.open.rawValue
      next.history[0].reason = next.history[0].reason.map { "\($0); \(wave)" }
    } else {
      next.step(.released, to: .open, at: now, actor: actor, reason: wave)
    }
    next.updatedAt = openedAt
    return policy.clocks.started(next, at: now)
  }

  private func advanced(
    _ finding: Finding, _ plan: CampaignRules.Plan, at now: EventTime, openedAt: EventTime,
    actor: String = daemonActor, reason: String? = nil
  ) -> Finding {
    var next = finding
    let isNew = plan.campaign.waves.count > (finding.campaign?.waves.count ?? 0)
    next.campaign = plan.campaign
    next.updatedAt = openedAt
    let size = plan.campaign.waves.last?.size ?? 0
    let words = "\(plan.release) let out" + (isNew ? ", of at most \(size)" : "")
    next.history.append(
      Ticket.Change(
        .wave, at: now, actor: actor, to: "\(plan.wave)",
        reason: [words, reason].compactMap(\.self).joined(separator: "; ")
      ))
    return next
  }
}

extension Sequence<Ticket> {
  /// The likeliest failures first.
  fileprivate var inOrderOfRelease: [Ticket] {
    sorted { ($1.probability.mean, $0.id) < ($0.probability.mean, $1.id) }
  }
}
