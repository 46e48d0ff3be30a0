/// Who changed what. Frozen: a change is a new migration.
///
/// `audit` is only ever appended to, which triggers enforce: each row's digest covers the row before it. Words that may
/// name a customer stand beside it, in `audit_reason`: an erasure takes them away, and the chain holds without them.
enum MigrationAudit {
  static let identifier = "audit"

  static let sql = """
    CREATE TABLE audit (
      number INTEGER PRIMARY KEY CHECK (number >= 1),
      at_ms INTEGER NOT NULL,
      actor TEXT NOT NULL,
      noun TEXT NOT NULL CHECK (noun IN ('ticket', 'finding', 'configuration', 'profile', 'device')),
      subject TEXT NOT NULL,
      pseudonym TEXT,
      change TEXT NOT NULL,
      old_value TEXT,
      new_value TEXT,
      reason_digest BLOB CHECK (length(reason_digest) = 32),
      digest BLOB NOT NULL CHECK (length(digest) = 32)
    ) STRICT;
    CREATE INDEX audit_of_subject ON audit (subject);
    CREATE INDEX audit_of_pseudonym ON audit (pseudonym) WHERE pseudonym IS NOT NULL;

    CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
      BEGIN SELECT RAISE (ABORT, 'the audit is only appended to'); END;
    CREATE TRIGGER audit_remains BEFORE DELETE ON audit
      BEGIN SELECT RAISE (ABORT, 'the audit is only appended to'); END;
    CREATE TRIGGER audit_goes_on BEFORE INSERT ON audit
      WHEN NEW.number <> (SELECT IFNULL(max(number), 0) + 1 FROM audit)
      BEGIN SELECT RAISE (ABORT, 'the audit goes on with the next number'); END;

    CREATE TABLE audit_reason (
      number INTEGER PRIMARY KEY REFERENCES audit (number),
      salt BLOB NOT NULL,
      reason TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_reason_stays BEFORE UPDATE ON audit_reason
      BEGIN SELECT RAISE (ABORT, 'a reason may be erased, never changed'); END;
    """
}
