import GRDB

/// Why the case store can't do what was asked, in terms of what an operator (or the gateway) does next.
package enum StoreError: Error, Sendable, Hashable {
  /// The state directory isn't there; the store never makes one, since a wrong path must not become an empty store.
  case directoryMissing(path: String)
  /// The state directory or a file in it can't be written; `reason` is the system's word.
  case notWritable(path: String, reason: String)
  /// No space (or the configured size) left: nothing of the unit was kept. Worth trying again.
  case diskFull(path: String)
  /// The medium failed; `code` is SQLite's extended result code.
  case io(path: String, code: Int32, message: String)
  /// The file is damaged, cut, or no case store.
  case corrupt(path: String, detail: String)
  /// Another program holds the database's lock, longer than the store waits.
  case busy(path: String)
  /// A later version of the program has changed the schema; `unknown` are its migrations.
  case newer(path: String, unknown: [String])
  /// What the file holds doesn't fit the new schema, or the new schema is faulty; the file is as it was.
  case upgradeFailed(path: String, migration: String, detail: String)
  /// Another process has the state directory open; its id, where its lock file tells.
  case inUse(path: String, pid: Int32?)
  /// The change contradicts the ticket or finding `id`, which stands.
  case conflict(id: String, detail: String)
  /// Several cases have ids that begin so; some of them.
  case ambiguous(prefix: String, ids: [String])
  case other(code: Int32, message: String)
}

extension StoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .directoryMissing(let path):
      "the state directory \(path) doesn't exist; make it with: install -d -o forewarn -g forewarn -m 0750 \(path)"
    case .notWritable(let path, let reason):
      """
      can't write in the state directory \(path) (\(reason)); give it to the daemon's user with: \
      chown -R forewarn:forewarn \(path) && chmod 0750 \(path), and check that the file system isn't mounted read-only
      """
    case .diskFull(let path):
      "no space left for \(path); free some (df -h \(path)) or raise the store's size limit: it then goes on by itself"
    case .io(let path, let code, let message):
      "reading or writing \(path) failed: \(message) (SQLite code \(code)); check the medium: dmesg, smartctl"
    case .busy(let path):
      "another program has \(path) locked; end its transaction (fuser -v \(path)): it then goes on by itself"
    case .corrupt(let path, let detail):
      """
      \(path) is damaged or no case store: \(detail); stop the daemon, keep a copy of the file and its -wal, and restore \
      the last backup (or try: sqlite3 \(path) .recover)
      """
    case .newer(let path, let unknown):
      """
      \(path) was written by a later version of forewarn (unknown migrations: \(unknown.joined(separator: ", "))); \
      install that version again, or restore a backup made before the upgrade
      """
    case .upgradeFailed(let path, let migration, let detail):
      """
      \(path) can't be brought up to date (migration \(migration): \(detail)); it is as it was: install the former version \
      of forewarn again, and send this message with a copy of the file to who maintains it
      """
    case .inUse(let path, .some(let pid)):
      "the state directory \(path) is in use by process \(pid); stop that one first (ps -p \(pid))"
    case .inUse(let path, nil):
      "the state directory \(path) is in use by another process; find it with: fuser -v \(path)/\(StateDirectoryLock.fileName)"
    case .conflict(let id, let detail):
      "conflict with \(id): \(detail)"
    case .ambiguous(let prefix, let ids):
      "\(prefix) is the beginning of several ids (\(ids.joined(separator: ", "))); give more of it"
    case .other(let code, let message):
      "the database refused: \(message) (SQLite code \(code))"
    }
  }
}

extension StoreError {
  /// What `error`, met while working on the database at `path`, means.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as StoreError: self = error
    case let error as DatabaseError: self.init(error, path: path)
    case let error as DecodingError: self = .corrupt(path: path, detail: "\(error)")
    case let error as EncodingError: self = .other(code: 0, message: "a value has no JSON form: \(error)")
    default: self = .other(code: 0, message: "\(error)")
    }
  }

  private init(_ error: DatabaseError, path: String) {
    let code = error.extendedResultCode.rawValue
    let message = error.message ?? "no message"
    switch error.resultCode {
    case .SQLITE_FULL:
      self = .diskFull(path: path)
    // A full disk also shows as a failed write, or as a -wal or -shm that can't be made or grown.
    case .SQLITE_IOERR:
      self = FreeSpace.isUsedUp(at: path) ? .diskFull(path: path) : .io(path: path, code: code, message: message)
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
      self = FreeSpace.isUsedUp(at: path) ? .diskFull(path: path) : .notWritable(path: path, reason: message)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self = .busy(path: path)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self = .corrupt(path: path, detail: message)
    default:
      self = .other(code: code, message: message)
    }
  }
}
