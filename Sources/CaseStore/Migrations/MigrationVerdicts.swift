/// Verdicts on devices. Frozen: a change is a new migration.
enum MigrationVerdicts {
  static let identifier = "verdicts"

  /// `id` is a hash of what the verdict says, as a signed number; `standing`: JSON of what was known of the device when it was
  /// first weighed.
  static let sql = """
    CREATE TABLE verdict (
      id INTEGER PRIMARY KEY,
      product TEXT NOT NULL,
      device TEXT NOT NULL,
      failure_mode TEXT,
      at_ms INTEGER NOT NULL,
      result TEXT NOT NULL CHECK (result IN ('fault', 'no_fault', 'other_cause', 'inconclusive')),
      source TEXT NOT NULL CHECK (source IN ('check', 'bench', 'ticket')),
      ticket TEXT,
      detail TEXT,
      standing TEXT
    ) STRICT;
    CREATE INDEX verdict_by_device ON verdict (device);
    """
}
