/// Batches, the profile by which a case was judged, and what contacts and remote checks are recognised by. Frozen: a
/// change is a new migration.
enum MigrationFacts {
  static let identifier = "facts"

  static let sql = """
    ALTER TABLE ticket ADD COLUMN profile TEXT;
    ALTER TABLE finding ADD COLUMN profile TEXT;
    ALTER TABLE contact ADD COLUMN digest INTEGER;
    ALTER TABLE diagnosis ADD COLUMN digest INTEGER;

    CREATE TABLE batch (
      product TEXT NOT NULL,
      batch TEXT NOT NULL,
      factory TEXT,
      line TEXT,
      supplier TEXT,
      manufactured_ms INTEGER,
      component_lots TEXT NOT NULL,
      PRIMARY KEY (product, batch)
    ) STRICT, WITHOUT ROWID;
    """
}
