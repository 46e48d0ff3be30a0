import GRDB

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `cases.db` on disk: making it once, opening it ever after.
///
/// A new database is made under another name and renamed when it is complete. So an empty or half-made `cases.db` is
/// never a new store: it is a damaged one, and refused.
struct DatabaseFile {
  static let name = "cases.db"

  let directory: String
  let limits: StoreLimits
  var migrations = Schema.migrations
  var path: String { directory + "/" + Self.name }

  func open() throws -> DatabasePool {
    if size(of: path) == nil { try create() }
    guard let bytes = size(of: path), bytes > 0 else {
      throw StoreError.corrupt(path: path, detail: "the file is empty")
    }
    try check()
    try upgrade()
    let pool = try DatabasePool(path: path, configuration: configuration)
    // GRDB sets NORMAL with the write-ahead log, which can lose commits on a power cut: messages acknowledged after them
    // would be lost.
    try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    return pool
  }

  /// Bytes of the file at `path`; `nil` if there is none.
  func size(of path: String) -> Int64? {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : nil
  }

  /// Device and inode: another file under the same name has others.
  var identity: String {
    var status = stat()
    return stat(path, &status) == 0 ? "\(status.st_dev):\(status.st_ino)" : ""
  }

  /// Before anything may be written to the file.
  private func check() throws {
    var readOnly = configuration
    readOnly.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: readOnly)
    try queue.read { try Schema.check($0, path: path) }
    try queue.close()
  }

  /// By a connection of its own: GRDB's pool makes a small change by itself when it opens a file, and an upgrade that fails
  /// must leave every byte as it was.
  private func upgrade() throws {
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try Schema.migrate(queue, path: path, through: migrations)
    try queue.close()
  }

  private func create() throws {
    guard size(of: path + "-wal") ?? 0 == 0 else {
      throw StoreError.corrupt(path: path, detail: "it is missing, but its write-ahead log \(Self.name)-wal is there")
    }
    let draft = path + ".new"
    for leftover in ["", "-journal", "-wal", "-shm"].map({ draft + $0 }) where unlink(leftover) != 0 && errno != ENOENT
    {
      throw failure(leftover)
    }
    // Group-readable for the operators' tools; SQLite gives -wal and -shm the same mode.
    let descriptor = openFile(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw failure(draft) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o640) == 0 else { throw failure(draft) }

    // Until it has its name the draft may be lost: one wait for the disk, at its end, instead of one or more for each step.
    var unsynced = configuration
    unsynced.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY") }
    let queue = try DatabaseQueue(path: draft, configuration: unsynced)
    // Before the first table, or it takes a rewriting of the file. So that what a large erasure or a flood has left as free
    // pages can be given back in small steps.
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
    try Schema.migrate(queue, path: path, through: migrations)
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
    try queue.close()

    guard fsync(descriptor) == 0, rename(draft, path) == 0 else { throw failure(path) }
    guard FolderSync.sync(folderOf: path) else { throw failure(directory) }
  }

  private func failure(_ path: String) -> StoreError {
    let code = errno
    return code == ENOSPC || code == EDQUOT
      ? .diskFull(path: path) : .notWritable(path: path, reason: String(cString: strerror(code)))
  }

  private var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(limits.busySeconds)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { [limits] database in
      try database.execute(
        sql: """
          PRAGMA trusted_schema = OFF;
          PRAGMA cell_size_check = ON;
          PRAGMA secure_delete = ON;
          PRAGMA journal_size_limit = \(limits.logBytes);
          """)
      guard !database.configuration.readonly else { return }
      try database.execute(sql: "PRAGMA cache_size = -\(limits.cacheBytes >> 10)")
      if let bytes = limits.databaseBytes {
        let pageSize = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
        try database.execute(sql: "PRAGMA max_page_count = \(max(1, bytes / pageSize))")
      }
    }
    return configuration
  }
}

// Inside `DatabaseFile`, `open` is its own function.
private func openFile(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
  open(path, flags, mode)
}
