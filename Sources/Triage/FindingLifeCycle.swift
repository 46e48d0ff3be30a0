import Vocabulary

/// What a person may do to a finding.
package enum FindingAction: Hashable, Sendable {
  /// Stands for the defect, whatever the gates say; it stays until someone clears it.
  case confirm(reason: String?)
  case clear(reason: String?)
}

/// `suspected` → `confirmed` → `cleared`, and `known` → `cleared`; nothing leads back from `cleared`: the same defect seen
/// again is a new episode.
struct FindingLifeCycle {
  func apply(_ action: FindingAction, to finding: Finding, at: EventTime, actor: String) throws(Refusal) -> Finding {
    var next = finding
    switch action {
    case .confirm(let reason):
      guard finding.state.isLive else {
        throw Refusal(
          .conflict, "can't confirm finding \(finding.id)",
          "it is cleared; a new finding opens by itself if the defect is seen again")
      }
      guard !finding.isKeptByPeople else { return finding }
      next.detectedAt = finding.detectedAt ?? at
      next.step(.confirmed, to: .confirmed, at: at, actor: actor, reason: reason)
    case .clear(let reason):
      guard finding.state.isLive else { return finding }
      next.step(.cleared, to: .cleared, at: at, actor: actor, reason: reason)
    }
    next.updatedAt = at
    return next
  }
}
