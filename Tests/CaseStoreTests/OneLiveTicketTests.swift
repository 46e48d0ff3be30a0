import Foundation
import Testing
import Vocabulary

@testable import CaseStore

/// One live ticket a device and failure mode, whoever writes and however often: the schema's own promise.
struct OneLiveTicketTests {
  let directory: TemporaryDirectory
  let store: CaseDatabase

  init() throws {
    directory = try TemporaryDirectory()
    store = try CaseDatabase(directory: directory.path)
  }

  /// Writes straight to the file, past the store, as another program would.
  private static func insert(_ path: String, writer: Int, devices: Int) throws -> Int {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
    process.arguments = [path]
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var script = ".timeout 60000\n.output /dev/null\nPRAGMA synchronous = OFF;\n.output stdout\n"
    for number in 0..<devices {
      script += """
        INSERT OR IGNORE INTO ticket (\(columns)) SELECT 'T-\(writer)-\(number)', \(values("G\(number)"));
        SELECT changes();

        """
    }
    input.fileHandleForWriting.write(Data(script.utf8))
    input.fileHandleForWriting.closeFile()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").count { $0 == "1" }
  }

  private static let columns =
    "id, kind, state, severity, device, product, batch, firmware, region, failure_mode, probability, evidence,"
    + " attribution, remedy, explanation, decided_ms, opened_ms, updated_ms, episode, may_contact"

  private static func values(_ device: String) -> String {
    "'patch', 'open', 'minor', '\(device)', 'stick', 'b', 'f', 'r', 'm', '{}', '{}', '{}', '{}', '', 0, 0, 0, 1, 1"
  }

  @Test func `of four programs that race for the same devices one wins each`() async throws {
    let devices = 200
    let path = store.path
    let wins = try await withThrowingTaskGroup(of: Int.self) { group in
      for writer in 0..<4 { group.addTask { try Self.insert(path, writer: writer, devices: devices) } }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(wins.reduce(0, +) == devices, "each device was won once, by \(wins)")
    #expect(try store.texts(directly: "SELECT count(*) FROM ticket") == ["\(devices)"])
    #expect(
      try store.texts(
        directly: "SELECT max(n) FROM (SELECT count(*) AS n FROM ticket GROUP BY device, failure_mode)") == ["1"])
  }

  @Test func `of a million conflicting inserts none gets in, and an ended ticket makes room for one`() throws {
    try store.commit(unit { $0.changes = [.ticket(fullTicket(device: "G0"))] })
    let mode = "hdmi-cec-failure"
    func insertMany(_ count: Int, prefix: String) throws {
      try store.execute(
        directly: """
          WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < \(count))
          INSERT OR IGNORE INTO ticket (\(Self.columns))
          SELECT '\(prefix)' || n, \(Self.values("G0").replacing("'m'", with: "'\(mode)'")) FROM number
          """)
    }
    try insertMany(1_000_000, prefix: "T-x")
    #expect(try store.texts(directly: "SELECT count(*) FROM ticket") == ["1"])
    try store.execute(directly: "UPDATE ticket SET state = 'cancelled'")
    try insertMany(1000, prefix: "T-y")
    #expect(try store.texts(directly: "SELECT count(*) FROM ticket") == ["2"])
    #expect(
      try store.texts(directly: "SELECT count(*) FROM ticket WHERE state NOT IN ('closed', 'cancelled')") == ["1"])
  }

  @Test func `writers of one store that race are told who won`() async throws {
    let store = store
    let refusals = await withTaskGroup(of: Int.self) { group in
      for writer in 0..<8 {
        group.addTask {
          var refused = 0
          for number in 0..<50 {
            // Another episode each: another id for the same device and mode.
            let ticket = fullTicket(device: "R\(number)", episode: writer + 1)
            do { try store.commit(unit { $0.changes = [.ticket(ticket)] }) } catch { refused += 1 }
          }
          return refused
        }
      }
      return await group.reduce(0, +)
    }
    #expect(refusals == 7 * 50)
    #expect(try store.texts(directly: "SELECT count(*) FROM ticket") == ["50"])
  }
}
