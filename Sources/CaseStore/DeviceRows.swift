import GRDB
package import Vocabulary

/// Which devices the tables name: for erasing one that is known by its rows alone.
extension CaseDatabase {
  private static let namingTables = ["ticket", "quarantine", "outbox", "prediction", "contact", "diagnosis"]

  /// Whether any row is about the device, known to the history or not.
  package func holds(device: String) throws(StoreError) -> Bool {
    try read { database in
      for table in Self.namingTables {
        let sql = "SELECT 1 FROM \(table) WHERE device = ? LIMIT 1"
        if try Int.fetchOne(database, sql: sql, arguments: [device]) != nil { return true }
      }
      return false
    }
  }

  /// Every device that a row names, pseudonyms left out.
  package func devicesNamed() throws(StoreError) -> [String] {
    try read { database in
      let parts = Self.namingTables.map { "SELECT device FROM \($0) WHERE device IS NOT NULL" }
      return try String.fetchAll(
        database,
        sql: "SELECT device FROM (\(parts.joined(separator: " UNION "))) WHERE substr(device, 1, length(?1)) <> ?1",
        arguments: [Erasure.pseudonymPrefix])
    }
  }

  /// Messages about a device that wait in quarantine, the oldest first.
  package func quarantine(of device: String, limit: Int) throws(StoreError) -> [QuarantineEntry] {
    try read { try QuarantineTable.entries("WHERE device = ? ORDER BY id LIMIT ?", [device, limit], in: $0) }
  }

  /// Delivered or not, the oldest first.
  package func outbox(of device: String, limit: Int) throws(StoreError) -> [OutboxEntry] {
    try read { try OutboxTable.entries("WHERE device = ? ORDER BY id LIMIT ?", [device, limit], in: $0) }
  }

  /// What was taken since the last snapshot, as it came.
  package func journal() throws(StoreError) -> [Delivery] {
    try read { database in
      var state = StoredState()
      try JournalTable.read(into: &state, in: database)
      return state.journal
    }
  }
}
