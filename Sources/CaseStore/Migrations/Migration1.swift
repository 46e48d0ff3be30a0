/// The first schema. Frozen: a change is a new migration.
///
/// Strict tables throughout: a value of the wrong type is refused where it is written, not met where it is read. Times are
/// milliseconds since 1970 UTC (`_ms`). Words are checked against the closed sets of the vocabulary.
enum Migration1 {
  static let identifier = "1"

  // Devices and cells have an integer key, their names in a unique index beside it: a rewritten record leaves the index
  // alone and stays on its page up to 4 kB, where a WITHOUT ROWID row spills to pages of its own from 1 kB on. Measured,
  // log written for 5 000 devices rewritten in one commit: records of 300 bytes 1.9 MB against 2.2 MB, of 1 500 bytes
  // 10.3 MB against 23.6 MB.
  static let sql = """
    PRAGMA application_id = 0x4652574E;

    CREATE TABLE finding (
      id TEXT NOT NULL PRIMARY KEY,
      state TEXT NOT NULL CHECK (state IN ('suspected', 'confirmed', 'known', 'cleared')),
      failure_mode TEXT NOT NULL,
      product TEXT NOT NULL,
      cause TEXT NOT NULL CHECK (cause IN ('batch', 'firmware', 'environment', 'unresolved', 'batch_and_firmware',
        'batch_and_environment', 'firmware_and_environment')),
      batch TEXT,
      firmware TEXT,
      region TEXT,
      rate_ratio TEXT NOT NULL,
      probability REAL NOT NULL,
      attribution TEXT NOT NULL,
      device_days REAL NOT NULL,
      failures INTEGER NOT NULL,
      devices_affected INTEGER NOT NULL,
      onset_ms INTEGER,
      detected_ms INTEGER,
      kb TEXT,
      explanation TEXT NOT NULL,
      candidates TEXT NOT NULL,
      decided_ms INTEGER NOT NULL,
      opened_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      episode INTEGER NOT NULL CHECK (episode >= 1)
    ) STRICT;
    CREATE UNIQUE INDEX live_finding ON finding
      (product, failure_mode, cause, IFNULL(batch, ''), IFNULL(firmware, ''), IFNULL(region, ''))
      WHERE state <> 'cleared';

    CREATE TABLE finding_change (
      finding TEXT NOT NULL REFERENCES finding (id) ON UPDATE CASCADE,
      ordinal INTEGER NOT NULL,
      at_ms INTEGER NOT NULL,
      actor TEXT NOT NULL,
      change TEXT NOT NULL,
      old_value TEXT,
      new_value TEXT,
      reason TEXT,
      PRIMARY KEY (finding, ordinal)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE ticket (
      id TEXT NOT NULL PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('patch', 'replacement', 'diagnose')),
      state TEXT NOT NULL CHECK (state IN ('proposed', 'open', 'acknowledged', 'on_hold', 'resolved', 'closed',
        'cancelled')),
      severity TEXT NOT NULL CHECK (severity IN ('critical', 'major', 'minor')),
      device TEXT NOT NULL,
      product TEXT NOT NULL,
      batch TEXT NOT NULL,
      firmware TEXT NOT NULL,
      region TEXT NOT NULL,
      customer TEXT,
      failure_mode TEXT NOT NULL,
      kb TEXT,
      probability TEXT NOT NULL,
      evidence TEXT NOT NULL,
      attribution TEXT NOT NULL,
      finding TEXT REFERENCES finding (id) ON UPDATE CASCADE,
      remedy TEXT NOT NULL,
      explanation TEXT NOT NULL,
      decided_ms INTEGER NOT NULL,
      opened_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      outcome TEXT CHECK (outcome IN ('confirmed', 'cured', 'declined', 'no_fault_found', 'other_cause')),
      episode INTEGER NOT NULL CHECK (episode >= 1),
      may_contact INTEGER NOT NULL CHECK (may_contact IN (0, 1))
    ) STRICT;
    CREATE UNIQUE INDEX live_ticket ON ticket (device, failure_mode) WHERE state NOT IN ('closed', 'cancelled');
    CREATE INDEX ticket_of_device ON ticket (device);
    CREATE INDEX ticket_of_finding ON ticket (finding) WHERE finding IS NOT NULL;

    CREATE TABLE ticket_change (
      ticket TEXT NOT NULL REFERENCES ticket (id) ON UPDATE CASCADE,
      ordinal INTEGER NOT NULL,
      at_ms INTEGER NOT NULL,
      actor TEXT NOT NULL,
      change TEXT NOT NULL,
      old_value TEXT,
      new_value TEXT,
      reason TEXT,
      PRIMARY KEY (ticket, ordinal)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE journal (
      id INTEGER PRIMARY KEY,
      received_ms INTEGER NOT NULL,
      topic TEXT NOT NULL,
      payload BLOB NOT NULL,
      retained INTEGER NOT NULL CHECK (retained IN (0, 1)),
      device TEXT
    ) STRICT;

    CREATE TABLE device (
      id INTEGER PRIMARY KEY,
      product TEXT NOT NULL,
      device TEXT NOT NULL,
      record BLOB NOT NULL,
      UNIQUE (product, device)
    ) STRICT;

    CREATE TABLE cell (
      id INTEGER PRIMARY KEY,
      product TEXT NOT NULL,
      failure_mode TEXT NOT NULL,
      length TEXT NOT NULL CHECK (length IN ('hour', 'day')),
      start_hour INTEGER NOT NULL,
      counts BLOB NOT NULL,
      UNIQUE (product, failure_mode, length, start_hour)
    ) STRICT;

    CREATE TABLE model (
      product TEXT NOT NULL,
      failure_mode TEXT NOT NULL,
      state BLOB NOT NULL,
      UNIQUE (product, failure_mode)
    ) STRICT;

    CREATE TABLE meta (
      key TEXT NOT NULL PRIMARY KEY,
      value BLOB NOT NULL
    ) STRICT;

    CREATE TABLE quarantine (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      topic TEXT NOT NULL,
      payload BLOB NOT NULL,
      retained INTEGER NOT NULL CHECK (retained IN (0, 1)),
      reason TEXT NOT NULL,
      detail TEXT NOT NULL,
      device TEXT,
      received_ms INTEGER NOT NULL,
      due_ms INTEGER,
      bytes INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX due_quarantine ON quarantine (due_ms) WHERE due_ms IS NOT NULL;

    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      topic TEXT NOT NULL,
      payload BLOB NOT NULL,
      retained INTEGER NOT NULL CHECK (retained IN (0, 1)),
      device TEXT,
      created_ms INTEGER NOT NULL,
      delivered_ms INTEGER,
      attempts INTEGER NOT NULL DEFAULT 0,
      last_error TEXT
    ) STRICT;
    CREATE INDEX pending_outbox ON outbox (id) WHERE delivered_ms IS NULL;

    CREATE TABLE prediction (
      as_of_ms INTEGER NOT NULL,
      product TEXT NOT NULL,
      device TEXT NOT NULL,
      failure_mode TEXT NOT NULL,
      horizon_days REAL NOT NULL,
      probability REAL NOT NULL,
      low REAL NOT NULL,
      high REAL NOT NULL,
      PRIMARY KEY (as_of_ms, product, device, failure_mode)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE contact (
      id INTEGER PRIMARY KEY,
      at_ms INTEGER NOT NULL,
      device TEXT NOT NULL,
      failure_mode TEXT,
      text TEXT,
      customer TEXT
    ) STRICT;

    CREATE TABLE diagnosis (
      id INTEGER PRIMARY KEY,
      at_ms INTEGER NOT NULL,
      product TEXT NOT NULL,
      device TEXT NOT NULL,
      failure_mode TEXT NOT NULL,
      result TEXT NOT NULL CHECK (result IN ('fault', 'no_fault', 'inconclusive')),
      detail TEXT
    ) STRICT;
    """
}
