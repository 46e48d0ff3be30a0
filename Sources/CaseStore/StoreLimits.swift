/// Everything in the store that could grow without end, with its bound. Evidence, devices and cases have none: they are
/// what the store is for, and the fleet bounds them.
package struct StoreLimits: Sendable, Hashable {
  /// Messages in quarantine. Enough to see a fault of a whole firmware; a broken fleet must not push out the cases.
  package var quarantineRows = 10_000
  /// Topics and payloads in quarantine, in bytes; a single larger message is not kept at all, but counted.
  package var quarantineBytes = 64 << 20
  /// Delivered messages that `outbox list` can still show; undelivered ones are never dropped.
  package var deliveredMessages = 10_000
  /// Messages that were given up and wait for an operator, the newest; the rest is gone.
  package var deadLetters = 10_000
  /// Daily predictions are kept so long before the newest: a year for judging calibration, and a margin.
  package var predictionDays = 400
  /// Newest contacts, and newest diagnoses, kept as they came.
  package var contacts = 100_000
  /// Size of `cases.db` at which a commit is refused as on a full disk, so that the store can't starve its neighbours;
  /// `nil`: the disk is the bound. Rounded down to whole pages.
  package var databaseBytes: Int64?
  /// What the write-ahead log is cut back to once nobody reads what stands in it any more.
  package var logBytes: Int64 = 64 << 20
  /// Free pages inside the file that are left there: the journal of the next day takes them up again. What is beyond is given
  /// back to the disk.
  package var spareBytes: Int64 = 128 << 20
  /// Page cache of the writing connection: the devices of one bucket's close should fit, or pages are written twice.
  package var cacheBytes = 64 << 20
  /// How long a statement waits for a lock, e.g. a backup's, in seconds.
  package var busySeconds = 5.0

  /// Refusals by the broker after which a message of the outbox is only shown, no longer sent.
  package static let outboxAttempts = 5
  /// Faults of an integrity check that are kept and shown: the first few say what an operator does.
  package static let integrityFaults = 10

  package init() {}
}
