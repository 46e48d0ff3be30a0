import GRDB
import Synchronization
import Vocabulary

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The one SQLite file of the daemon: cases, evidence, device records, journal, quarantine, outbox.
///
/// One writer, whose commits are on the medium when they return (write-ahead log, `synchronous = FULL`); readers beside it
/// see the last commit and never wait for it. All calls block: call them from one place that may.
package final class CaseDatabase: Sendable {
  package let directory: String
  /// Of `cases.db`.
  package var path: String { file.path }

  private let file: DatabaseFile
  private let lock: StateDirectoryLock
  private let pool: DatabasePool
  /// As of the last commit; counted along, since summing the table up would cost more than a batch.
  private let totals: Mutex<QuarantineTotals>
  /// Rises with each commit that changes tickets or findings.
  private let revision = Atomic<Int>(0)
  /// Used by the writing connection alone.
  private let compression = Compression()

  /// Opens the store of an existing, writable directory, and makes it if there is none. Brings an older schema up to date;
  /// refuses a later one, a damaged file, and a directory that another process has open.
  package init(directory: String, limits: StoreLimits = .init()) throws(StoreError) {
    let file = DatabaseFile(directory: directory, limits: limits)
    self.directory = directory
    self.file = file
    lock = try StateDirectoryLock(directory: directory)
    do {
      pool = try file.open()
      totals = Mutex(try pool.read(QuarantineTable.totals))
    } catch {
      throw StoreError(error, path: file.path)
    }
  }

  /// Writes all of `unit` or, if this throws, nothing. `diskFull` and `io` are worth another try with the same unit;
  /// `conflict` names the ticket or finding that stands in the way.
  /// - Returns: the bytes that the unit's messages take in the journal.
  @discardableResult
  package func commit(_ unit: UnitOfWork) throws(StoreError) -> Int {
    precondition(!unit.meta.keys.contains { $0.hasPrefix(MetaTable.ownPrefix) }, "meta keys of the store itself")
    precondition(unit.erasedDevices.isEmpty || unit.emptiesJournal, "an erasure empties the journal")
    return try access {
      var after = QuarantineTotals()
      var journalBytes = 0
      try write { database in
        try database.inTransaction(.immediate) {
          (after, journalBytes) = try unit.write(
            totals: totals.withLock { $0 }, limits: file.limits, compression: compression, in: database)
          return .commit
        }
        // A snapshot goes through pages by the megabyte that batches don't need.
        if unit.emptiesJournal { try database.execute(sql: "PRAGMA shrink_memory") }
      }
      totals.withLock { $0 = after }
      if unit.touchesCases { revision.add(1, ordering: .relaxed) }
      return journalBytes
    }
  }

  /// Another number than before: tickets or findings may have changed since.
  package var caseRevision: Int { revision.load(ordering: .relaxed) }

  package func load() throws(StoreError) -> StoredState {
    try read { database in
      var state = StoredState()
      try StateTables.read(into: &state, in: database)
      state.meta = try MetaTable.read(in: database)
      try JournalTable.read(into: &state, in: database)
      state.messageDigests = try RecordTables.digests(in: database)
      state.verdicts = try VerdictTable.read(in: database)
      try CaseLoading.read(into: &state, in: database)
      return state
    }
  }

  /// Lets go of pages that reading has left in memory; for after `load`.
  package func releaseMemory() { pool.releaseMemory() }

  /// One of the gateway's own small values; `nil` if there is none.
  package func meta(_ key: String) throws(StoreError) -> [UInt8]? {
    try read { try MetaTable.value(of: key, in: $0) }
  }

  /// By which a store is told from a copy of itself: which file it is, and what the last run left beside it. A store that
  /// was made anew, copied over or moved in has another.
  package var mark: String { file.identity + " " + lock.mark() }

  /// Makes the mark anew, to be kept in the store by the caller.
  package func renewMark() throws(StoreError) -> String {
    guard lock.setMark(String(UInt64.random(in: .min ... .max), radix: 16)) else {
      throw StoreError.notWritable(path: directory, reason: String(cString: strerror(errno)))
    }
    return mark
  }

  package func quarantineTotals() -> QuarantineTotals { totals.withLock { $0 } }

  /// Bytes on disk: the database and its write-ahead log.
  package func sizeInBytes() -> Int64 {
    (file.size(of: path) ?? 0) + logSizeInBytes()
  }

  /// Of the write-ahead log alone.
  func logSizeInBytes() -> Int64 { file.size(of: path + "-wal") ?? 0 }

  /// What SQLite finds wrong with the file, the first of each kind; empty if nothing. Reads all of it.
  package func integrityCheck() throws(StoreError) -> [String] {
    do {
      return try read { try Self.faults(in: $0) }
    } catch .corrupt(_, let detail) {
      // Some damage ends the check itself.
      return [detail]
    }
  }

  /// The same, ended by the task's cancellation at once, with a `CancellationError`.
  package func interruptibleIntegrityCheck() async throws -> [String] {
    do {
      return try await pool.read { database in try Self.faults(in: database) }
    } catch let error as CancellationError {
      throw error
    } catch {
      let failure = StoreError(error, path: path)
      if case .corrupt(_, let detail) = failure { return [detail] }
      throw failure
    }
  }

  private static func faults(in database: Database) throws -> [String] {
    // SQLite itself ends the list after a hundred.
    let damage = try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
    // One for each row whose parent is gone: of a lost table there may be millions.
    let strangers = try Row.fetchCursor(database, sql: "PRAGMA foreign_key_check")
    var examples: [String] = []
    var count = 0
    while let row = try strangers.next() {
      count += 1
      if count <= StoreLimits.integrityFaults { examples.append("dangling reference: \(row)") }
    }
    let total = count > examples.count ? ["\(count) dangling references; the first:"] : []
    return damage + total + examples
  }

  /// Moves the write-ahead log into the database and cuts it to nothing; waits for readers, at most so long.
  package func checkpoint(waitingSeconds: Double? = nil) throws(StoreError) {
    try access {
      try write { database in
        try database.execute(sql: "PRAGMA busy_timeout = \(Int((waitingSeconds ?? limits.busySeconds) * 1000))")
        let result = Result { try database.checkpoint(.truncate) }
        try database.execute(sql: "PRAGMA busy_timeout = \(Int(limits.busySeconds * 1000))")
        _ = try result.get()
      }
    }
  }

  /// After an erasure: rewrites the whole file, so that no byte of what was deleted is left in it; a `checkpoint` then rids
  /// the log of them. Takes as long as copying the database twice; commits wait meanwhile.
  package func rewrite() throws(StoreError) {
    // A store of an earlier version learns on this occasion to give back pages in steps.
    try access { try write { try $0.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM") } }
  }

  /// Whether a last message about an erased device still waits for the broker: its topic names the device.
  package func holdsFarewells() throws(StoreError) -> Bool {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT 1 FROM outbox WHERE device = ? LIMIT 1", arguments: [OutgoingMessage.farewell]) != nil
    }
  }

  /// Closes the file and lets go of the directory; nothing may be called afterwards. Also happens by itself at the end.
  package func close() throws(StoreError) {
    try access {
      // The pool itself closes the writer first; then no one is left to fold the log into the file.
      pool.invalidateReadOnlyConnections()
      try pool.close()
    }
    lock.release()
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    try access { try pool.read(body) }
  }

  /// With the reading side of the open database. A backup's own errors pass as they are.
  func copying<Value>(_ body: (any DatabaseReader) throws -> Value) throws -> Value {
    do {
      return try body(pool)
    } catch let error as BackupError {
      throw error
    } catch {
      throw StoreError(error, path: path)
    }
  }

  var limits: StoreLimits { file.limits }

  /// On the writing connection, without a transaction.
  func change(_ body: (Database) throws -> Void) throws(StoreError) { try access { try write(body) } }

  /// On the writing connection, without a transaction or this type's errors.
  func write(_ body: (Database) throws -> Void) throws {
    try pool.writeWithoutTransaction(body)
  }

  private func access<Value>(_ body: () throws -> Value) throws(StoreError) -> Value {
    do {
      return try body()
    } catch {
      throw StoreError(error, path: path)
    }
  }
}

extension UnitOfWork {
  /// Writes everything within the running transaction; the order is the type's promise.
  fileprivate func write(
    totals: QuarantineTotals, limits: StoreLimits, compression: Compression, in database: Database
  ) throws -> (QuarantineTotals, journalBytes: Int) {
    var totals = totals
    try changes.write(in: database, pseudonym: pseudonym)
    try AuditTable.append(audit, in: database)
    if !erasedDevices.isEmpty {
      try Erasure(devices: erasedDevices, at: at, pseudonyms: erasedDevices.map { pseudonym($0.device) }).apply(
        in: database)
      totals = try QuarantineTable.totals(in: database)
    }
    for expiry in expiries { try expiry.apply(in: database) }
    try Expiry.forget(tickets: forgottenTickets, in: database)
    if expiries.contains(where: { $0.kind == .records }) { totals = try QuarantineTable.totals(in: database) }
    if emptiesJournal { try JournalTable.clear(in: database) }
    let journalBytes = try JournalTable.append(journal, compression, in: database)
    try StateTables.write(self, compression, in: database)
    for (key, value) in meta { try MetaTable.set(value, for: key, in: database) }
    totals = try QuarantineTable.write(
      adding: quarantined, unkept: unkeptQuarantine, releasing: releasedQuarantine, rejudging: rejudgedQuarantine,
      totals: totals, limits: limits,
      in: database)
    try OutboxTable.write(self, limits: limits, in: database)
    try TrialTable.write(self, in: database)
    try RecordTables.write(self, limits: limits, in: database)
    try BatchTable.write(batches, in: database)
    try VerdictTable.write(verdicts, removing: withdrawnVerdicts, in: database)
    return (totals, journalBytes)
  }
}
