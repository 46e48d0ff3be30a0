import Testing
import Vocabulary

@testable import CaseStore

struct CaseQueriesTests {
  let directory: TemporaryDirectory
  let store: CaseDatabase

  init() throws {
    directory = try TemporaryDirectory()
    store = try CaseDatabase(directory: directory.path)
  }

  @Test func `a ticket comes back as it was written, with what isn't known and its history`() throws {
    var resolved = fullTicket(device: "G0911-C", state: .resolved, finding: sampleFinding().id)
    resolved.severity = .critical
    let written = [fullTicket(), sparseTicket(), resolved]
    try store.commit(unit { $0.changes = written.map(CaseChange.ticket) + [.finding(sampleFinding())] })
    try store.close()
    let reopened = try CaseDatabase(directory: directory.path)
    for ticket in written { #expect(try reopened.ticket(ticket.id) == ticket) }
    #expect(Set(try reopened.load().tickets) == Set(written))
  }

  @Test func `a finding comes back as it was written, with its tickets counted`() throws {
    let finding = sampleFinding()
    var suspected = sampleFinding(
      cohort: Cohort(cause: .unresolved, firmware: "3.2.0", region: "US-FL"), state: .suspected)
    suspected.onset = nil
    suspected.candidates = []
    suspected.history = []
    try store.commit(
      unit {
        $0.changes = [
          .ticket(fullTicket(device: "a", finding: finding.id)),
          .ticket(fullTicket(device: "b", state: .resolved, finding: finding.id)),
          .ticket(fullTicket(device: "c", state: .closed, finding: finding.id)), .finding(finding), .finding(suspected),
        ]
      })
    let listed = try store.findings()
    #expect(listed.map(\.finding) == [finding, suspected])
    #expect(listed.map(\.open) == [2, 0])
    #expect(listed.map(\.closed) == [1, 0])
    #expect(try store.finding(suspected.id)?.finding == suspected)
    #expect(try store.finding("F-none") == nil)
  }

  @Test func `a list shows open work first, then the worse, then the latest change`() throws {
    var critical = fullTicket(device: "a")
    critical.severity = .critical
    var later = fullTicket(device: "b")
    later.updatedAt = time(5)
    let plain = fullTicket(device: "c")
    let proposed = fullTicket(device: "d", state: .proposed)
    let closed = fullTicket(device: "e", state: .closed)
    let shuffled = [closed, plain, proposed, critical, later]
    try store.commit(unit { $0.changes = shuffled.map(CaseChange.ticket) })
    #expect(try store.tickets().map(\.device) == ["a", "b", "c", "d", "e"])
    var filter = TicketFilter()
    filter.limit = 2
    #expect(try store.tickets(filter).map(\.device) == ["a", "b"])
    #expect(try store.ticketCounts() == [.open: 3, .proposed: 1, .closed: 1])
  }

  @Test func `each filter leaves only the tickets that match`() throws {
    var other = sparseTicket(device: "x'; DROP TABLE ticket; --")
    other.severity = .minor
    other.state = .acknowledged
    other.product = "echo"
    other.batch = "B"
    other.firmware = "9"
    other.region = "EU"
    other.failureMode = "wifi-dropout"
    let finding = sampleFinding()
    let ticket = fullTicket(finding: finding.id)
    try store.commit(unit { $0.changes = [.ticket(other), .ticket(ticket), .finding(finding)] })
    func devices(_ fill: (inout TicketFilter) -> Void) throws -> [String] {
      var filter = TicketFilter()
      fill(&filter)
      return try store.tickets(filter).map(\.device)
    }
    let one = ["G0911-A"]
    #expect(try devices { $0.states = [.open, .closed] } == one)
    #expect(try devices { $0.kinds = [.replacement] } == one)
    #expect(try devices { $0.severities = [.major, .critical] } == one)
    #expect(try devices { $0.product = "stick" } == one)
    #expect(try devices { $0.batch = "W18" } == one)
    #expect(try devices { $0.firmware = "3.2.0" } == one)
    #expect(try devices { $0.region = "US-FL" } == one)
    #expect(try devices { $0.customer = "c-8842" } == one)
    #expect(try devices { $0.failureMode = "hdmi-cec-failure" } == one)
    #expect(try devices { $0.finding = finding.id } == one)
    #expect(try devices { $0.device = other.device } == [other.device])
    #expect(try devices { $0.device = "G0911" } == [])
    #expect(try devices { _ in } == one + [other.device])
  }

  @Test func `the beginning of an id finds the ticket if it is the only one`() throws {
    var first = fullTicket(device: "a")
    first.id = "T-ab1"
    var second = fullTicket(device: "b")
    second.id = "T-ab12"
    try store.commit(unit { $0.changes = [.ticket(first), .ticket(second)] })
    #expect(try store.ticket("T-ab12")?.device == "b")
    #expect(try store.ticket("T-ab1")?.device == "a")
    #expect(throws: StoreError.ambiguous(prefix: "T-a", ids: ["T-ab1", "T-ab12"])) { try store.ticket("T-a") }
    #expect(try store.ticket("T-") == nil)
    #expect(try store.ticket("T-b") == nil)
    #expect(try store.ticket("T-a%") == nil)
  }

  @Test func `a resolved ticket is due to be closed from when it was resolved, notes aside`() throws {
    var ticket = fullTicket(state: .resolved)
    ticket.history.append(
      .init(at: time(3), actor: "uid 1000", change: "resolved", from: "open", to: "resolved", reason: nil))
    ticket.history.append(.init(at: time(9), actor: "uid 1000", change: "note", from: nil, to: nil, reason: "thanks"))
    ticket.updatedAt = time(9)
    try store.commit(unit { $0.changes = [.ticket(ticket), .ticket(fullTicket(device: "b"))] })
    #expect(try store.resolvedTickets(before: time(3)).isEmpty)
    #expect(try store.resolvedTickets(before: time(4)) == [ticket])
  }

  @Test func `a start knows the live cases and how many episodes there ever were`() throws {
    let ended = fullTicket(state: .closed, episode: 3)
    let live = fullTicket(episode: 4)
    let only = fullTicket(device: "z", state: .cancelled, episode: 2)
    let cleared = sampleFinding(state: .cleared, episode: 5)
    try store.commit(unit { $0.changes = [.ticket(live), .ticket(ended), .ticket(only), .finding(cleared)] })
    let state = try store.load()
    #expect(state.tickets == [live])
    #expect(state.findings.isEmpty)
    let key = CaseBook.CareKey(device: live.device, mode: live.failureMode)
    let other = CaseBook.CareKey(device: "z", mode: live.failureMode)
    #expect(state.ticketEpisodes == [key: 4, other: 2])
    #expect(state.caseBook.ticketEpisodes == state.ticketEpisodes)
    #expect(state.caseBook.tickets == [key: live])
    #expect(Array(state.findingEpisodes.values) == [5])
    #expect(state.caseBook.findingEpisodes == state.findingEpisodes)
  }
}

extension CaseQueriesTests {
  /// With two hundred thousand tickets a sort takes a second, and a wall asks every ten.
  @Test(arguments: [(state: true, finding: false), (false, true), (false, false)])
  func `a page of tickets is read in their order, without sorting them all`(filter: (state: Bool, finding: Bool)) throws
  {
    var asked = TicketFilter()
    if filter.state { asked.states = [.open, .proposed] }
    if filter.finding { asked.finding = "F-17" }
    let plan = try store.plan(of: asked)
    #expect(plan.contains("to_do") && !plan.contains("TEMP B-TREE"), "\(plan)")
  }

  /// As a device's page and `device show` ask.
  @Test func `the live tickets of a device are found by an index`() throws {
    var asked = TicketFilter()
    asked.device = "G0911"
    asked.states = Ticket.State.allCases.filter(\.isLive)
    let plan = try store.plan(of: asked)
    #expect(plan.contains("SEARCH ticket USING INDEX ticket_of_device (device=?)"), "\(plan)")
  }

  @Test func `pages of a list join without a gap`() throws {
    try store.commit(
      unit { unit in
        unit.changes = (0..<7).map { number in
          var ticket = fullTicket()
          ticket.id = "T-\(number)"
          ticket.device = "D\(number)"
          ticket.history = []
          return .ticket(ticket)
        }
      })
    var filter = TicketFilter()
    let all = try store.tickets(filter).map(\.id)
    filter.limit = 3
    var pages: [[String]] = []
    for page in 0..<3 {
      filter.offset = page * 3
      pages.append(try store.tickets(filter).map(\.id))
    }
    #expect(all.count == 7 && pages.map(\.count) == [3, 3, 1] && pages.flatMap { $0 } == all)
  }
}
