import Foundation
import Testing
import Vocabulary

@testable import CaseStore

struct CaseDatabaseTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `what was committed is there after closing and opening again`() throws {
    let mode = ModeKey(product: "stick", mode: "hdmi-cec-failure")
    let day = Bucket(startHour: 480_000, length: .day)
    let hour = Bucket(startHour: 480_001, length: .hour)
    let first = try CaseDatabase(directory: directory.path)
    try first.commit(
      unit {
        $0.journal = [delivery(2, payload: [0, 255, 7]), delivery(1, payload: [])]
        $0.devicePages = [(1, [3]), (0, [1, 2])]
        $0.cells = [(mode, hour, [5]), (mode, day, [6, 0]), (mode, day.next, [7])]
        $0.models = [(mode, [8, 8])]
        $0.meta = ["clock": [1, 0, 3], "nothing": []]
      })
    try first.commit(
      unit {
        $0.devicePages = [(0, [9])]
        $0.cells = [(mode, day.next, [])]
        $0.journal = [delivery(3)]
      })
    try first.close()

    let state = try CaseDatabase(directory: directory.path).load()
    #expect(state.journal == [delivery(2, payload: [0, 255, 7]), delivery(1, payload: []), delivery(3)])
    #expect(state.devicePages.map(\.number) == [0, 1])
    #expect(state.devicePages.map(\.bytes) == [[9], [3]])
    #expect(state.cells.map(\.1) == [day, hour])
    #expect(state.cells.map(\.2) == [[6, 0], [5]])
    #expect(state.models.map(\.1) == [[8, 8]])
    #expect(state.meta == ["clock": [1, 0, 3], "nothing": []])
  }

  @Test func `a unit that empties the journal keeps only what it appends`() throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.commit(unit { $0.journal = (0..<5).map { delivery($0) } })
    try store.commit(
      unit {
        $0.emptiesJournal = true
        $0.journal = [delivery(7)]
      })
    #expect(try store.load().journal == [delivery(7)])
  }

  @Test func `a unit of which one part is refused leaves nothing`() throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.commit(unit { $0.changes = [.ticket(fullTicket())] })
    let refused = unit {
      $0.journal = [delivery(1)]
      $0.devicePages = [(0, [1])]
      $0.meta = ["clock": [1]]
      $0.quarantined = [QuarantineEntry(delivery: delivery(1), rejection: Rejection(.syntax, "no JSON"))]
      $0.outbox = [OutgoingMessage(topic: "t", payload: [1], isRetained: false, createdAt: time(0))]
      // Diagnoses are written last: nothing before them may stay when they fail.
      $0.diagnoses = [
        (
          DeviceIdentity(product: "stick", device: "a"),
          Diagnosis(time: time(0), failureMode: "m", result: .fault, detail: nil)
        )
      ]
    }
    try store.execute(directly: "ALTER TABLE diagnosis RENAME TO hidden")
    #expect(throws: StoreError.self) { try store.commit(refused) }
    try store.execute(directly: "ALTER TABLE hidden RENAME TO diagnosis")

    let state = try store.load()
    #expect(state.journal.isEmpty && state.devicePages.isEmpty && state.meta.isEmpty)
    #expect(try store.quarantine().isEmpty)
    #expect(store.quarantineTotals() == QuarantineTotals())
    #expect(try store.pendingOutbox(limit: 10).isEmpty)
    #expect(state.tickets == [fullTicket()])

    try store.commit(refused)
    #expect(try store.load().journal.count == 1)
    #expect(store.quarantineTotals().rows == 1)
  }

  @Test func `a process killed in the middle of a commit leaves nothing of it`() throws {
    let store = try CaseDatabase(directory: directory.path)
    try store.commit(unit { $0.journal = [delivery(1)] })
    let copy = try TemporaryDirectory()
    // With a cache of one page, the pages of the open transaction are in the log already.
    let manyRows = """
      PRAGMA cache_size = 1;
      WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 500)
      INSERT INTO journal_batch (messages, packed) SELECT n, zeroblob(2000) FROM number
      """
    try store.withOpenTransaction(manyRows) {
      for name in ["cases.db", "cases.db-wal"] {
        try FileManager.default.copyItem(atPath: directory.path + "/" + name, toPath: copy.path + "/" + name)
      }
    }
    #expect(try copy.bytes(of: "cases.db-wal").count > 500_000)
    let survivor = try CaseDatabase(directory: copy.path)
    #expect(try survivor.load().journal == [delivery(1)])
    #expect(try survivor.integrityCheck() == [])
  }

  @Test func `a commit is on the medium when it returns`() throws {
    let store = try CaseDatabase(directory: directory.path)
    #expect(try store.texts(directly: "PRAGMA synchronous") == ["2"])
    #expect(try store.texts(directly: "PRAGMA journal_mode") == ["\"wal\""])
    #expect(try store.texts(directly: "PRAGMA foreign_keys") == ["1"])
    #expect(try store.texts(directly: "PRAGMA secure_delete") == ["1"])
    #expect(try store.texts(directly: "PRAGMA trusted_schema") == ["0"])
    // What a power cut would leave: the files as they are, without the process.
    try store.commit(unit { $0.meta = ["clock": [4]] })
    let copy = try TemporaryDirectory()
    for name in ["cases.db", "cases.db-wal"] {
      try FileManager.default.copyItem(atPath: directory.path + "/" + name, toPath: copy.path + "/" + name)
    }
    #expect(try CaseDatabase(directory: copy.path).load().meta == ["clock": [4]])
  }

  @Test func `the file is readable for the group and nobody else`() throws {
    let store = try CaseDatabase(directory: directory.path)
    let attributes = try FileManager.default.attributesOfItem(atPath: store.path)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
    #expect(store.sizeInBytes() > 4096)
  }
}
