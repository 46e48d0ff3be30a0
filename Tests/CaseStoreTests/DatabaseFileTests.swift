import Foundation
import Testing
import Vocabulary

@testable import CaseStore

struct DatabaseFileTests {
  let directory: TemporaryDirectory
  var path: String { directory.path + "/cases.db" }

  init() throws { directory = try TemporaryDirectory() }

  /// The error of opening the store, which must be refused.
  private func refusal(_ path: String? = nil) throws -> StoreError {
    try #require(throws: StoreError.self) { try CaseDatabase(directory: path ?? directory.path) }
  }

  private func makeStore(_ fill: (inout UnitOfWork) -> Void = { _ in }) throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.commit(unit(fill))
    try store.close()
  }

  @Test func `a missing state directory is refused with the command that makes it`() throws {
    let missing = directory.path + "/none"
    let error = try refusal(missing)
    #expect(error == .directoryMissing(path: missing))
    #expect("\(error)".contains("install -d -o forewarn -g forewarn -m 0750 \(missing)"))
    #expect(!FileManager.default.fileExists(atPath: missing))
  }

  @Test func `a state directory that can't be written is refused with the command that mends it`() throws {
    let error = try directory.withoutWritePermission { try refusal() }
    guard case .notWritable(directory.path, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)".contains("chown -R forewarn:forewarn \(directory.path)"))
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `a second opener is refused with the first one's process id, until the first closes`() throws {
    let first = try CaseDatabase(directory: directory.path)
    let error = try refusal()
    #expect(error == .inUse(path: directory.path, pid: ProcessInfo.processInfo.processIdentifier))
    #expect("\(error)".contains("process \(ProcessInfo.processInfo.processIdentifier)"))
    try first.commit(unit { $0.meta = ["a": [1]] })
    try first.close()
    #expect(try CaseDatabase(directory: directory.path).load().meta == ["a": [1]])
  }

  @Test func `a database of a later version is refused and left as it was`() throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.execute(directly: "INSERT INTO grdb_migrations VALUES ('3000-later')")
    try store.close()
    let before = try directory.bytes(of: "cases.db")
    #expect(try refusal() == .newer(path: path, unknown: ["3000-later"]))
    #expect(try directory.bytes(of: "cases.db") == before)
  }

  @Test func `a file that is no database is refused and left as it was`() throws {
    let words = Data("this is not a database, but it is long enough to be looked at as one\n".utf8)
    let bytes = Data((0..<100).flatMap { _ in words })
    try bytes.write(to: URL(fileURLWithPath: path))
    let error = try refusal()
    guard case .corrupt(path, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)".contains("restore"))
    #expect(try directory.bytes(of: "cases.db") == bytes)
  }

  @Test func `another program's database is refused`() throws {
    try DatabaseFile.make(at: path, from: "CREATE TABLE music (title TEXT)")
    guard case .corrupt(path, _) = try refusal() else {
      Issue.record("not refused as corrupt")
      return
    }
  }

  @Test(arguments: [0, 100, 5000, 40_000])
  func `a file cut short is refused, never opened as an empty store`(length: Int) throws {
    try makeStore { unit in
      unit.devicePages = (0..<200).map { (number: $0, bytes: [UInt8](repeating: 1, count: 999)) }
    }
    let whole = try directory.bytes(of: "cases.db")
    #expect(whole.count > 200_000)
    try whole.prefix(length).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: StoreError.self) { _ = try CaseDatabase(directory: directory.path).load() }
    guard case .corrupt(path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a damaged page is met while loading or checking, not passed over`() throws {
    try makeStore { unit in
      unit.devicePages = (0..<200).map { (number: $0, bytes: [UInt8](repeating: 1, count: 999)) }
    }
    var bytes = try directory.bytes(of: "cases.db")
    #expect(bytes.count > 200_000)
    for page in 60..<64 {
      bytes.replaceSubrange(page * 4096..<page * 4096 + 512, with: Data(repeating: 0xA5, count: 512))
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    let store = try CaseDatabase(directory: directory.path)
    let error = #expect(throws: StoreError.self) { _ = try store.load() }
    guard case .corrupt(path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try !store.integrityCheck().isEmpty)
  }

  @Test func `a write-ahead log without its database is refused, not thrown away`() throws {
    let log = Data(repeating: 7, count: 5000)
    try log.write(to: URL(fileURLWithPath: path + "-wal"))
    guard case .corrupt(path, _) = try refusal() else {
      Issue.record("not refused as corrupt")
      return
    }
    #expect(try directory.bytes(of: "cases.db-wal") == log)
  }

  @Test func `what a broken-off first start left is made anew`() throws {
    try Data("half".utf8).write(to: URL(fileURLWithPath: path + ".new"))
    try makeStore()
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["cases.db", "cases.lock"])
  }

  @Test func `a log cut anywhere opens with a whole commit, the last or one before`() throws {
    let store = try CaseDatabase(directory: directory.path)
    for number in 1...20 { try store.commit(unit { $0.meta = ["n": [UInt8(number)], "twice": [UInt8(number)]] }) }
    let log = try directory.bytes(of: "cases.db-wal")
    // `make faults` cuts it everywhere.
    let everywhere = ProcessInfo.processInfo.environment["FOREWARN_FAULTS"] != nil
    for length in stride(from: 0, through: log.count, by: everywhere ? 512 : 4096 * 3 + 512) {
      let copy = try TemporaryDirectory()
      try FileManager.default.copyItem(atPath: path, toPath: copy.path + "/cases.db")
      try log.prefix(length).write(to: URL(fileURLWithPath: copy.path + "/cases.db-wal"))
      let meta = try CaseDatabase(directory: copy.path).load().meta
      #expect(meta["n"] == meta["twice"])
    }
  }

  @Test func `a database of schema 1 opens with all it holds`() throws {
    try DatabaseFile.make(at: path, from: schema1Dump)
    let store = try CaseDatabase(directory: directory.path)
    #expect(try store.integrityCheck() == [])
    #expect(try store.ticket(fullTicket().id) == fullTicket(finding: sampleFinding().id))
    #expect(try store.finding(sampleFinding().id)?.finding == sampleFinding())
    let state = try store.load()
    #expect(state.journal == [delivery(1, payload: [0, 255])])
    #expect(state.firstFormDevices.map(\.1) == [[1, 2, 3]])
    #expect(state.meta == ["clock": [9]])
    #expect(store.quarantineTotals().rows == 1)
  }

  @Test func `migration 1 is frozen: a new database's tables are those of the stored dump`() throws {
    let definitions =
      "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%' ORDER BY name"
    let fresh = try TemporaryDirectory()
    try DatabaseFile.make(at: fresh.path + "/cases.db", from: Migration1.sql)
    try DatabaseFile.make(at: path, from: schema1Dump)
    #expect(
      try DatabaseFile.texts(definitions, at: fresh.path + "/cases.db") == DatabaseFile.texts(definitions, at: path))
  }
}
