import GRDB
package import Vocabulary

/// Reading cases. Lists begin with what an operator has to do next: by state (tickets open, proposed, acknowledged, on
/// hold, resolved, then ended ones; findings confirmed, known, suspected, then cleared), within a state the worst
/// severity or largest probability first, then what changed last, then by id.
extension CaseDatabase {
  package func tickets(_ filter: TicketFilter = .init()) throws(StoreError) -> [Ticket] {
    let (rest, arguments) = Self.listing(filter)
    return try read { try TicketTable.read(rest, arguments, in: $0) }
  }

  /// How SQLite goes about it.
  func plan(of filter: TicketFilter) throws(StoreError) -> String {
    let (rest, arguments) = Self.listing(filter)
    return try read { database in
      try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN SELECT * FROM ticket " + rest, arguments: arguments)
        .map { try $0.value("detail") as String }.joined(separator: "\n")
    }
  }

  private static func listing(_ filter: TicketFilter) -> (sql: String, arguments: StatementArguments) {
    let conditions = filter.conditions
    // By an index: see MigrationToDo.
    let rest = """
      \(conditions.sql) ORDER BY
        CASE state WHEN 'open' THEN 0 WHEN 'proposed' THEN 1 WHEN 'acknowledged' THEN 2 WHEN 'on_hold' THEN 3
          WHEN 'resolved' THEN 4 ELSE 5 END,
        CASE severity WHEN 'critical' THEN 0 WHEN 'major' THEN 1 ELSE 2 END, updated_ms DESC, id
      LIMIT ? OFFSET ?
      """
    let part = [max(0, filter.limit), max(0, filter.offset)]
    return (rest, conditions.arguments + StatementArguments(part))
  }

  /// The ticket with this id, or with the only id that begins so (`ambiguous` if there are several); `nil` if none.
  package func ticket(_ id: String) throws(StoreError) -> Ticket? {
    try read { database in
      guard let full = try Self.fullID(id, table: "ticket", in: database) else { return nil }
      return try TicketTable.read("WHERE id = ?", [full], in: database).first
    }
  }

  /// How many tickets there are of each state.
  package func ticketCounts() throws(StoreError) -> [Ticket.State: Int] {
    try read { database in
      var counts: [Ticket.State: Int] = [:]
      let rows = try Row.fetchCursor(database, sql: "SELECT state, count(*) AS n FROM ticket GROUP BY state")
      while let row = try rows.next() { counts[try row.word("state")] = try row.value("n") }
      return counts
    }
  }

  /// Tickets that have been resolved since before `time`: due to be closed. The caller makes that change.
  package func resolvedTickets(before time: EventTime) throws(StoreError) -> [Ticket] {
    let rest = """
      WHERE state = 'resolved' AND IFNULL(
        (SELECT max(at_ms) FROM ticket_change WHERE ticket = ticket.id AND new_value = 'resolved'), updated_ms) < ?
      ORDER BY id
      """
    return try read { try TicketTable.read(rest, [time.milliseconds], in: $0) }
  }

  /// Findings with how many of their tickets are live (`open`) and how many ended (`closed`).
  package func findings(
    _ filter: FindingFilter = .init()
  ) throws(StoreError) -> [(finding: Finding, open: Int, closed: Int)] {
    let conditions = filter.conditions
    let rest = """
      \(conditions.sql) ORDER BY
        CASE state WHEN 'confirmed' THEN 0 WHEN 'known' THEN 1 WHEN 'suspected' THEN 2 ELSE 3 END,
        probability DESC, updated_ms DESC, id
      LIMIT ?
      """
    return try read { database in
      let findings = try FindingTable.read(rest, conditions.arguments + [max(0, filter.limit)], in: database)
      return try findings.map { try Self.withTicketCounts($0, in: database) }
    }
  }

  /// As `ticket(_:)`.
  package func finding(_ id: String) throws(StoreError) -> (finding: Finding, open: Int, closed: Int)? {
    try read { database in
      guard let full = try Self.fullID(id, table: "finding", in: database) else { return nil }
      return try FindingTable.read("WHERE id = ?", [full], in: database).first
        .map { try Self.withTicketCounts($0, in: database) }
    }
  }

  static func withTicketCounts(
    _ finding: Finding, in database: Database
  ) throws -> (finding: Finding, open: Int, closed: Int) {
    let statement = try database.cachedStatement(
      sql: """
        SELECT count(*) AS n, IFNULL(sum(state NOT IN ('closed', 'cancelled')), 0) AS live FROM ticket WHERE finding = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: [finding.id]) else { return (finding, 0, 0) }
    let live: Int = try row.value("live")
    return (finding, live, try row.value("n") - live)
  }

  /// A beginning must be longer than `T-` and `F-`, which say nothing.
  private static func fullID(_ id: String, table: StaticString, in database: Database) throws -> String? {
    let exact = try database.cachedStatement(sql: "SELECT id FROM \(table) WHERE id = ?")
    if let full = try String.fetchOne(exact, arguments: [id]) { return full }
    guard id.utf8.count > 2 else { return nil }
    let beginning = try database.cachedStatement(
      sql: "SELECT id FROM \(table) WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) ORDER BY id LIMIT 4")
    let ids = try String.fetchAll(beginning, arguments: [id])
    guard ids.count <= 1 else { throw StoreError.ambiguous(prefix: id, ids: ids) }
    return ids.first
  }
}

extension TicketFilter {
  var conditions: Conditions {
    var conditions = Conditions()
    conditions.require("state", oneOf: states)
    conditions.require("kind", oneOf: kinds)
    conditions.require("severity", oneOf: severities)
    conditions.require("device", device)
    conditions.require("product", product)
    conditions.require("batch", batch)
    conditions.require("firmware", firmware)
    conditions.require("region", region)
    conditions.require("customer", customer)
    conditions.require("failure_mode", failureMode)
    conditions.require("finding", finding)
    conditions.require("owner", owner)
    conditions.require("queue", queue)
    conditions.require(
      "state IN ('open', 'proposed') AND due_ms <= CAST(? AS INTEGER)",
      with: overdueAt.map { "\($0.milliseconds)" })
    return conditions
  }
}

extension FindingFilter {
  var conditions: Conditions {
    var conditions = Conditions()
    conditions.require("state", oneOf: states)
    conditions.require("product", product)
    conditions.require("failure_mode", failureMode)
    conditions.require("cause", oneOf: causes)
    conditions.require("batch", batch)
    conditions.require("firmware", firmware)
    conditions.require("region", region)
    return conditions
  }
}
