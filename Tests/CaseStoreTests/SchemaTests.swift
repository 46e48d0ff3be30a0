import Testing
import Vocabulary

@testable import CaseStore

struct SchemaTests {
  let directory: TemporaryDirectory
  let store: CaseDatabase

  init() throws {
    directory = try TemporaryDirectory()
    store = try CaseDatabase(directory: directory.path)
  }

  /// A copy of the only row of `table` under another id and episode.
  private func copyRow(of table: String, changing column: String = "id", to value: String = "'X-2'") throws {
    try store.execute(
      directly: """
        CREATE TEMP TABLE copy AS SELECT * FROM main.\(table) LIMIT 1;
        UPDATE temp.copy SET id = 'X-2', episode = 2, \(column) = \(value);
        INSERT INTO main.\(table) SELECT * FROM temp.copy
        """)
  }

  @Test func `the database itself refuses a second live ticket for a device and failure mode`() throws {
    try store.commit(unit { $0.changes = [.ticket(fullTicket())] })
    let refusal = #expect(throws: (any Error).self) { try copyRow(of: "ticket") }
    #expect("\(try #require(refusal))".contains("UNIQUE constraint failed: ticket.device, ticket.failure_mode"))
    #expect(try store.texts(directly: "SELECT count(*) FROM ticket") == ["1"])
  }

  @Test(arguments: ["state = 'closed'", "state = 'cancelled'", "device = 'other'", "failure_mode = 'other'"])
  func `the database takes a ticket that isn't a second live one`(difference: String) throws {
    try store.commit(unit { $0.changes = [.ticket(fullTicket())] })
    let parts = difference.split(separator: " ")
    try copyRow(of: "ticket", changing: String(parts[0]), to: String(parts[2]))
    #expect(try store.texts(directly: "SELECT count(*) FROM ticket") == ["2"])
  }

  @Test func `the database itself refuses a second live finding for a cohort, with what isn't named equal`() throws {
    try store.commit(unit { $0.changes = [.finding(sampleFinding())] })
    let refusal = #expect(throws: (any Error).self) { try copyRow(of: "finding") }
    #expect("\(try #require(refusal))".contains("live_finding"))
    #expect(try store.texts(directly: "SELECT count(*) FROM finding") == ["1"])
  }

  @Test(arguments: ["state = 'cleared'", "region = 'EU'", "firmware = '1'", "cause = 'batch_and_firmware'"])
  func `the database takes a finding that isn't a second live one`(difference: String) throws {
    try store.commit(unit { $0.changes = [.finding(sampleFinding())] })
    let parts = difference.split(separator: " ")
    try copyRow(of: "finding", changing: String(parts[0]), to: String(parts[2]))
    #expect(try store.texts(directly: "SELECT count(*) FROM finding") == ["2"])
  }

  @Test(arguments: [
    "UPDATE ticket SET state = 'opened'", "UPDATE ticket SET kind = 'repair'", "UPDATE ticket SET severity = 'high'",
    "UPDATE ticket SET outcome = 'fine'", "UPDATE ticket SET finding = 'F-none'",
    "UPDATE ticket SET decided_ms = 'now'",
    "UPDATE finding SET state = 'open'", "UPDATE finding SET cause = 'weather'",
    "DELETE FROM ticket",
  ])
  func `a word, type or reference outside the vocabulary is refused by the database`(sql: String) throws {
    try store.commit(unit { $0.changes = [.ticket(fullTicket()), .finding(sampleFinding())] })
    let refusal = #expect(throws: (any Error).self) { try store.execute(directly: sql) }
    let words = "\(try #require(refusal))"
    #expect(words.contains("constraint failed") || words.contains("cannot store TEXT"))
  }

  @Test func `every word of the vocabulary is taken`() throws {
    for state in Ticket.State.allCases {
      for kind in Ticket.Kind.allCases {
        var ticket = fullTicket(device: "\(state)-\(kind)", state: state)
        ticket.kind = kind
        try store.commit(unit { $0.changes = [.ticket(ticket)] })
      }
    }
    for (severity, outcome) in zip(Severity.allCases + [.minor, .minor], Ticket.Outcome.allCases) {
      var ticket = fullTicket(device: "\(severity)-\(outcome)", state: .resolved)
      ticket.severity = severity
      ticket.outcome = outcome
      try store.commit(unit { $0.changes = [.ticket(ticket)] })
    }
    for cause in Cause.allCases {
      for state in Finding.State.allCases {
        let finding = sampleFinding(cohort: Cohort(cause: cause, batch: Symbol(state.rawValue)), state: state)
        try store.commit(unit { $0.changes = [.finding(finding)] })
      }
    }
    #expect(try store.texts(directly: "SELECT count(*) FROM ticket") == ["26"])
    #expect(try store.texts(directly: "SELECT count(*) FROM finding") == ["28"])
  }
}
