-- A database of schema trial with rows in its tables. Never changed again: every later schema must open it.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO grdb_migrations VALUES('1');
INSERT INTO grdb_migrations VALUES('2');
INSERT INTO grdb_migrations VALUES('facts');
INSERT INTO grdb_migrations VALUES('outgoing');
INSERT INTO grdb_migrations VALUES('campaigns');
INSERT INTO grdb_migrations VALUES('audit');
INSERT INTO grdb_migrations VALUES('sentences');
INSERT INTO grdb_migrations VALUES('trial');
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
    , profile TEXT, campaign TEXT) STRICT;
INSERT INTO finding VALUES('F-zg0mr4s4x7','confirmed','hdmi-cec-failure','stick','batch','W18',NULL,NULL,'{"high":4.4,"low":2.9,"mean":3.7}',0.99799999999999999822,'{"batch":0.9,"device":0,"environment":0,"firmware":0,"unknown":0.1}',41230.249999999999998,37,31,1763708400000,1763881200000,NULL,'Batch W18 fails more.','[{"batch":null,"cause":"firmware","firmware":"3.2.0","probability":0.02,"region":null}]',1763881200000,1763884800000,1763884800000,1,NULL,'{"acknowledged_at":null,"escalated_at":null,"last_day":null,"limit_a_day":50,"pause":null,"places":null,"released_on_last_day":0,"waves":[{"begun_at":"2025-11-23T08:00:00Z","last_release_at":"2025-11-23T08:00:00Z","number":1,"size":10}]}');
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
INSERT INTO finding_change VALUES('F-zg0mr4s4x7',0,1763884800000,'forewarnd','opened',NULL,'confirmed',NULL);
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
    , profile TEXT, wave INTEGER CHECK (wave >= 1), owner TEXT, queue TEXT, priority INTEGER, due_ms INTEGER, escalated_ms INTEGER, options TEXT, sentences TEXT) STRICT;
INSERT INTO ticket VALUES('T-7m3fz66ja8','diagnose','open','major','G0911-B','stick','W18','3.2.0','US-FL',NULL,'hdmi-cec-failure',NULL,'{"high":0.92,"horizon_days":30,"low":0.30000000000000004,"mean":0.87}','{"cohort_device_days":null,"cohort_failures":null,"device_reports":0}','{"batch":0.91,"device":0.01,"environment":0.02,"firmware":0.03,"unknown":0.03}',NULL,'{"break_even_probability":0.41,"cost_of_waiting":88,"currency":"USD","efficacy":null,"expected_cost":41.2,"firmware":null,"sku":null,"type":"replacement"}',replace('Plain words, "quoted", with ünïcode / and\nlines.','\n',char(10)),1763881200000,1763884800000,1763888400000,NULL,1,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO ticket VALUES('T-8m7tc867mw','replacement','open','major','G0911-A','stick','W18','3.2.0','US-FL','c-8842','hdmi-cec-failure','KB-087','{"high":0.92,"horizon_days":30,"low":0.30000000000000004,"mean":0.87}','{"cohort_device_days":41230.5,"cohort_failures":37,"device_reports":212}','{"batch":0.91,"device":0.01,"environment":0.02,"firmware":0.03,"unknown":0.03}','F-zg0mr4s4x7','{"break_even_probability":0.41,"cost_of_waiting":88,"currency":"USD","efficacy":null,"expected_cost":41.2,"firmware":"3.2.1","sku":"B0BP9SNVH9","type":"replacement"}',replace('Plain words, "quoted", with ünïcode / and\nlines.','\n',char(10)),1763881200000,1763884800000,1763888400000,NULL,1,1,'abc',1,'factory SZ-3','quality',2,1763967600000,1763971200000,'[{"expected_cost":88,"firmware":null,"harm":2,"type":"wait","value_of_data":1}]','[{"key":"ticket.kb","values":{"kb":{"text":{"_0":"KB-087"}}}}]');
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
INSERT INTO ticket_change VALUES('T-8m7tc867mw',0,1763884800000,'forewarnd','opened',NULL,'open','37 of 40 failed');
INSERT INTO ticket_change VALUES('T-8m7tc867mw',1,1763888400000,'uid 1000','note',NULL,NULL,NULL);
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
INSERT INTO cell VALUES(1,'stick','hdmi-cec-failure','day',480000,X'28b52ffd200109000001');
CREATE TABLE model (
      product TEXT NOT NULL,
      failure_mode TEXT NOT NULL,
      state BLOB NOT NULL,
      UNIQUE (product, failure_mode)
    ) STRICT;
INSERT INTO model VALUES('stick','hdmi-cec-failure',X'28b52ffd200109000002');
CREATE TABLE meta (
      key TEXT NOT NULL PRIMARY KEY,
      value BLOB NOT NULL
    ) STRICT;
INSERT INTO meta VALUES('clock',X'09');
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
INSERT INTO quarantine VALUES(1,'dt/forewarn/stick/G0911-A/report',X'7b7d',0,'syntax','no JSON','G0911-A',4,NULL,34);
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
    , kind TEXT NOT NULL DEFAULT 'event'
      CHECK (kind IN ('offer', 'event', 'webhook', 'request')), subject TEXT, webhook TEXT, due_ms INTEGER, dead_ms INTEGER) STRICT;
