import Foundation
import Testing
import Vocabulary

@testable import CaseStore

struct BackupTests {
  let directory: TemporaryDirectory
  let elsewhere: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    elsewhere = try TemporaryDirectory()
  }

  private func makeStore() throws -> CaseDatabase {
    let store = try CaseDatabase(directory: directory.path)
    try store.commit(unit { $0.meta = ["a": [UInt8](repeating: 7, count: 300_000)] })
    return store
  }

  private func write(_ copy: StateCopy, to path: String, replacing: Bool = false) throws -> Int64 {
    let header = BackupHeader(version: "0.1.0", created: "2026-11-26T23:43:29Z", bytes: copy.bytes)
    let writer = try BackupWriter(path, header: header, replacing: replacing)
    var offset: Int64 = 0
    while offset < copy.bytes {
      let part = try copy.read(at: offset, upTo: 10_000)
      try part.withUnsafeBytes { try writer.append($0) }
      offset += Int64(part.count)
    }
    return try writer.finish()
  }

  /// The database in a backup of these bytes; `nil` where it is refused.
  private func content(of backup: Data) throws -> Data? {
    let path = elsewhere.path + "/tried"
    try backup.write(to: URL(fileURLWithPath: path))
    var content = Data()
    do {
      try BackupReader(path).forEachPart { content.append(contentsOf: $0) }
    } catch is BackupError {
      return nil
    }
    return content
  }

  private func restore(_ path: String, isDryRun: Bool = false, into folder: String? = nil) throws -> Restoration.Outcome
  {
    try Restoration(into: folder ?? elsewhere.path).run(path, isDryRun: isDryRun, stamp: "20261126T234329Z")
  }

  @Test func `a copy is of one commit, whatever is written meanwhile, and leaves nothing behind`() throws {
    let store = try makeStore()
    let copy = try store.copy()
    try store.commit(unit { $0.meta = ["a": [9]] })
    let backup = elsewhere.path + "/b"
    _ = try write(copy, to: backup)
    #expect(try restore(backup).keptAside == nil)
    #expect(try CaseDatabase(directory: elsewhere.path).load().meta["a"] == [UInt8](repeating: 7, count: 300_000))
    #expect(try store.load().meta["a"] == [9])
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(Set(names).isSubset(of: ["cases.db", "cases.db-wal", "cases.db-shm", "cases.lock"]))
  }

  @Test func `zstd gives the database itself, and the file is for its owner alone`() throws {
    let store = try makeStore()
    let backup = elsewhere.path + "/b"
    let size = try write(try store.copy(), to: backup)
    let attributes = try FileManager.default.attributesOfItem(atPath: backup)
    #expect(attributes[.size] as? Int64 == size)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let words = try elsewhere.bytes(of: "b")
    #expect(words.range(of: Data(#""form":"forewarn.backup/1""#.utf8)) != nil)
    #expect(throws: BackupError.exists(path: backup)) { try write(try store.copy(), to: backup) }
    _ = try write(try store.copy(), to: backup, replacing: true)
  }

  @Test func `any byte that changed, is missing or too many is noticed, and nothing is touched`() throws {
    let store = try makeStore()
    try store.commit(unit { $0.changes = [.ticket(fullTicket())] })
    let backup = elsewhere.path + "/b"
    _ = try write(try store.copy(), to: backup)
    try store.close()
    let good = try elsewhere.bytes(of: "b")
    let before = try directory.bytes(of: "cases.db")
    var refused = 0
    var tries: [Data] = [good + [0], Data(), Data("SQLite format 3".utf8)]
    tries += stride(from: 0, to: good.count, by: max(1, good.count / 37)).map { good.prefix($0) }
    let frame = try #require(good.range(of: Data([0x28, 0xb5, 0x2f, 0xfd]))).lowerBound
    tries += stride(from: frame, to: good.count, by: max(1, good.count / 101)).map { place in
      var changed = good
      changed[place] ^= 0x41
      return changed
    }
    // Zstandard has a few bits that mean nothing for the content (how much memory to take, padding): a file in which only
    // such a bit changed holds the same database, byte for byte, and may be taken.
    let whole = try #require(try content(of: good))
    let harmful = try tries.filter { try content(of: $0) != whole }
    #expect(harmful.count > tries.count - 5)
    tries = harmful
    for data in tries {
      try data.write(to: URL(fileURLWithPath: backup))
      do {
        _ = try restore(backup, into: directory.path)
        Issue.record("\(data.count) bytes were taken for a backup")
      } catch {
        refused += 1
      }
    }
    #expect(refused == tries.count && refused > 100)
    #expect(try directory.bytes(of: "cases.db") == before)
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(Set(names) == ["cases.db", "cases.lock"])
  }

  @Test func `the state that was there is kept beside, whole by itself`() throws {
    let store = try makeStore()
    let backup = elsewhere.path + "/b"
    _ = try write(try store.copy(), to: backup)
    try store.commit(unit { $0.meta = ["a": [1]] })
    #expect(throws: StoreError.inUse(path: directory.path, pid: ProcessInfo.processInfo.processIdentifier)) {
      try restore(backup, into: directory.path)
    }
    try store.close()
    #expect(try restore(backup, isDryRun: true, into: directory.path).keptAside == nil)
    #expect(try CaseDatabase(directory: directory.path).load().meta["a"] == [1])

    let outcome = try restore(backup, into: directory.path)
    let kept = try #require(outcome.keptAside)
    #expect(kept == directory.path + "/before-restore-20261126T234329Z")
    #expect(try CaseDatabase(directory: directory.path).load().meta["a"]?.count == 300_000)
    #expect(try CaseDatabase(directory: kept).load().meta["a"] == [1])
  }

  @Test func `a database of a later version and one of another program are refused`() throws {
    let store = try makeStore()
    try store.execute(directly: "INSERT INTO grdb_migrations VALUES ('3000-later')")
    let later = elsewhere.path + "/later"
    _ = try write(try store.copy(), to: later)
    #expect(throws: StoreError.newer(path: later, unknown: ["3000-later"])) { try restore(later) }
    try store.execute(directly: "PRAGMA application_id = 1")
    let foreign = elsewhere.path + "/foreign"
    _ = try write(try store.copy(), to: foreign)
    #expect(throws: StoreError.self) { try restore(foreign) }
    #expect(!FileManager.default.fileExists(atPath: elsewhere.path + "/cases.db"))
  }

  @Test func `of a stopped store a copy is made, of one in use it is refused`() throws {
    let store = try makeStore()
    #expect(throws: StoreError.self) { try CaseDatabase.copy(ofStopped: directory.path) }
    try store.close()
    let copy = try CaseDatabase.copy(ofStopped: directory.path)
    #expect(copy.bytes > 300_000)
    #expect(throws: StoreError.self) { try CaseDatabase.copy(ofStopped: elsewhere.path) }
  }

  @Test(.enabled(if: SmallDisk.isPossible, "a small file system can't be mounted here"))
  func `on a disk without room for a copy the store goes on and nothing is left`() throws {
    let disk = try SmallDisk(kilobytes: 2048)
    let store = try CaseDatabase(directory: disk.path)
    try store.commit(unit { $0.meta = ["a": [1]] })
    #expect(throws: BackupError.full(path: disk.path + "/backup.partial")) { try store.copy() }
    try store.commit(unit { $0.meta = ["a": [2]] })
    #expect(try store.load().meta["a"] == [2])
  }
}
