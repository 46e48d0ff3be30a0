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

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for migration in migrations {
      migrator.registerMigration(migration.identifier) { try $0.execute(sql: migration.sql) }
    }
    return migrator
  }

  /// Refuses what this program doesn't understand.
  static func check(_ database: Database, path: String) throws {
    let identifier = try Int32.fetchOne(database, sql: "PRAGMA application_id")
    guard identifier == applicationID else {
      throw StoreError.corrupt(path: path, detail: "its header isn't that of a case store")
    }
    let unknown = try migrator.appliedIdentifiers(database).subtracting(migrations.map(\.identifier))
    guard unknown.isEmpty else { throw StoreError.newer(path: path, unknown: unknown.sorted()) }
  }
}
