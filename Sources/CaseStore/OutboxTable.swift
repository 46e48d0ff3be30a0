import GRDB
import Vocabulary

/// Messages to publish. Undelivered ones stay until they are delivered; of the delivered ones the newest are kept to be
/// shown.
enum OutboxTable {
  static func write(_ unit: UnitOfWork, limits: StoreLimits, in database: Database) throws {
    let deliver = try database.cachedStatement(
      sql: "UPDATE outbox SET delivered_ms = ?, last_error = NULL WHERE id = ?")
    for id in unit.deliveredOutbox { try deliver.execute(arguments: [unit.at.milliseconds, id]) }

    let fail = try database.cachedStatement(
      sql: "UPDATE outbox SET attempts = attempts + 1, last_error = ? WHERE id = ? AND delivered_ms IS NULL")
    for failure in unit.failedOutbox { try fail.execute(arguments: [failure.error, failure.id]) }

    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO outbox (topic, payload, retained, device, created_ms) VALUES (?, IFNULL(?, x''), ?, ?, ?)
        """)
    for message in unit.outbox {
      try insert.execute(arguments: [
        message.topic, message.payload.blob, message.isRetained, message.device, message.createdAt.milliseconds,
      ])
    }
    guard !unit.deliveredOutbox.isEmpty else { return }
    let forget = try database.cachedStatement(sql: "DELETE FROM outbox WHERE device = ? AND delivered_ms IS NOT NULL")
    try forget.execute(arguments: [OutgoingMessage.farewell])
    let prune = try database.cachedStatement(
      sql: "DELETE FROM outbox WHERE id <= (SELECT max(id) FROM outbox) - ? AND delivered_ms IS NOT NULL")
    try prune.execute(arguments: [limits.deliveredMessages])
  }

  static func entries(_ rest: String, _ arguments: StatementArguments, in database: Database) throws -> [OutboxEntry] {
    let statement = try database.cachedStatement(sql: "SELECT * FROM outbox " + rest)
    var entries: [OutboxEntry] = []
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while let row = try rows.next() {
      let message = OutgoingMessage(
        topic: try row.value("topic"), payload: try row.bytes("payload"), isRetained: try row.value("retained"),
        device: try row.optional("device"), createdAt: try row.time("created_ms"))
      entries.append(
        OutboxEntry(
          id: try row.value("id"), message: message, deliveredAt: try row.optionalTime("delivered_ms"),
          attempts: try row.value("attempts"), lastError: try row.optional("last_error")))
    }
    return entries
  }
}
