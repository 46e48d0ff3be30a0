import GRDB
package import Vocabulary

/// A device in the trial as it stands.
package struct TrialRow: Hashable, Sendable {
  package var identity: DeviceIdentity
  package var failureMode: Symbol
  package var finding: String
  package var arm: TrialEntry.Arm
  package var entered: EventTime
  /// Its data were erased then.
  package var ended: EventTime?
  package var onsetsBefore: Int
  /// Since it entered, about this failure mode or none named.
  package var contacts: Int
}

/// Which devices are in the comparison of care with none, and how often their customers got in touch since.
enum TrialTable {
  /// First the entries: a contact of the same unit came after what was decided before it.
  static func write(_ unit: UnitOfWork, in database: Database) throws {
    let enter = try database.cachedStatement(
      sql: """
        INSERT INTO trial (product, device, failure_mode, finding, arm, entered_ms, onsets) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (device, failure_mode) DO NOTHING
        """)
    for entry in unit.trial {
      try enter.execute(arguments: [
        entry.identity.product.text, entry.identity.device, entry.failureMode.text, entry.finding, entry.arm.rawValue,
        entry.at.milliseconds, entry.onsets,
      ])
    }
    let count = try database.cachedStatement(
      sql: """
        UPDATE trial SET contacts = contacts + 1
        WHERE device = ?1 AND entered_ms < ?2 AND (?3 IS NULL OR failure_mode = ?3)
        """)
    for contact in unit.contacts {
      try count.execute(arguments: [contact.device, contact.time.milliseconds, contact.failureMode?.text])
    }
  }

  /// Counts stay, nameless.
  static func erase(_ names: String, at: EventTime, in database: Database) throws {
    try database.execute(
      sql: """
        UPDATE trial SET ended_ms = IFNULL(ended_ms, ?), device = ? || lower(hex(randomblob(8)))
        WHERE device IN (SELECT value FROM json_each(?))
        """, arguments: [at.milliseconds, Erasure.pseudonymPrefix, names])
  }
}

extension CaseDatabase {
  package func trial(product: String? = nil, failureMode: String? = nil) throws(StoreError) -> [TrialRow] {
    var conditions = Conditions()
    conditions.require("product", product)
    conditions.require("failure_mode", failureMode)
    return try read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT * FROM trial \(conditions.sql) ORDER BY product, failure_mode, id",
        arguments: conditions.arguments)
      var trial: [TrialRow] = []
      while let row = try rows.next() {
        trial.append(
          TrialRow(
            identity: try row.identity(), failureMode: try row.symbol("failure_mode"),
            finding: try row.value("finding"), arm: try row.word("arm"), entered: try row.time("entered_ms"),
            ended: try row.optionalTime("ended_ms"), onsetsBefore: try row.value("onsets"),
            contacts: try row.value("contacts")))
      }
      return trial
    }
  }
}
