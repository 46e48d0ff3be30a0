import Foundation
import Testing
import Vocabulary

@testable import CaseStore

struct DiskFullTests {
  private func bigUnit(_ kilobytes: Int) -> UnitOfWork {
    unit { unit in
      // Bytes that don't get smaller by packing.
      var random = SeededGenerator(state: UInt64(kilobytes))
      unit.journal = (0..<kilobytes).map { number in
        delivery(number, payload: (0..<1000).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      }
      unit.meta = ["clock": [2]]
    }
  }

  @Test func `a store at its size limit refuses the commit as disk full and goes on where there is room`() throws {
    let directory = try TemporaryDirectory()
    var limits = StoreLimits()
    limits.databaseBytes = 1 << 20
    let store = try CaseDatabase(directory: directory.path, limits: limits)
    try store.commit(bigUnit(100))
    #expect(throws: StoreError.diskFull(path: store.path)) { try store.commit(bigUnit(2000)) }
    #expect(try store.load().journal.count == 100)
    var emptying = bigUnit(100)
    emptying.emptiesJournal = true
    try store.commit(emptying)
    try store.close()

    let larger = try CaseDatabase(directory: directory.path)
    try larger.commit(bigUnit(2000))
    #expect(try larger.load().journal.count == 2100)
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs needs root"))
  func `a full disk refuses the commit whole, and the same commit succeeds once space is back`() throws {
    let disk = try SmallDisk(kilobytes: 4096)
    let store = try CaseDatabase(directory: disk.path)
    try store.commit(unit { $0.meta = ["clock": [1]] })
    let filler = URL(fileURLWithPath: disk.path + "/filler")
    try Data(repeating: 1, count: 3 << 20).write(to: filler)

    for _ in 0..<3 {
      #expect(throws: StoreError.diskFull(path: store.path)) { try store.commit(bigUnit(1000)) }
    }
    let state = try store.load()
    #expect(state.meta == ["clock": [1]])
    #expect(state.journal.isEmpty)

    try FileManager.default.removeItem(at: filler)
    try store.commit(bigUnit(1000))
    #expect(try store.load().journal.count == 1000)
    #expect(try store.integrityCheck() == [])
    try store.close()
    #expect(try CaseDatabase(directory: disk.path).load().meta == ["clock": [2]])
  }

  @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs needs root"))
  func `a disk that is full from the start is told as such`() throws {
    let disk = try SmallDisk(kilobytes: 64)
    let error = #expect(throws: StoreError.self) { _ = try CaseDatabase(directory: disk.path) }
    #expect(error == .diskFull(path: disk.path + "/cases.db"))
  }
}
