import GRDB

/// The schema's history: each migration is a frozen string in a file of its own; later ones are only appended.
enum Schema {
  /// `FRWN` in SQLite's header: tells a case store from any other database (`file cases.db` shows it).
  static let applicationID: Int32 = 0x4652_574E

  static let migrations: [(identifier: String, sql: String)] = [
    (Migration1.identifier, Migration1.sql),
    (Migration2.identifier, Migration2.sql),
    (MigrationFacts.identifier, MigrationFacts.sql),
    (MigrationOutgoing.identifier, MigrationOutgoing.sql),
    (MigrationCampaigns.identifier, MigrationCampaigns.sql),
    (MigrationAudit.identifier, MigrationAudit.sql),
    (MigrationSentences.identifier, MigrationSentences.sql),
    (MigrationTrial.identifier, MigrationTrial.sql),
    (MigrationVerdicts.identifier, MigrationVerdicts.sql),
    (MigrationToDo.identifier, MigrationToDo.sql),
  ]

  typealias Migration = (identifier: String, sql: String)

  /// Brings a database up to date, from whichever schema, in one transaction: it is the old one or the new one, also where
  /// the tenth step fails or the power does. What is applied is kept as GRDB's migrator, which did this once, kept it.
  static func migrate(_ writer: some DatabaseWriter, path: String, through list: [Migration] = migrations) throws {
    try writer.writeWithoutTransaction { database in
      let applied = try appliedIdentifiers(database)
      let pending = list.filter { !applied.contains($0.identifier) }
      guard !pending.isEmpty else { return }
      // A table that is made anew under its old name would have its references dropped with the old one.
      try database.execute(sql: "PRAGMA foreign_keys = OFF")
      defer { database.tryToTurnOnForeignKeys() }
      try database.inTransaction(.immediate) {
        try database.execute(sql: "CREATE TABLE IF NOT EXISTS \(table) (identifier TEXT NOT NULL PRIMARY KEY)")
        for migration in pending {
          do {
            try database.execute(sql: migration.sql)
          } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR || error.isOfContent {
            // Without the statement, which takes many lines of the journal: the migration's name leads to it.
            let detail = error.message ?? "\(error)"
            throw StoreError.upgradeFailed(path: path, migration: migration.identifier, detail: detail)
          }
          try database.execute(sql: "INSERT INTO \(table) (identifier) VALUES (?)", arguments: [migration.identifier])
        }
        try database.checkForeignKeys()
        return .commit
      }
    }
  }

  private static let table = "grdb_migrations"

  private static func appliedIdentifiers(_ database: Database) throws -> Set<String> {
    guard try database.tableExists(table) else { return [] }
    return try Set(String.fetchAll(database, sql: "SELECT identifier FROM \(table)"))
  }

  /// Refuses what this program doesn't understand.
  static func check(_ database: Database, path: String) throws {
    let identifier = try Int32.fetchOne(database, sql: "PRAGMA application_id")
    guard identifier == applicationID else {
      throw StoreError.corrupt(path: path, detail: "its header isn't that of a case store")
    }
    let unknown = try appliedIdentifiers(database).subtracting(migrations.map(\.identifier))
    guard unknown.isEmpty else { throw StoreError.newer(path: path, unknown: unknown.sorted()) }
  }
}

extension Database {
  /// Refused only within a transaction, which is over by then.
  fileprivate func tryToTurnOnForeignKeys() {
    do {
      try execute(sql: "PRAGMA foreign_keys = ON")
    } catch {
      preconditionFailure("foreign keys can't be turned on again: \(error)")
    }
  }
}

extension DatabaseError {
  /// What stands in the database contradicts the new schema.
  fileprivate var isOfContent: Bool { resultCode == .SQLITE_CONSTRAINT || resultCode == .SQLITE_MISMATCH }
}
