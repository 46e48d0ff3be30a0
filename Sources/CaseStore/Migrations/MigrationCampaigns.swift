/// Campaigns of findings, waves, owners and clocks of tickets. Frozen: a change is a new migration.
enum MigrationCampaigns {
  static let identifier = "campaigns"

  static let sql = """
    ALTER TABLE finding ADD COLUMN campaign TEXT;
    ALTER TABLE ticket ADD COLUMN wave INTEGER CHECK (wave >= 1);
    ALTER TABLE ticket ADD COLUMN owner TEXT;
    ALTER TABLE ticket ADD COLUMN queue TEXT;
    ALTER TABLE ticket ADD COLUMN priority INTEGER;
    ALTER TABLE ticket ADD COLUMN due_ms INTEGER;
    ALTER TABLE ticket ADD COLUMN escalated_ms INTEGER;
    ALTER TABLE ticket ADD COLUMN options TEXT;
    """
}
