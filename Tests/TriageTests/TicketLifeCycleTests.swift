import Testing
import Triage
import Vocabulary

struct TicketLifeCycleTests {
  static let triage = Situation.triage()
  static let at = Situation.day(20)

  static let actions: [(name: String, action: TicketAction)] = [
    ("acknowledge", .acknowledge), ("release", .release), ("hold", .hold(reason: "parts", until: nil)),
    ("resolve", .resolve(.confirmed, note: "swapped")), ("reopen", .reopen(reason: "again")),
    ("cancel", .cancel(reason: "duplicate")), ("note", .note("called")), ("close", .close),
  ]

  /// What each action makes of each state; an absent pair is refused. The `resolved` ticket was so 20 days ago.
  static let allowed: [Ticket.State: [String: Ticket.State]] = [
    .proposed: [
      "acknowledge": .acknowledged, "release": .open, "hold": .onHold, "resolve": .resolved, "cancel": .cancelled,
      "note": .proposed,
    ],
    .open: [
      "acknowledge": .acknowledged, "release": .open, "hold": .onHold, "resolve": .resolved, "cancel": .cancelled,
      "note": .open,
    ],
    .acknowledged: [
      "acknowledge": .acknowledged, "hold": .onHold, "resolve": .resolved, "cancel": .cancelled, "note": .acknowledged,
    ],
    .onHold: [
      "acknowledge": .acknowledged, "hold": .onHold, "resolve": .resolved, "cancel": .cancelled, "note": .onHold,
    ],
    .resolved: [
      "resolve": .resolved, "reopen": .open, "cancel": .cancelled, "note": .resolved, "close": .closed,
    ],
    .closed: ["reopen": .open, "note": .closed, "close": .closed],
    .cancelled: ["cancel": .cancelled, "note": .cancelled],
  ]

  static func ticket(_ state: Ticket.State) throws -> Ticket {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    var ticket = try #require(desk.ticket)
    func act(_ actions: TicketAction...) throws {
      for (day, action) in actions.enumerated() {
        ticket = try triage.apply(action, to: ticket, at: Situation.day(day * 14), actor: "ada")
      }
    }
    switch state {
    case .proposed: break
    case .open: try act(.release)
    case .acknowledged: try act(.acknowledge)
    case .onHold: try act(.hold(reason: "parts", until: nil))
    case .resolved: try act(.resolve(.confirmed, note: nil))
    case .closed: try act(.resolve(.confirmed, note: nil), .close)
    case .cancelled: try act(.cancel(reason: nil))
    }
    #expect(ticket.state == state)
    return ticket
  }

  @Test(arguments: Ticket.State.allCases)
  func `each action leads where the life cycle says, or is refused`(state: Ticket.State) throws {
    for (name, action) in Self.actions {
      let ticket = try Self.ticket(state)
      let expected = Self.allowed[state]?[name]
      do {
        let next = try Self.triage.apply(action, to: ticket, at: Self.at, actor: "ada")
        #expect(next.state == expected, "\(name) of a ticket that is \(state)")
        #expect(next.id == ticket.id)
        if next == ticket { continue }
        #expect(next.updatedAt == Self.at)
        #expect(next.history.starts(with: ticket.history))
        let entry = try #require(next.history.dropFirst(ticket.history.count).first)
        #expect(entry.actor == "ada")
        if name != "note" {
          #expect(entry.from == state.rawValue)
          #expect(entry.to == next.state.rawValue)
        }
      } catch let error as Refusal {
        #expect(expected == nil, "\(name) of a ticket that is \(state): \(error.detail)")
        #expect(error.kind == .conflict)
        #expect(!error.detail.isEmpty)
      }
    }
  }

  @Test func `a resolution carries its outcome and note, a reopening takes the outcome back`() throws {
    let resolved = try Self.triage.apply(
      .resolve(.noFaultFound, note: "bench test"), to: try Self.ticket(.open), at: Self.at, actor: "ada")
    #expect(resolved.outcome == .noFaultFound)
    #expect(resolved.history.last?.reason == "bench test")
    let reopened = try Self.triage.apply(.reopen(reason: nil), to: resolved, at: Self.at, actor: "ada")
    #expect(reopened.outcome == nil)
    #expect(reopened.history.last?.change == "reopened")
  }

  @Test func `another outcome needs a reopening first`() throws {
    let resolved = try Self.ticket(.resolved)
    #expect(throws: Refusal.self) {
      try Self.triage.apply(.resolve(.otherCause, note: nil), to: resolved, at: Self.at, actor: "ada")
    }
  }

  @Test func `a hold needs a reason and a date to come; without a date it lasts a week`() throws {
    let ticket = try Self.ticket(.open)
    for (reason, until) in [(" ", nil), ("parts", Self.at)] {
      do throws(Refusal) {
        _ = try Self.triage.apply(.hold(reason: reason, until: until), to: ticket, at: Self.at, actor: "ada")
        Issue.record("it was held")
      } catch {
        #expect(error.kind == .wrongUse)
      }
    }
    let held = try Self.triage.apply(.hold(reason: "parts", until: nil), to: ticket, at: Self.at, actor: "ada")
    #expect(held.history.last?.to == Situation.day(27).description)
  }

  @Test func `an empty note is refused`() throws {
    let ticket = try Self.ticket(.open)
    #expect(throws: Refusal(.wrongUse, "the note is empty", "give its text")) {
      try Self.triage.apply(.note(""), to: ticket, at: Self.at, actor: "ada")
    }
  }

  @Test func `a resolved ticket closes after 14 days and no earlier`() throws {
    let resolved = try Self.ticket(.resolved)
    #expect(throws: Refusal.self) {
      try Self.triage.apply(.close, to: resolved, at: Situation.day(13), actor: "forewarnd")
    }
    let closed = try Self.triage.apply(.close, to: resolved, at: Situation.day(14), actor: "forewarnd")
    #expect(closed.state == .closed)
  }
}
