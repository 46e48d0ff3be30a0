import GRDB
import Vocabulary

/// The history rows of one kind of case. Only ever appended to: a stored entry is never changed by a later commit.
struct CaseHistory {
  let table: StaticString
  let owner: StaticString

  static let ofTickets = CaseHistory(table: "ticket_change", owner: "ticket")
  static let ofFindings = CaseHistory(table: "finding_change", owner: "finding")

  /// Appends what `history` has beyond what is stored of the case `id`, and answers it.
  func append(_ history: [Ticket.Change], to id: String, in database: Database) throws -> ArraySlice<Ticket.Change> {
    let count = try database.cachedStatement(sql: "SELECT count(*) FROM \(table) WHERE \(owner) = ?")
    let stored = try Int.fetchOne(count, arguments: [id]) ?? 0
    guard stored <= history.count else {
      throw StoreError.conflict(
        id: id, detail: "it has \(stored) entries of history, the change brings \(history.count); read it again first")
    }
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO \(table) (\(owner), ordinal, at_ms, actor, change, old_value, new_value, reason)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for (ordinal, change) in history.enumerated().dropFirst(stored) {
      try insert.execute(arguments: [
        id, ordinal, change.at.milliseconds, change.actor, change.change, change.from, change.to, change.reason,
      ])
    }
    return history.dropFirst(stored)
  }

  /// Histories by id, each in order.
  func read(_ ids: [String], in database: Database) throws -> [String: [Ticket.Change]] {
    var histories: [String: [Ticket.Change]] = [:]
    let statement = try database.cachedStatement(
      sql: "SELECT * FROM \(table) WHERE \(owner) IN (SELECT value FROM json_each(?)) ORDER BY \(owner), ordinal")
    let rows = try Row.fetchCursor(statement, arguments: [try jsonText(ids)])
    while let row = try rows.next() {
      let change = Ticket.Change(
        at: try row.time("at_ms"), actor: try row.value("actor"), change: try row.value("change"),
        from: try row.optional("old_value"), to: try row.optional("new_value"), reason: try row.optional("reason"))
      histories[try row.value("\(owner)"), default: []].append(change)
    }
    return histories
  }
}
