import Vocabulary

/// The daemon's own name in a history; anything else is a person's or a program's that acts for one.
let daemonActor = "forewarnd"

/// The words of `change` in the histories of tickets and findings. In those that name a step of the life cycle, `from`
/// and `to` are states.
enum CaseStep: String {
  // Life cycle of a ticket.
  case opened, released, acknowledged, held, resolved, reopened, closed, cancelled
  // Of a finding, besides `opened`.
  case confirmed, cleared, known
  // Other changes; `from` and `to` are the named thing's values.
  case heldUntil = "held_until"
  case noted, kind, finding, firmware, escalated
  // Of a finding: its campaign, and where it has come up since it was acknowledged.
  case wave, paused, resumed, limited, spread
  case remedyFirmware = "remedy_firmware"
  case targetFirmwareInstalled = "target_firmware_installed"
  /// `to`: what was found, and when.
  case diagnosed
}

extension Ticket.Change {
  init(
    _ step: CaseStep, at: EventTime, actor: String = daemonActor, from: String? = nil, to: String? = nil,
    reason: String? = nil
  ) {
    self.init(at: at, actor: actor, change: step.rawValue, from: from, to: to, reason: reason)
  }
}

extension [Ticket.Change] {
  func last(_ step: CaseStep) -> Ticket.Change? {
    last { $0.change == step.rawValue }
  }
}

extension Ticket {
  /// Steps to a state and writes it into the history.
  mutating func step(_ step: CaseStep, to next: State, at: EventTime, actor: String = daemonActor, reason: String?) {
    history.append(Change(step, at: at, actor: actor, from: state.rawValue, to: next.rawValue, reason: reason))
    state = next
  }

  /// Nobody acted on it yet, so the daemon may withdraw it or change its mind about the remedy.
  var isUntouched: Bool { state == .proposed || state == .open }
}

extension Ticket {
  /// A person let it out, so that its offer goes to the device although care is only proposed.
  package var isReleasedByPeople: Bool {
    history.contains { $0.change == CaseStep.released.rawValue && $0.actor != daemonActor }
  }

  package var isTouchedByPeople: Bool { history.contains { $0.actor != daemonActor } }

  /// It was more than a proposal at some time.
  package var wasLetOut: Bool {
    let states: Set = [
      State.open.rawValue, State.acknowledged.rawValue, State.onHold.rawValue, State.resolved.rawValue,
    ]
    return state != .proposed && history.contains { $0.to.map(states.contains) ?? false }
  }
}

extension Finding {
  package var isTouchedByPeople: Bool { history.contains { $0.actor != daemonActor } }

  mutating func step(_ step: CaseStep, to next: State, at: EventTime, actor: String = daemonActor, reason: String?) {
    history.append(Ticket.Change(step, at: at, actor: actor, from: state.rawValue, to: next.rawValue, reason: reason))
    state = next
  }

  /// A person or a profile stands for it: the data alone don't clear it.
  var isKeptByPeople: Bool {
    state == .known || history.contains { $0.change == CaseStep.confirmed.rawValue && $0.actor != daemonActor }
  }

  var key: CaseBook.DefectKey {
    CaseBook.DefectKey(mode: ModeKey(product: product, mode: failureMode), cohort: cohort)
  }
}
