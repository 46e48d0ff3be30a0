import GRDB
package import Vocabulary

/// Which messages of the outbox; `nil` is any.
package struct OutboxFilter: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable {
    /// Not sent yet, or to be tried again.
    case pending
    /// Given up: an operator may have it tried again.
    case dead
    case delivered
  }
  package var states: [State] = []
  package var kinds: [OutgoingMessage.Kind] = []
  package var subject: String?
  package var webhook: String?
  package var limit = 1000

  package init() {}
}

/// Reading the outbox.
extension CaseDatabase {
  /// What the broker is still to get, in the order in which it was caused; while the brake is on, only what it lets through.
  package func pendingOutbox(limit: Int, isBraked: Bool = false) throws(StoreError) -> [OutboxEntry] {
    // What was refused again and again waits for an operator (`outbox list`) and holds up nothing behind it.
    let brake = isBraked ? "AND (kind = 'request' OR device = '\(OutgoingMessage.farewell)')" : ""
    return try read {
      try OutboxTable.entries(
        """
        WHERE delivered_ms IS NULL AND dead_ms IS NULL AND kind <> 'webhook' \(brake)
        ORDER BY attempts > 0, id LIMIT ?
        """, [max(0, limit)], in: $0)
    }
  }

  /// What webhooks are to get by `time`: of each webhook and case only the oldest, so that their order is kept.
  package func dueWebhooks(by time: EventTime, limit: Int) throws(StoreError) -> [OutboxEntry] {
    try read {
      try OutboxTable.entries(
        """
        AS message WHERE kind = 'webhook' AND delivered_ms IS NULL AND dead_ms IS NULL AND IFNULL(due_ms, 0) <= ?
          AND NOT EXISTS (SELECT 1 FROM outbox AS earlier
            WHERE earlier.kind = 'webhook' AND earlier.delivered_ms IS NULL AND earlier.dead_ms IS NULL
              AND earlier.webhook = message.webhook AND earlier.subject = message.subject AND earlier.id < message.id)
        ORDER BY id LIMIT ?
        """, [time.milliseconds, max(0, limit)], in: $0)
    }
  }

  /// What waits, by kind; requests to devices and last words about erased ones are never held and not counted.
  package func outboxBacklog() throws(StoreError) -> [OutboxBacklog] {
    try read { try OutboxTable.backlog(in: $0) }
  }

  /// Messages that were given up.
  package func deadLetterCount() throws(StoreError) -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox WHERE dead_ms IS NOT NULL") ?? 0 }
  }

  /// The newest first.
  package func outbox(_ filter: OutboxFilter = .init()) throws(StoreError) -> [OutboxEntry] {
    var conditions = Conditions()
    conditions.require("kind", oneOf: filter.kinds)
    conditions.require("subject", filter.subject)
    conditions.require("webhook", filter.webhook)
    conditions.require(
      "CASE WHEN delivered_ms IS NOT NULL THEN 'delivered' WHEN dead_ms IS NOT NULL THEN 'dead' ELSE 'pending' END",
      oneOf: filter.states)
    let rest = "\(conditions.sql) ORDER BY id DESC LIMIT ?"
    return try read { try OutboxTable.entries(rest, conditions.arguments + [max(0, filter.limit)], in: $0) }
  }

  package func outboxEntry(_ id: Int64) throws(StoreError) -> OutboxEntry? {
    try read { try OutboxTable.entries("WHERE id = ?", [id], in: $0).first }
  }
}
