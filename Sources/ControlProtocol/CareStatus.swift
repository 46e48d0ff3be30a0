/// What `GET /v1/care` answers: whether anything may leave the gateway, and what waits.
package struct CareStatus: Hashable, Sendable, Codable {
  package struct Backlog: Hashable, Sendable, Codable {
    /// `care_offer`, `event` or `webhook`.
    package var kind: String
    package var count: Int
    package var oldestSince: String

    package init(kind: String, count: Int, oldestSince: String) {
      self.kind = kind
      self.count = count
      self.oldestSince = oldestSince
    }

    private enum CodingKeys: String, CodingKey {
      case kind, count
      case oldestSince = "oldest_since"
    }
  }

  /// `off`, `propose` or `send`.
  package var mode: String
  package var paused: Bool
  /// Since when, by whom and why it is paused.
  @Known package var since: String?
  @Known package var by: String?
  @Known package var reason: String?
  /// What the brake holds; empty while it is off.
  package var held: [Backlog]
  /// All that is still to be sent, held or on its way.
  package var pending: [Backlog]
  /// What the brake held until this very resume.
  @Known package var released: [Backlog]?
  package var proposedTickets: Int
  /// Messages that were given up: `forewarn outbox list --state dead`.
  package var deadLetters: Int

  package init(
    mode: String, paused: Bool, since: String?, by: String?, reason: String?, held: [Backlog], pending: [Backlog],
    proposedTickets: Int, deadLetters: Int
  ) {
    self.mode = mode
    self.paused = paused
    self.since = since
    self.by = by
    self.reason = reason
    self.held = held
    self.pending = pending
    released = nil
    self.proposedTickets = proposedTickets
    self.deadLetters = deadLetters
  }

  private enum CodingKeys: String, CodingKey {
    case mode, paused, since, by, reason, held, pending, released
    case proposedTickets = "proposed_tickets"
    case deadLetters = "dead_letters"
  }
}
