import Vocabulary

/// What a person may do to a finding.
package enum FindingAction: Hashable, Sendable {
  /// Stands for the defect, whatever the gates say; it stays until someone clears it.
  case confirm(reason: String?)
  case clear(reason: String?)
  /// Takes note of it: it is said again if it spreads.
  case acknowledge(reason: String?)
  /// Lets no further ticket out, until it is resumed.
  case pause(reason: String?)
  case resume(reason: String?)
  /// At most so many tickets are let out a day.
  case limit(Int, reason: String?)
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
      next.campaign = acknowledged(finding, at: at)
      next.step(.confirmed, to: .confirmed, at: at, actor: actor, reason: reason)
    case .clear(let reason):
      guard finding.state.isLive else { return finding }
      next.step(.cleared, to: .cleared, at: at, actor: actor, reason: reason)
    case .acknowledge(let reason):
      try requireLive(finding, "acknowledge")
      guard finding.campaign?.acknowledgedAt == nil else { return finding }
      next.campaign = acknowledged(finding, at: at)
      next.history.append(Ticket.Change(.acknowledged, at: at, actor: actor, reason: reason))
    case .pause(let reason):
      try requireLive(finding, "pause")
      guard finding.campaign?.pause == nil else { return finding }
      next.campaign = finding.campaign ?? Campaign()
      next.campaign?.pause = Campaign.Pause(since: at, by: actor)
      next.history.append(Ticket.Change(.paused, at: at, actor: actor, reason: reason))
    case .resume(let reason):
      try requireLive(finding, "resume")
      guard finding.campaign?.pause != nil else { return finding }
      next.campaign?.pause = nil
      next.history.append(Ticket.Change(.resumed, at: at, actor: actor, reason: reason))
    case .limit(let count, let reason):
      try requireLive(finding, "limit")
      guard count >= 0, count <= WavePolicy.largestWave else {
        throw Refusal(.wrongUse, "bad limit", "give a number of tickets a day, from 0 to \(WavePolicy.largestWave)")
      }
      guard finding.campaign?.limitADay != count else { return finding }
      next.campaign = finding.campaign ?? Campaign()
      next.campaign?.limitADay = count
      next.history.append(
        Ticket.Change(
          .limited, at: at, actor: actor, from: finding.campaign?.limitADay.map { "\($0)" }, to: "\(count)",
          reason: reason))
    }
    next.updatedAt = at
    return next
  }

  private func acknowledged(_ finding: Finding, at: EventTime) -> Campaign {
    var campaign = finding.campaign ?? Campaign()
    campaign.acknowledgedAt = campaign.acknowledgedAt ?? at
    return campaign
  }

  private func requireLive(_ finding: Finding, _ verb: String) throws(Refusal) {
    guard finding.state.isLive else {
      throw Refusal(
        .conflict, "can't \(verb) finding \(finding.id)",
        "it is cleared; a new finding opens by itself if the defect is seen again")
    }
  }
}