INSERT INTO outbox VALUES(1,'cmd/forewarn/stick/G0911-A/care',X'7b7d',1,'G0911-A',1763892000000,1763917200000,0,NULL,'offer','T-8m7tc867mw',NULL,NULL,NULL);
INSERT INTO outbox VALUES(2,'desk',X'01',0,'G0911-A',1763892000000,NULL,0,NULL,'webhook','T-8m7tc867mw','desk',NULL,NULL);
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
INSERT INTO prediction VALUES(1763881200000,'stick','G0911-A','hdmi-cec-failure',30.0,0.5,0.4000000000000000222,0.59999999999999997779);
CREATE TABLE contact (
      id INTEGER PRIMARY KEY,
      at_ms INTEGER NOT NULL,
      device TEXT NOT NULL,
      failure_mode TEXT,
      text TEXT,
      customer TEXT
    , digest INTEGER) STRICT;
INSERT INTO contact VALUES(1,1763881200000,'G0911-A','hdmi-cec-failure','no picture','c-8842',5);
CREATE TABLE diagnosis (
      id INTEGER PRIMARY KEY,
      at_ms INTEGER NOT NULL,
      product TEXT NOT NULL,
      device TEXT NOT NULL,
      failure_mode TEXT NOT NULL,
      result TEXT NOT NULL CHECK (result IN ('fault', 'no_fault', 'inconclusive')),
      detail TEXT
    , digest INTEGER) STRICT;
INSERT INTO diagnosis VALUES(1,1763881200000,'stick','G0911-A','hdmi-cec-failure','fault','x',7);
CREATE TABLE device_page (
      number INTEGER PRIMARY KEY,
      records BLOB NOT NULL
    ) STRICT;
INSERT INTO device_page VALUES(3,X'010203');
CREATE TABLE journal_batch (
      id INTEGER PRIMARY KEY,
      messages INTEGER NOT NULL CHECK (messages > 0),
      packed BLOB NOT NULL
    ) STRICT;
INSERT INTO journal_batch VALUES(1,2,X'28b52ffd204a7d01007402024064742f666f72657761726e2f737469636b2f47303931312d412f7265706f72740200ff7b7d01008548f504');
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
INSERT INTO batch VALUES('stick','W18','SZ-3','L2','ACME',1731481200000,'["C1","C2"]');
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
INSERT INTO audit VALUES(1,1763884800000,'forewarnd','finding','F-zg0mr4s4x7',NULL,'opened',NULL,'confirmed',NULL,X'e0106f417f05315262dde9a6c11734a6652d3c07a7b31878791f8b09cd6f37b2');
INSERT INTO audit VALUES(2,1763884800000,'forewarnd','ticket','T-8m7tc867mw','','opened',NULL,'open',X'3a60860897fc751b07c0353991bb7b63f20799b521acfda19ed28f021c0d1052',X'488cbcde613f5e6df1e311751fe4c2b2e0ff83178f6e5cefdfe01a55e29e105c');
INSERT INTO audit VALUES(3,1763888400000,'uid 1000','ticket','T-8m7tc867mw','','note',NULL,NULL,NULL,X'9a52c62923627487fcc9224250eb12d34e0dbec46dd8dab2025c1a1f8d2cdcf2');
INSERT INTO audit VALUES(4,1763892000000,'at the start','configuration','care.mode',NULL,'set',NULL,'propose',NULL,X'6c48f00fed80b3624fa5349015e0cbcc8bda7c94b0c0c79a7078ff46e9c69bb5');
CREATE TABLE audit_reason (
      number INTEGER PRIMARY KEY REFERENCES audit (number),
      salt BLOB NOT NULL,
      reason TEXT NOT NULL
    ) STRICT;
INSERT INTO audit_reason VALUES(2,X'14f91ebb86681dcf7111ff84d118d612','37 of 40 failed');
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
INSERT INTO trial VALUES(1,'stick','G0911-A','hdmi-cec-failure','F-zg0mr4s4x7','holdout',1763888400000,NULL,1,0);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('outbox',2);
INSERT INTO sqlite_sequence VALUES('quarantine',1);
CREATE UNIQUE INDEX live_finding ON finding
      (product, failure_mode, cause, IFNULL(batch, ''), IFNULL(firmware, ''), IFNULL(region, ''))
      WHERE state <> 'cleared';
CREATE UNIQUE INDEX live_ticket ON ticket (device, failure_mode) WHERE state NOT IN ('closed', 'cancelled');
CREATE INDEX ticket_of_device ON ticket (device);
CREATE INDEX ticket_of_finding ON ticket (finding) WHERE finding IS NOT NULL;
CREATE INDEX due_quarantine ON quarantine (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX pending_outbox ON outbox (id) WHERE delivered_ms IS NULL;
CREATE INDEX pending_webhook ON outbox (webhook, subject, id)
      WHERE delivered_ms IS NULL AND dead_ms IS NULL AND kind = 'webhook';
CREATE INDEX dead_letter ON outbox (id) WHERE dead_ms IS NOT NULL;
CREATE INDEX audit_of_subject ON audit (subject);
CREATE INDEX audit_of_pseudonym ON audit (pseudonym) WHERE pseudonym IS NOT NULL;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
      BEGIN SELECT RAISE (ABORT, 'the audit is only appended to'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit
      BEGIN SELECT RAISE (ABORT, 'the audit is only appended to'); END;
CREATE TRIGGER audit_goes_on BEFORE INSERT ON audit
      WHEN NEW.number <> (SELECT IFNULL(max(number), 0) + 1 FROM audit)
      BEGIN SELECT RAISE (ABORT, 'the audit goes on with the next number'); END;
CREATE TRIGGER audit_reason_stays BEFORE UPDATE ON audit_reason
      BEGIN SELECT RAISE (ABORT, 'a reason may be erased, never changed'); END;
CREATE INDEX contact_of_device ON contact (device);
COMMIT;
