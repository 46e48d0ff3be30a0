import Foundation
import GRDB
import Testing
import Vocabulary

@testable import CaseStore

/// What the file takes on the disk, and gives back.
struct HouseKeepingTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func pages(_ number: Int, of byte: Int = 7) -> UnitOfWork {
    unit { $0.devicePages = (0..<number).map { (number: $0, bytes: [UInt8](repeating: UInt8(byte), count: 4000)) } }
  }

  @Test func `free pages beyond the spare ones are given back in steps, and nothing else changes`() throws {
    var limits = StoreLimits()
    limits.spareBytes = 256 << 10
    let store = try CaseDatabase(directory: directory.path, limits: limits)
    try store.commit(pages(1000))
    try store.commit(unit { $0.meta = ["a": [1]] })
    try store.execute(directly: "DELETE FROM device_page WHERE number >= 10")
    try store.checkpoint()
    let before = try store.occupancy()
    #expect(before.isIncremental && before.bytes > 4_000_000 && before.freeBytes > 3_500_000)
    // A page of the file's own bookkeeping may go with them.
    #expect((1 << 20..<(1 << 20) + (16 << 10)).contains(Int(try store.giveBack(atMost: 1 << 20))))
    var steps = 1
    while try store.giveBack(atMost: 1 << 20) > 0 { steps += 1 }
    #expect((3...5).contains(steps))
    try store.checkpoint()
    let after = try store.occupancy()
    #expect(after.bytes < 600_000 && abs(after.freeBytes - limits.spareBytes) < 16 << 10)
    #expect(try directory.bytes(of: "cases.db").count == Int(after.bytes))
    #expect(try store.integrityCheck() == [] && store.load().meta == ["a": [1]])
  }

  @Test func `the store of an earlier version gives pages back once it was rewritten`() throws {
    try DatabaseFile.make(at: directory.path + "/cases.db", from: schemaFactsDump)
    let store = try CaseDatabase(directory: directory.path)
    #expect(try !store.occupancy().isIncremental)
    #expect(try store.giveBack(atMost: .max) == 0)
    try store.rewrite()
    #expect(try store.occupancy().isIncremental && store.integrityCheck() == [])
  }

  @Test func `while someone reads for long commits go on and the log grows; afterwards it is cut to its bound`() throws
  {
    var limits = StoreLimits()
    limits.logBytes = 4 << 20
    let store = try CaseDatabase(directory: directory.path, limits: limits)
    try store.commit(pages(10))
    let reader = try DatabaseQueue(path: store.path)
    try reader.inDatabase { database in
      try database.execute(sql: "BEGIN; SELECT count(*) FROM device_page")
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM device_page")
      for byte in 0..<8 { try store.commit(pages(400, of: byte)) }
      #expect(store.logSizeInBytes() > 8 << 20, "the log can't begin anew under a reader")
      #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM device_page") == 10, "who sees what it saw")
      try database.execute(sql: "COMMIT")
    }
    for number in 0..<3 { try store.commit(unit { $0.meta = ["n": [UInt8(number)]] }) }
    try store.change { _ = try $0.checkpoint(.passive) }
    try store.commit(unit { $0.meta = ["n": [9]] })
    #expect(store.logSizeInBytes() <= limits.logBytes)
    #expect(try store.occupancy().bytes > 0)
  }

  @Test func `of dangling references the first are told, and how many there are`() async throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.execute(
      directly: """
        PRAGMA foreign_keys = OFF;
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
          INSERT INTO audit_reason SELECT i, x'00', 'r' FROM n;
        PRAGMA foreign_keys = ON;
        """)
    let faults = try store.integrityCheck()
    #expect(faults.count == StoreLimits.integrityFaults + 1 && faults.first == "1000 dangling references; the first:")
    let beside = try await store.interruptibleIntegrityCheck()
    #expect(beside == faults)
  }

  @Test func `a check whose task is cancelled ends as cancelled, and the next one goes through`() async throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.commit(pages(1000))
    let check = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await store.interruptibleIntegrityCheck()
    }
    check.cancel()
    await #expect(throws: CancellationError.self) { _ = try await check.value }
    let next = try await store.interruptibleIntegrityCheck()
    #expect(next == [])
  }

  @Test func `without a reader a stream of commits never grows the log beyond its bound`() throws {
    let store = try CaseDatabase(directory: directory.path)
    for byte in 0..<40 {
      try store.commit(pages(300, of: byte))
      #expect(store.logSizeInBytes() < 16 << 20)
    }
  }
}
