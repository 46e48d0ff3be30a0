import GRDB
package import Vocabulary

/// Removing by age what names a device or its customer.
extension CaseDatabase {
  /// Devices with contacts, predictions, remote checks or quarantined messages from before `time`.
  package func devices(withRecordsBefore time: EventTime) throws(StoreError) -> [String] {
    try read { database in
      try String.fetchAll(
        database,
        sql: """
          SELECT device FROM contact WHERE at_ms < ?1 UNION SELECT device FROM prediction WHERE as_of_ms < ?1
          UNION SELECT device FROM diagnosis WHERE at_ms < ?1
          UNION SELECT device FROM quarantine WHERE received_ms < ?1 AND device IS NOT NULL
          """, arguments: [time.milliseconds])
    }
  }

  /// Whether there is anything for it to remove.
  package func hasAny(of expiry: Expiry) throws(StoreError) -> Bool {
    try read { database in
      try expiry.kind.tables.contains { table in
        try Int.fetchOne(
          database, sql: "SELECT 1 FROM \(table.name) WHERE device = ? AND \(table.time) < ? LIMIT 1",
          arguments: [expiry.device, expiry.before.milliseconds]) != nil
      }
    }
  }

  /// Ended tickets that still name their device, of those regions that have any.
  package func endedTickets(before time: EventTime) throws(StoreError) -> [(
    id: String, region: String, ended: EventTime
  )] {
    try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT id, region, updated_ms FROM ticket
          WHERE state IN ('closed', 'cancelled') AND updated_ms < ?1 AND substr(device, 1, length(?2)) <> ?2
          """, arguments: [time.milliseconds, Erasure.pseudonymPrefix])
      var tickets: [(id: String, region: String, ended: EventTime)] = []
      while let row = try rows.next() {
        tickets.append((try row.value("id"), try row.value("region"), try row.time("updated_ms")))
      }
      return tickets
    }
  }
}

/// What a unit removes because its time is over.
package struct Expiry: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case contacts, records

    var tables: [(name: String, time: String)] {
      switch self {
      case .contacts: [("contact", "at_ms")]
      case .records: [("prediction", "as_of_ms"), ("diagnosis", "at_ms"), ("quarantine", "received_ms")]
      }
    }
  }
  package var device: String
  package var kind: Kind
  package var before: EventTime

  package init(device: String, kind: Kind, before: EventTime) {
    self.device = device
    self.kind = kind
    self.before = before
  }

  func apply(in database: Database) throws {
    for table in kind.tables {
      let statement = try database.cachedStatement(
        sql: "DELETE FROM \(table.name) WHERE device = ? AND \(table.time) < ?")
      try statement.execute(arguments: [device, before.milliseconds])
    }
  }

  /// Figures of ended tickets stay, under a random name.
  static func forget(tickets ids: [String], in database: Database) throws {
    guard !ids.isEmpty else { return }
    let cases = try jsonText(ids)
    try database.execute(
      sql: "UPDATE ticket_change SET reason = NULL WHERE ticket IN (SELECT value FROM json_each(?))", arguments: [cases]
    )
    try database.execute(
      sql: """
        DELETE FROM audit_reason WHERE number IN
          (SELECT number FROM audit WHERE subject IN (SELECT value FROM json_each(?)))
        """, arguments: [cases])
    try database.execute(
      sql: """
        UPDATE ticket SET explanation = 'The time for which this was kept is over.', customer = NULL, may_contact = 0,
          sentences = NULL, device = ? || lower(hex(randomblob(8))), id = 'T-' || lower(hex(randomblob(8)))
        WHERE id IN (SELECT value FROM json_each(?))
        """, arguments: [Erasure.pseudonymPrefix, cases])
  }
}
