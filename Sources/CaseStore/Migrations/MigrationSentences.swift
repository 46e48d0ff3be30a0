/// What explanations say before they are put into a language. Frozen: a change is a new migration.
enum MigrationSentences {
  static let identifier = "sentences"

  static let sql = "ALTER TABLE ticket ADD COLUMN sentences TEXT"
}
