/// Care compared with none. Frozen: a change is a new migration.
///
/// Contacts are counted as they come, so that the count outlives them; an erased device keeps its counts under a random name.
enum MigrationTrial {
  static let identifier = "trial"

  static let sql = """
    CREATE TABLE trial (
      id INTEGER PRIMARY KEY,
      product TEXT NOT NULL,
      device TEXT NOT NULL,
      failure_mode TEXT NOT NULL,
      finding TEXT NOT NULL,
      arm TEXT NOT NULL CHECK (arm IN ('care', 'holdout')),
      entered_ms INTEGER NOT NULL,
      ended_ms INTEGER,
      onsets INTEGER NOT NULL,
      contacts INTEGER NOT NULL DEFAULT 0,
      UNIQUE (device, failure_mode)
    ) STRICT;
    CREATE INDEX contact_of_device ON contact (device);
    """
}
