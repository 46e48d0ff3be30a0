import Vocabulary

/// What a verdict on a device means for its care. A device in which nobody found the fault gets neither a new unit nor another
/// check, as long as the verdict is younger than the mode's horizon; one in which it was found is a case for a new unit.
struct VerdictRules {
  let device: DeviceBelief

  private var verdict: DeviceVerdict? { device.verdict }
  var isFoundFaulty: Bool { verdict?.result == .fault }
  var isFoundSound: Bool { verdict?.result?.isClear ?? false }

  func rulesOut(_ kind: Ticket.Kind) -> Bool { isFoundSound && kind != .patch }

  /// The same for a history: `a remote check on 2025-11-23 found no fault`.
  var words: String? { verdict?.conclusive?.words }

  /// `A remote check on 2025-11-23 found no fault.`
  var sentence: Sentence? {
    guard let verdict = verdict?.conclusive else { return nil }
    let found =
      switch verdict.result {
      case .fault: "ticket.found_fault"
      case .noFault: "ticket.found_none"
      case .otherCause, .inconclusive: "ticket.found_other"
      }
    let witness =
      switch verdict.source {
      case .check: "ticket.by_check"
      case .bench: "ticket.by_bench"
      case .ticket: "ticket.by_ticket"
      }
    return Sentence(
      "ticket.verdict",
      ["witness": .clause(Sentence(witness)), "date": .date(verdict.time), "found": .clause(Sentence(found))])
  }

  /// What a check answered since its ticket was opened moves the ticket on: no fault resolves it, a fault makes it a
  /// replacement if that pays, and what tells nothing is noted. `nil`: nothing new.
  func answered(_ ticket: Ticket, _ options: CareOptions, at now: EventTime) -> Ticket? {
    guard ticket.kind == .diagnose, ticket.state.isOpen, let verdict = verdict?.latest, verdict.source != .ticket,
      verdict.time >= ticket.decidedAt, ticket.history.last(.diagnosed)?.to != Self.mark(verdict)
    else { return nil }
    var next = ticket
    next.history.append(
      Ticket.Change(.diagnosed, at: now, to: Self.mark(verdict), reason: verdict.words))
    switch verdict.result {
    case .inconclusive: break
    case .noFault, .otherCause:
      next.outcome = verdict.result == .noFault ? .noFaultFound : .otherCause
      next.step(.resolved, to: .resolved, at: now, reason: verdict.words)
    case .fault:
      guard options.comparison.pays(options.replacement.expectedCost) else { break }
      next.history.append(
        Ticket.Change(
          .kind, at: now, from: ticket.kind.rawValue, to: Ticket.Kind.replacement.rawValue,
          reason: verdict.words))
      next.kind = .replacement
      next.remedy = options.replacement
    }
    return next
  }

  private static func mark(_ verdict: Verdict) -> String { "\(verdict.result.rawValue) \(verdict.time)" }
}
