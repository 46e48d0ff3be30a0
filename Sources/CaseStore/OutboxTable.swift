import GRDB
import Vocabulary

/// Messages to send. Undelivered ones stay until they are delivered or given up; of the delivered ones, and of the dead
/// letters, the newest are kept to be shown.
enum OutboxTable {
  static func write(_ unit: UnitOfWork, limits: StoreLimits, in database: Database) throws {
    let deliver = try database.cachedStatement(
      sql: "UPDATE outbox SET delivered_ms = ?, last_error = NULL, due_ms = NULL, dead_ms = NULL WHERE id = ?")
    for id in unit.deliveredOutbox { try deliver.execute(arguments: [unit.at.milliseconds, id]) }
    try fail(unit, limits: limits, in: database)
    let retry = try database.cachedStatement(
      sql: "UPDATE outbox SET attempts = 0, due_ms = NULL, dead_ms = NULL WHERE id = ? AND delivered_ms IS NULL")
    for id in unit.retriedOutbox { try retry.execute(arguments: [id]) }
    if unit.dropsSupersededOffers { try dropSupersededOffers(in: database) }

    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO outbox (kind, topic, payload, retained, device, subject, webhook, created_ms)
        VALUES (?, ?, IFNULL(?, x''), ?, ?, ?, ?, ?)
        """)
    for message in unit.outbox {
      try insert.execute(arguments: [
        message.kind.rawValue, message.topic, message.payload.blob, message.isRetained, message.device, message.subject,
        message.webhook, message.createdAt.milliseconds,
      ])
    }
    guard !unit.deliveredOutbox.isEmpty else { return }
    let forget = try database.cachedStatement(sql: "DELETE FROM outbox WHERE device = ? AND delivered_ms IS NOT NULL")
    try forget.execute(arguments: [OutgoingMessage.farewell])
    let prune = try database.cachedStatement(
      sql: "DELETE FROM outbox WHERE id <= (SELECT max(id) FROM outbox) - ? AND delivered_ms IS NOT NULL")
    try prune.execute(arguments: [limits.deliveredMessages])
  }

  private static func fail(_ unit: UnitOfWork, limits: StoreLimits, in database: Database) throws {
    guard !unit.failedOutbox.isEmpty else { return }
    // A webhook says itself which try is the last; the broker has said no often enough after a few.
    let fail = try database.cachedStatement(
      sql: """
        UPDATE outbox SET attempts = attempts + 1, last_error = ?, due_ms = ?,
          dead_ms = CASE WHEN ? OR (kind <> 'webhook' AND attempts + 1 >= ?) THEN ? END
        WHERE id = ? AND delivered_ms IS NULL
        """)
    for failure in unit.failedOutbox {
      try fail.execute(arguments: [
        failure.error, failure.dueAt?.milliseconds, failure.isLast, StoreLimits.outboxAttempts, unit.at.milliseconds,
        failure.id,
      ])
    }
    let prune = try database.cachedStatement(
      sql: """
        DELETE FROM outbox WHERE dead_ms IS NOT NULL AND id <= (
          SELECT id FROM outbox WHERE dead_ms IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?)
        """)
    try prune.execute(arguments: [limits.deadLetters])
  }

  /// Of what one device would be told in a row only the last counts: the topic is retained, and nobody should hear of an
  /// offer that was taken back while it waited.
  private static func dropSupersededOffers(in database: Database) throws {
    try database.execute(
      sql: """
        DELETE FROM outbox WHERE kind = 'offer' AND delivered_ms IS NULL AND dead_ms IS NULL AND id NOT IN (
          SELECT max(id) FROM outbox WHERE kind = 'offer' AND delivered_ms IS NULL AND dead_ms IS NULL GROUP BY topic)
        """)
  }

  static func backlog(in database: Database) throws -> [OutboxBacklog] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT kind, count(*) AS n, min(created_ms) AS oldest_ms FROM outbox
        WHERE delivered_ms IS NULL AND dead_ms IS NULL AND kind <> 'request' AND device IS NOT ?
        GROUP BY kind ORDER BY kind
        """)
    let rows = try Row.fetchCursor(statement, arguments: [OutgoingMessage.farewell])
    var backlog: [OutboxBacklog] = []
    while let row = try rows.next() {
      backlog.append(
        OutboxBacklog(
          kind: try row.word("kind"), count: try row.value("n"), oldest: try row.time("oldest_ms")))
    }
    return backlog
  }

  static func entries(_ rest: String, _ arguments: StatementArguments, in database: Database) throws -> [OutboxEntry] {
    let statement = try database.cachedStatement(sql: "SELECT * FROM outbox " + rest)
    var entries: [OutboxEntry] = []
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while let row = try rows.next() {
      let message = OutgoingMessage(
        kind: try row.word("kind"), topic: try row.value("topic"), payload: try row.bytes("payload"),
        isRetained: try row.value("retained"), device: try row.optional("device"), subject: try row.optional("subject"),
        webhook: try row.optional("webhook"), createdAt: try row.time("created_ms"))
      entries.append(
        OutboxEntry(
          id: try row.value("id"), message: message, deliveredAt: try row.optionalTime("delivered_ms"),
          attempts: try row.value("attempts"), lastError: try row.optional("last_error"),
          dueAt: try row.optionalTime("due_ms"), deadAt: try row.optionalTime("dead_ms")))
    }
    return entries
  }
}
