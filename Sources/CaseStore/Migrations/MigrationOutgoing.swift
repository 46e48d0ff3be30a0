/// What a message of the outbox is, whom it is about, when it is tried again and when it was given up: for the brake, for
/// webhooks and for dead letters. Frozen: a change is a new migration.
enum MigrationOutgoing {
  static let identifier = "outgoing"

  static let sql = """
    ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'event'
      CHECK (kind IN ('offer', 'event', 'webhook', 'request'));
    ALTER TABLE outbox ADD COLUMN subject TEXT;
    ALTER TABLE outbox ADD COLUMN webhook TEXT;
    ALTER TABLE outbox ADD COLUMN due_ms INTEGER;
    ALTER TABLE outbox ADD COLUMN dead_ms INTEGER;
    UPDATE outbox SET kind = CASE WHEN topic LIKE 'cmd/%/care' THEN 'offer' WHEN topic LIKE 'evt/%' THEN 'event'
      ELSE 'request' END;
    UPDATE outbox SET dead_ms = created_ms WHERE delivered_ms IS NULL AND attempts >= 5;

    DROP INDEX pending_outbox;
    CREATE INDEX pending_outbox ON outbox (id) WHERE delivered_ms IS NULL;
    CREATE INDEX pending_webhook ON outbox (webhook, subject, id)
      WHERE delivered_ms IS NULL AND dead_ms IS NULL AND kind = 'webhook';
    CREATE INDEX dead_letter ON outbox (id) WHERE dead_ms IS NOT NULL;
    """
}
