package import Vocabulary

/// What a person may do to a ticket, and the one thing that time does (`close`).
package enum TicketAction: Hashable, Sendable {
  case acknowledge
  /// A proposed ticket opens, as if `care.mode` were `send`.
  case release
  /// Without a date it rests for the policy's `holdDays`.
  case hold(reason: String, until: EventTime?)
  case resolve(Ticket.Outcome, note: String?)
  case reopen(reason: String?)
  case cancel(reason: String?)
  case note(String)
  case close
}

/// Why an action can't be done, and what to do instead.
package struct Refusal: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// Against the case's state: HTTP 409.
    case conflict
    /// The request itself lacks something: HTTP 400.
    case wrongUse
  }
  package var kind: Kind
  package var title: String
  package var detail: String

  package init(_ kind: Kind, _ title: String, _ detail: String) {
    self.kind = kind
    self.title = title
    self.detail = detail
  }
}

/// The contract's life cycle: `proposed` → `open` → `acknowledged` ⇄ `on_hold` → `resolved` → `closed`; a person may skip
/// steps forward; `cancelled` from any live state; `reopen` from `resolved` or `closed`.
struct TicketLifeCycle {
  let policy: TriagePolicy

  /// `at`: the clock's time (wall or event, as configured): holds and closing dates are judged against it. An action that
  /// would change nothing returns the ticket as it is.
  func apply(_ action: TicketAction, to ticket: Ticket, at: EventTime, actor: String) throws(Refusal) -> Ticket {
    var next = ticket
    switch action {
    case .acknowledge:
      guard ticket.state != .acknowledged else { return ticket }
      guard ticket.state.isOpen else { throw refusal("acknowledge", ticket) }
      next.step(.acknowledged, to: .acknowledged, at: at, actor: actor, reason: nil)
    case .release:
      guard ticket.state != .open else { return ticket }
      guard ticket.state == .proposed else { throw refusal("release", ticket) }
      next.step(.released, to: .open, at: at, actor: actor, reason: nil)
      next = policy.clocks.started(next, at: at)
    case .hold(let reason, let until):
      guard ticket.state.isOpen else { throw refusal("hold", ticket) }
      guard !reason.isBlank else {
        throw Refusal(.wrongUse, "a hold needs a reason", "say why, and until when, it rests")
      }
      let end = until ?? at + policy.holdDays.daysInMilliseconds
      guard end > at else {
        throw Refusal(.wrongUse, "the hold's date is past", "name a date after \(at.description)")
      }
      next.step(.held, to: .onHold, at: at, actor: actor, reason: reason)
      next.history.append(Ticket.Change(.heldUntil, at: at, actor: actor, to: end.description))
    case .resolve(let outcome, let note):
      guard ticket.state != .resolved || ticket.outcome != outcome else { return ticket }
      guard ticket.state.isOpen else { throw refusal("resolve", ticket) }
      next.outcome = outcome
      next.step(.resolved, to: .resolved, at: at, actor: actor, reason: note)
    case .reopen(let reason):
      guard ticket.state == .resolved || ticket.state == .closed else { throw refusal("reopen", ticket) }
      next.outcome = nil
      next.step(.reopened, to: .open, at: at, actor: actor, reason: reason)
      next = policy.clocks.started(next, at: at)
    case .cancel(let reason):
      guard ticket.state != .cancelled else { return ticket }
      guard ticket.state.isLive else { throw refusal("cancel", ticket) }
      next.step(.cancelled, to: .cancelled, at: at, actor: actor, reason: reason)
    case .note(let text):
      guard !text.isBlank else { throw Refusal(.wrongUse, "the note is empty", "give its text") }
      next.history.append(Ticket.Change(.noted, at: at, actor: actor, reason: text))
    case .close:
      guard ticket.state != .closed else { return ticket }
      guard ticket.state == .resolved else { throw refusal("close", ticket) }
      guard let due = closingDue(ticket), at >= due else {
        throw Refusal(
          .conflict, "ticket \(ticket.id) isn't due to close",
          "it closes by itself \(Wording.days(policy.closingDays)) after its resolution; cancel it to end it now")
      }
      next.step(.closed, to: .closed, at: at, actor: actor, reason: nil)
    }
    next.updatedAt = at
    return next
  }

  /// What time alone does: a hold whose date has come ends, a resolution that stood long enough closes, a ticket that
  /// nobody answered to escalates.
  func advanced(_ ticket: Ticket, to time: EventTime) -> Ticket {
    var next = ticket
    switch ticket.state {
    case .onHold:
      guard let until = ticket.history.last(.heldUntil)?.to.flatMap({ EventTime($0) }), time >= until else { break }
      next.step(.acknowledged, to: .acknowledged, at: time, reason: "the date of the hold has come")
    case .resolved:
      guard let due = closingDue(ticket), time >= due else { break }
      next.step(
        .closed, to: .closed, at: time, reason: "resolved \(Wording.days(policy.closingDays)) ago and not reopened")
    case .open, .proposed: next = policy.clocks.escalated(ticket, at: time)
    default: break
    }
    return next
  }

  private func closingDue(_ ticket: Ticket) -> EventTime? {
    ticket.history.last(.resolved).map { $0.at + policy.closingDays.daysInMilliseconds }
  }

  private func refusal(_ verb: String, _ ticket: Ticket) -> Refusal {
    let advice =
      switch ticket.state {
      case .resolved, .closed: "reopen it first"
      case .cancelled: "a new ticket opens by itself if the device needs care again"
      case .proposed, .open, .acknowledged, .onHold: "acknowledge, hold, resolve or cancel it"
      }
    return Refusal(
      .conflict, "can't \(verb) ticket \(ticket.id)", "it is \(ticket.state.rawValue): \(advice)")
  }
}

extension String {
  var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
