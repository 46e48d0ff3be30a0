import GRDB

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A copy of the database as of one commit, made by SQLite's online backup while others go on writing. It has no name any
/// more: whatever happens, nothing of it stays behind.
package final class StateCopy: Sendable {
  static let draftName = "backup.partial"
  /// Free space that a copy leaves to the daemon.
  private static let spared: Int64 = 64 << 20

  package let bytes: Int64
  private let descriptor: Int32

  /// Takes as long as reading and writing the whole file; the reader's view holds the write-ahead log meanwhile.
  fileprivate init(of source: any DatabaseReader, at path: String, in directory: String) throws {
    let draft = directory + "/" + Self.draftName
    func clear() { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(draft + suffix) } }
    clear()
    defer { clear() }
    var status = stat()
    guard stat(path, &status) == 0 else { throw BackupWriter.failure(path) }
    if let free = FreeSpace.bytes(at: directory), free < Int64(status.st_size) + Self.spared {
      throw BackupError.full(path: draft)
    }
    var configuration = Configuration()
    // It is thrown away if anything fails: nobody needs to wait for the medium.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY") }
    let target = try DatabaseQueue(path: draft, configuration: configuration)
    guard chmod(draft, 0o600) == 0 else { throw BackupWriter.failure(draft) }
    try target.writeWithoutTransaction { target in
      // One read transaction from the first page to the last, so that commits meanwhile don't begin it anew.
      try source.read { try $0.backup(to: target, pagesPerStep: 4096) }
    }
    try target.close()
    descriptor = open(draft, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw BackupWriter.failure(draft) }
    bytes = Int64(status.st_size)
  }

  deinit { close(descriptor) }

  /// So many bytes from `offset` on; fewer at the end.
  package func read(at offset: Int64, upTo count: Int) throws -> [UInt8] {
    var part = [UInt8](repeating: 0, count: count)
    while true {
      let found = pread(descriptor, &part, count, off_t(offset))
      if found >= 0 {
        part.removeLast(count - found)
        return part
      }
      guard errno == EINTR else { throw BackupWriter.failure(Self.draftName) }
    }
  }
}

extension CaseDatabase {
  /// Blocks for seconds to minutes: for a thread of one's own.
  package func copy() throws -> StateCopy {
    try copying { try StateCopy(of: $0, at: path, in: directory) }
  }

  /// The same of a store that no daemon has open, whatever its schema; its directory is held meanwhile.
  package static func copy(ofStopped directory: String) throws -> StateCopy {
    let lock = try StateDirectoryLock(directory: directory)
    defer { lock.release() }
    let path = directory + "/" + DatabaseFile.name
    do {
      guard access(path, F_OK) == 0 else {
        throw StoreError.corrupt(path: path, detail: "there is no such file")
      }
      let queue = try DatabaseQueue(path: path)
      try queue.read { try Schema.check($0, path: path) }
      let copy = try StateCopy(of: queue, at: path, in: directory)
      try queue.close()
      return copy
    } catch let error as BackupError {
      throw error
    } catch {
      throw StoreError(error, path: path)
    }
  }
}
