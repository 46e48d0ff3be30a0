/// Every bound of the gateway in one place, with its reason. Those of a part stand with the part (`BrokerSettings`,
/// `StoreLimits`, `DecodingLimits`, `TriagePolicy`).
enum Limits {
  /// Longest pause between two looks at the clock: buckets close, and the watchdog is fed, this often.
  static let tickSeconds = 1.0
  /// Messages from the future that are taken again in one go, so that a batch of live ones never waits long behind them.
  static let retriesATick = 2000
  /// Bytes of packed journal after which everything is written as it stands: about what the devices' own records take, so
  /// that neither outweighs the other on the disk, and no more than a start goes through in seconds (a message takes
  /// 30 to 200 bytes here: see `Compression`).
  static func journalBytes(devices: Int) -> Int { min(max(leastJournalBytes, devices * 512), mostJournalBytes) }
  static let leastJournalBytes = 2 << 20
  static let mostJournalBytes = 64 << 20
  /// Messages of a backfill between two commits: they need no acknowledgement, only their quarantine and cases written.
  static let backfillMessages = 20_000
  /// Quarantined messages that are retried in one transaction: the stream waits no longer for it than for a batch.
  static let retriesAPart = 500
  /// Rewriting the store after an erasure stops the intake meanwhile: at most this often.
  static let scrubSeconds = 60.0
  /// How long the log's last readers are waited for then: the stream stands meanwhile.
  static let scrubWaitSeconds = 0.3
  /// How often it is looked what is too old by a region's policy, and whose offer was held back long enough.
  static let sweepSeconds = 60.0
  /// Devices, and tickets, of which one sweep removes what is too old: the rest follows with the next.
  static let expiriesASweep = 5000
  /// Ticks for which that waits until the broker has been told of the erasure: it is rewritten once instead of twice.
  static let farewellTicks = 5
  /// Messages that languages lack, of which `doctor` can tell: more than all keys of a few languages. Devices name locales.
  static let missingMessages = 1000
  /// Tickets that one action changes in one transaction: the stream waits no longer for it than for a batch.
  static let ticketsAPart = 200
  /// Memory that work left behind is given back when nothing has come for so long, and under load this often: it takes
  /// milliseconds, and what is needed again is taken anew.
  static let idleSeconds = 0.9
  static let releaseSeconds = 60.0
  /// A commit that takes longer is told: a sound disk needs milliseconds, one that writes back for others a second or two.
  static let longCommitSeconds = 5.0
  /// Pauses between tries of a commit that the disk refused: soon at first, and at most this long.
  static let firstCommitPauseSeconds = 0.2
  static let longestCommitPauseSeconds = 5.0
  /// Receivers of webhooks: each gets a row of the outbox for each change.
  static let webhooks = 16
  /// How often the outbox is looked at for them when nothing was due, how many are posted before that is written down, and
  /// how many of those at once: a receiver must not be overrun.
  static let webhookLookSeconds = 0.5
  static let webhooksARound = 64
  static let webhooksAtOnce = 8
  /// Of an answer nothing but its status counts; of an error the beginning.
  static let webhookAnswerBytes = 64 << 10
  static let webhookErrorCharacters = 300
  /// How often it is looked whether certificates or password of the broker have changed: a renewal has days of time.
  static let credentialLookSeconds = 5.0
  /// How often it is looked whether the store wants an integrity check, or its size be written down.
  static let houseSeconds = 60.0
  /// Daily sizes of the database, from which its growth is read.
  static let houseDays = 30
  /// Free pages that are given back in one go: milliseconds, while the stream waits.
  static let giveBackBytes: Int64 = 2 << 20
  /// After a check that the medium has ended: it may have been a passing fault, but reads all of a broken disk.
  static let brokenCheckHours: Int64 = 1
  /// How soon a running integrity check notices that the daemon is to stop.
  static let integrityStopSeconds = 0.2
  /// A request's body; a million devices to import are sent in several files.
  static let requestBodyBytes = 32 << 20
  /// Of an export, held in memory at a time.
  static let exportPageItems = 500
  /// Streams that are watched at once: each keeps a digest of every item that it has told.
  static let watchers = 32
  /// How often a stream looks whether a case has changed, and after how long a silent one says that it is there (well within
  /// `idleConnectionSeconds`) and what changes by time alone is looked at again.
  static let watchSeconds = 0.5
  static let watchHeartbeatSeconds = 10.0
  /// How often it is looked whether a stream's client reads, and after how long without a byte of what lies there for it its
  /// connection is closed: one that was stopped (Ctrl-Z, a pager that nobody scrolls) would keep its place for ever.
  static let watchReadingSeconds: Int64 = 1
  static let watchUnreadSeconds = 20.0
  /// Of a backup, read and sent in one go: large enough to cost nothing, small enough to be held in memory.
  static let backupPartBytes = 1 << 18
  /// Items of one list answer.
  static let listItems = 100_000
  /// What a list shows when no limit is asked for.
  static let listItemsByDefault = 1000
  /// Names that an error answer lists, so that it stays readable.
  static let namesInProblem = 20
  /// A line of the log; bytes from devices are cut long before.
  static let logLineBytes = 4096
  /// By the contract a shutdown takes ten seconds at most: after this long connections are cut.
  static let shutdownSeconds = 6
  /// Descriptors of the daemon's own: the store with its readers, the broker, event loops, a backup; some forty, and slack for
  /// connections that are taken several at a time.
  static let ownOpenFiles = 80
  /// Connections of one server at once: far above all operators with their scripts, and where descriptors are short.
  static let mostConnections = 4096
  static let leastConnections = 4
  /// A connection that neither asks nor reads is closed.
  static let idleConnectionSeconds: Int64 = 30
}
