package import Vocabulary

/// What triage must remember of cases that ended, which the `CaseBook` no longer holds: whoever keeps the book applies
/// the same changes here (and, at a start, those of the case store), so that what a person ended doesn't come back the
/// next day.
package struct EndedCases: Sendable {
  package struct Ending: Hashable, Sendable {
    /// When it stopped being live.
    package var endedAt: EventTime
    /// When it was judged: the last resolution, cancellation or clearing.
    package var judgedAt: EventTime
    package var isByOperator: Bool
  }

  package private(set) var tickets: [CaseBook.CareKey: Ending] = [:]
  package private(set) var findings: [CaseBook.DefectKey: Ending] = [:]

  package init() {}

  package mutating func apply(_ change: CaseChange) {
    switch change {
    case .ticket(let ticket):
      let key = CaseBook.CareKey(device: ticket.device, mode: ticket.failureMode)
      tickets[key] = ticket.state.isLive ? nil : ending(ticket.history, [.cancelled, .resolved], ticket.updatedAt)
    case .finding(let finding):
      findings[finding.key] = finding.state.isLive ? nil : ending(finding.history, [.cleared], finding.updatedAt)
    }
  }

  /// An erased device is a stranger again.
  package mutating func forget(device: String) {
    tickets = tickets.filter { $0.key.device != device }
  }

  /// Endings of tickets before `time` no longer matter: the longest horizon of the profiles ago is early enough.
  package mutating func forgetTickets(endedBefore time: EventTime) {
    tickets = tickets.filter { $0.value.endedAt >= time }
  }

  private func ending(_ history: [Ticket.Change], _ judgements: [CaseStep], _ fallback: EventTime) -> Ending {
    let words = judgements.map(\.rawValue)
    let judgement = history.last { words.contains($0.change) }
    return Ending(
      endedAt: history.last { $0.change != CaseStep.noted.rawValue }?.at ?? fallback,
      judgedAt: judgement?.at ?? fallback,
      isByOperator: judgement.map { $0.actor != daemonActor } ?? false)
  }
}
