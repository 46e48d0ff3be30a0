import FoundationEssentials
import GRDB

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Puts the database of a backup in the place of a stopped daemon's.
///
/// Whatever is wrong with the backup shows before anything is touched. The state that was there is kept in a folder beside
/// it; the new one takes its name in one step, so that a crash leaves either the old state or the new one.
package struct Restoration: Sendable {
  package struct Outcome: Hashable, Sendable {
    package var header: BackupHeader
    package var tickets: Int
    package var findings: Int
    /// Where the state that was there is now; `nil`: there was none, or nothing was changed.
    package var keptAside: String?
  }

  private static let draftName = "restore.partial"

  package let directory: String
  private var draft: String { directory + "/" + Self.draftName }
  private var state: String { directory + "/" + DatabaseFile.name }

  package init(into directory: String) { self.directory = directory }

  /// - Parameter stamp: names the folder for the state that was there.
  /// - Parameter progress: bytes read out of the header's.
  package func run(
    _ backup: String, isDryRun: Bool, stamp: String, progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws -> Outcome {
    let reader = try BackupReader(backup)
    let header = reader.header
    let lock = try StateDirectoryLock(directory: directory)
    defer { lock.release() }
    defer { removeDraft() }
    removeDraft()
    if let free = FreeSpace.bytes(at: directory), free < header.bytes { throw BackupError.full(path: draft) }
    try unpack(reader, progress)
    var outcome = try examine(backup, header)
    guard !isDryRun else { return outcome }
    outcome.keptAside = try keepAside(stamp)
    guard rename(draft, state) == 0, FolderSync.sync(folderOf: state) else { throw BackupWriter.failure(state) }
    return outcome
  }

  private func unpack(_ reader: BackupReader, _ progress: (Int64, Int64) -> Void) throws {
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw BackupWriter.failure(draft) }
    defer { close(descriptor) }
    let bytes = reader.header.bytes
    var written: Int64 = 0
    try reader.forEachPart { part in
      var rest = part[...]
      while !rest.isEmpty {
        let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count >= 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR {
          throw BackupWriter.failure(draft)
        }
      }
      written += Int64(part.count)
      progress(written, bytes)
    }
    // It belongs to whom the folder belongs to, or a daemon of another user couldn't open it.
    var owner = stat()
    guard stat(directory, &owner) == 0, fchmod(descriptor, 0o640) == 0, fsync(descriptor) == 0 else {
      throw BackupWriter.failure(draft)
    }
    if geteuid() == 0, fchown(descriptor, owner.st_uid, owner.st_gid) != 0 { throw BackupWriter.failure(draft) }
  }

  /// A newer schema, another program's database or a damaged one is refused here.
  private func examine(_ backup: String, _ header: BackupHeader) throws -> Outcome {
    do {
      let queue = try DatabaseQueue(path: draft)
      let outcome = try queue.read { database in
        try Schema.check(database, path: backup)
        let faults = try String.fetchAll(database, sql: "PRAGMA integrity_check(5)").filter { $0 != "ok" }
        guard faults.isEmpty else {
          throw StoreError.corrupt(path: backup, detail: faults.joined(separator: "; "))
        }
        return Outcome(
          header: header, tickets: try Int.fetchOne(database, sql: "SELECT count(*) FROM ticket") ?? 0,
          findings: try Int.fetchOne(database, sql: "SELECT count(*) FROM finding") ?? 0, keptAside: nil)
      }
      // Nothing of it stays in a log beside the file.
      try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try queue.close()
      for suffix in ["-wal", "-shm"] { unlink(draft + suffix) }
      return outcome
    } catch {
      throw StoreError(error, path: backup)
    }
  }

  private func keepAside(_ stamp: String) throws -> String? {
    guard access(state, F_OK) == 0 || access(state + "-wal", F_OK) == 0 else { return nil }
    foldLog()
    let folder = directory + "/before-restore-" + stamp
    guard mkdir(folder, 0o750) == 0 else { throw BackupWriter.failure(folder) }
    var owner = stat()
    if geteuid() == 0, stat(directory, &owner) == 0 { _ = chown(folder, owner.st_uid, owner.st_gid) }
    // A second name first: until the new file has taken the first one, the old one stands there.
    let kept = folder + "/" + DatabaseFile.name
    guard link(state, kept) == 0 || errno == ENOENT else { throw BackupWriter.failure(kept) }
    for suffix in ["-wal", "-shm"] {
      guard rename(state + suffix, kept + suffix) == 0 || errno == ENOENT else { throw BackupWriter.failure(kept) }
    }
    guard FolderSync.sync(folderOf: kept) else { throw BackupWriter.failure(folder) }
    return folder
  }

  /// So that the old file is whole by itself. One that is too damaged for that is kept as it is, with its log.
  private func foldLog() {
    do {
      let queue = try DatabaseQueue(path: state)
      try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      try queue.close()
    } catch {
      return
    }
  }

  private func removeDraft() {
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) }
  }
}
