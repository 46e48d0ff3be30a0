import GRDB
import Vocabulary

/// Quarantined messages, bounded in number and bytes: the oldest go first, and are counted.
enum QuarantineTable {
  /// Where the count of dropped messages is kept, as decimal text.
  static let droppedKey = MetaTable.ownPrefix + "quarantine_dropped"

  static func write(
    adding entries: [QuarantineEntry], unkept: Int = 0, releasing ids: [Int64],
    rejudging: [(id: Int64, rejection: Rejection)] = [], totals: QuarantineTotals, limits: StoreLimits,
    in database: Database
  ) throws -> QuarantineTotals {
    var totals = totals
    let release = try database.cachedStatement(sql: "DELETE FROM quarantine WHERE id = ? RETURNING bytes")
    for id in ids {
      guard let bytes = try Int.fetchOne(release, arguments: [id]) else { continue }
      totals.rows -= 1
      totals.bytes -= bytes
    }
    let rejudge = try database.cachedStatement(sql: "UPDATE quarantine SET reason = ?, detail = ? WHERE id = ?")
    for (id, rejection) in rejudging {
      try rejudge.execute(arguments: [rejection.reason.rawValue, rejection.detail, id])
    }
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO quarantine (topic, payload, retained, reason, detail, device, received_ms, due_ms, bytes)
        VALUES (?, IFNULL(?, x''), ?, ?, ?, ?, ?, ?, ?)
        """)
    for entry in entries {
      try insert.execute(arguments: [
        entry.delivery.topic, entry.delivery.payload.blob, entry.delivery.isRetained, entry.rejection.reason.rawValue,
        entry.rejection.detail, entry.device, entry.delivery.receivedAt.milliseconds, entry.dueAt?.milliseconds,
        entry.bytes,
      ])
      totals.rows += 1
      totals.bytes += entry.bytes
    }
    if unkept > 0 {
      totals.dropped += unkept
      try MetaTable.setCount(totals.dropped, for: droppedKey, in: database)
    }
    return try evict(totals, limits: limits, in: database)
  }

  /// The totals as the table tells them: at opening, and after an erasure.
  static func totals(in database: Database) throws -> QuarantineTotals {
    guard let row = try Row.fetchOne(database, sql: "SELECT count(*) AS n, IFNULL(sum(bytes), 0) AS b FROM quarantine")
    else { return QuarantineTotals() }
    let dropped = try MetaTable.count(droppedKey, in: database)
    return QuarantineTotals(rows: try row.value("n"), bytes: try row.value("b"), dropped: dropped)
  }

  private static func evict(
    _ before: QuarantineTotals, limits: StoreLimits, in database: Database
  ) throws -> QuarantineTotals {
    var totals = before
    var last: Int64?
    func isOver() -> Bool { totals.rows > limits.quarantineRows || totals.bytes > limits.quarantineBytes }
    guard isOver() else { return totals }
    let rows = try Row.fetchCursor(database, sql: "SELECT id, bytes FROM quarantine ORDER BY id")
    while isOver(), let row = try rows.next() {
      totals.rows -= 1
      totals.bytes -= try row.value("bytes")
      totals.dropped += 1
      last = try row.value("id")
    }
    try database.execute(sql: "DELETE FROM quarantine WHERE id <= ?", arguments: [last])
    try MetaTable.setCount(totals.dropped, for: droppedKey, in: database)
    return totals
  }

  static func entries(_ rest: String, _ arguments: StatementArguments, in database: Database) throws
    -> [QuarantineEntry]
  {
    let statement = try database.cachedStatement(sql: "SELECT * FROM quarantine " + rest)
    var entries: [QuarantineEntry] = []
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while let row = try rows.next() {
      let delivery = Delivery(
        topic: try row.value("topic"), payload: try row.bytes("payload"), isRetained: try row.value("retained"),
        receivedAt: try row.time("received_ms"))
      entries.append(
        QuarantineEntry(
          id: try row.value("id"), delivery: delivery, rejection: try rejection(row),
          device: try row.optional("device"),
          dueAt: try row.optionalTime("due_ms")))
    }
    return entries
  }

  static func summaries(_ rest: String, _ arguments: StatementArguments, in database: Database) throws
    -> [QuarantineSummary]
  {
    let statement = try database.cachedStatement(
      sql: "SELECT id, topic, reason, detail, device, received_ms, due_ms, bytes FROM quarantine " + rest)
    var summaries: [QuarantineSummary] = []
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while let row = try rows.next() {
      summaries.append(
        QuarantineSummary(
          id: try row.value("id"), topic: try row.value("topic"), rejection: try rejection(row),
          device: try row.optional("device"), receivedAt: try row.time("received_ms"),
          dueAt: try row.optionalTime("due_ms"), bytes: try row.value("bytes")))
    }
    return summaries
  }

  private static func rejection(_ row: Row) throws -> Rejection {
    Rejection(try row.word("reason"), try row.value("detail"))
  }
}
