import Testing
import Triage
import Vocabulary

/// What the book counts along, against a count of everything it holds.
struct CaseBookTests {
  @Test(arguments: 1...20)
  func `counts and a device's tickets are those of a recount, whatever happened`(seed: UInt64) throws {
    var dice = SeededGenerator(seed: seed)
    let template = try TicketLifeCycleTests.ticket(.open)
    let modes: [Symbol] = ["wifi-dropout", "reboots"]
    let states: [Ticket.State] = [.proposed, .open, .acknowledged, .resolved, .closed, .cancelled]
    var book = CaseBook()
    for step in 0..<400 {
      if step % 40 == 39 {
        book.forget(device: "D\(Int.random(in: 0..<12, using: &dice))")
        continue
      }
      var ticket = template
      ticket.device = "D\(Int.random(in: 0..<12, using: &dice))"
      ticket.failureMode = modes[Int.random(in: 0..<2, using: &dice)]
      ticket.id = "T-\(ticket.device)-\(ticket.failureMode)"
      ticket.state = states[Int.random(in: 0..<states.count, using: &dice)]
      ticket.finding = [nil, "F-1", "F-2"][Int.random(in: 0..<3, using: &dice)]
      book.apply(.ticket(ticket))
    }
    let live = Array(book.tickets.values)
    try #require(!live.isEmpty)
    for finding in ["F-1", "F-2", "F-3"] {
      #expect(book.liveTickets(of: finding) == live.count { $0.finding == finding })
      #expect(book.waiting(of: finding) == live.count { $0.finding == finding && $0.state == .proposed })
    }
    let asked: Set = ["D1", "D5", "D99"]
    let found = book.tickets(of: asked).mapValues { $0.map(\.id).sorted() }
    #expect(
      found
        == Dictionary(grouping: live.filter { asked.contains($0.device) }, by: \.device).mapValues {
          $0.map(\.id).sorted()
        })
    book.forget(device: "D1")
    #expect(!book.tickets.keys.contains { $0.device == "D1" })
    #expect(!book.ticketEpisodes.keys.contains { $0.device == "D1" })
  }
}
