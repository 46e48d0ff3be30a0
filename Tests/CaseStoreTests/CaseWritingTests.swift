import CaseStore
import Testing
import Vocabulary

struct CaseWritingTests {
  let directory: TemporaryDirectory
  let store: CaseDatabase

  init() throws {
    directory = try TemporaryDirectory()
    store = try CaseDatabase(directory: directory.path)
  }

  @Test func `a second live ticket is a conflict that names the first, and nothing of the unit stays`() throws {
    let first = fullTicket()
    try store.commit(unit { $0.changes = [.ticket(first)] })
    let error = #expect(throws: StoreError.self) {
      try store.commit(
        unit {
          $0.changes = [.ticket(fullTicket(episode: 2)), .ticket(fullTicket(device: "other"))]
          $0.journal = [delivery(1)]
        })
    }
    guard case .conflict(let id, _) = error else {
      Issue.record("\(String(describing: error)) is no conflict")
      return
    }
    #expect(id == first.id)
    #expect(try store.tickets() == [first])
    #expect(try store.load().journal.isEmpty)
  }

  @Test func `a second live finding is a conflict that names the first`() throws {
    let first = sampleFinding()
    try store.commit(unit { $0.changes = [.finding(first)] })
    let error = #expect(throws: StoreError.self) {
      try store.commit(unit { $0.changes = [.finding(sampleFinding(state: .suspected, episode: 2))] })
    }
    guard case .conflict(let id, _) = error else {
      Issue.record("\(String(describing: error)) is no conflict")
      return
    }
    #expect(id == first.id)
  }

  @Test func `a ticket may follow the one that ends in the same unit`() throws {
    let first = fullTicket()
    try store.commit(unit { $0.changes = [.ticket(first)] })
    let second = fullTicket(episode: 2)
    try store.commit(unit { $0.changes = [.ticket(second), .ticket(fullTicket(state: .closed))] })
    #expect(try store.tickets().map(\.state) == [.open, .closed])
    #expect(try store.tickets().map(\.id) == [second.id, first.id])
  }

  @Test func `of several changes of one ticket in a unit the last stands, with the whole history`() throws {
    var ticket = fullTicket()
    var changes: [CaseChange] = [.ticket(ticket)]
    ticket.kind = .diagnose
    ticket.state = .onHold
    ticket.finding = sampleFinding().id
    ticket.explanation = "other words"
    ticket.updatedAt = time(8)
    ticket.history.append(
      .init(at: time(8), actor: "uid 0", change: "held", from: "open", to: "on_hold", reason: "spare part"))
    changes += [.ticket(ticket), .finding(sampleFinding())]
    try store.commit(unit { $0.changes = changes })
    #expect(try store.tickets() == [ticket])
    ticket.history.append(.init(at: time(9), actor: "uid 0", change: "note", from: nil, to: nil, reason: "arrived"))
    try store.commit(unit { $0.changes = [.ticket(ticket)] })
    #expect(try store.tickets() == [ticket])
  }

  @Test func `a change that knows less history than the store is a conflict`() throws {
    let ticket = fullTicket()
    try store.commit(unit { $0.changes = [.ticket(ticket)] })
    var stale = ticket
    stale.history.removeLast()
    stale.state = .closed
    #expect(throws: StoreError.self) { try store.commit(unit { $0.changes = [.ticket(stale)] }) }
    #expect(try store.tickets() == [ticket])
  }

  @Test func `an id is never taken over by another device's ticket or another cohort's finding`() throws {
    let ticket = fullTicket()
    let finding = sampleFinding()
    try store.commit(unit { $0.changes = [.ticket(ticket), .finding(finding)] })
    var otherTicket = fullTicket(device: "other")
    otherTicket.id = ticket.id
    var otherFinding = sampleFinding(cohort: Cohort(cause: .batch, batch: "W19"))
    otherFinding.id = finding.id
    for change in [CaseChange.ticket(otherTicket), .finding(otherFinding)] {
      #expect(throws: StoreError.self) { try store.commit(unit { $0.changes = [change] }) }
    }
    #expect(try store.tickets() == [ticket])
    #expect(try store.findings().map(\.finding) == [finding])
  }
}
