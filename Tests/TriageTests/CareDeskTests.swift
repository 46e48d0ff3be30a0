import Testing
import Triage
import Vocabulary

/// What holds for any beliefs: forty devices, seven cohorts, thirty daily passes of pure chance, a person acting at random.
struct CareDeskTests {
  static let seeds = 0..<12 as Range<UInt64>
  let triage = Situation.triage()

  @Test(arguments: seeds)
  func `at most one ticket of a device and mode and one finding of a cause is live`(seed: UInt64) {
    var random = RandomBeliefs(seed: seed)
    var desk = Desk()
    for day in 0..<30 {
      desk.run(triage, random.pass(day))
      act(&desk, &random, day)
      let live = desk.lastTickets.filter(\.state.isLive)
      #expect(Set(live.map(\.device)).count == live.count, "seed \(seed), day \(day)")
      #expect(live.count == desk.tickets.count)
      let findings = desk.lastFindings.filter(\.state.isLive)
      #expect(Set(findings.map(\.cohort)).count == findings.count, "seed \(seed), day \(day)")
    }
    #expect(desk.lastTickets.contains { $0.state == .cancelled })
    #expect(desk.lastTickets.contains { $0.state == .closed })
  }

  @Test(arguments: seeds)
  func `deciding the same pass again changes nothing`(seed: UInt64) {
    var random = RandomBeliefs(seed: seed)
    var desk = Desk()
    for day in 0..<30 {
      let pass = random.pass(day)
      desk.run(triage, pass)
      #expect(desk.run(triage, pass) == [], "seed \(seed), day \(day)")
      act(&desk, &random, day)
    }
  }

  @Test(arguments: seeds)
  func `the order of devices and cohorts changes nothing, and changes come sorted by id`(seed: UInt64) {
    var random = RandomBeliefs(seed: seed)
    var desk = Desk()
    for day in 0..<10 {
      let pass = random.pass(day)
      var other = pass
      other.devices = random.shuffled(pass.devices)
      other.modes[0].cohorts = random.shuffled(pass.modes[0].cohorts)
      let (book, ended) = (desk.book, desk.ended)
      let changes = desk.run(triage, pass)
      #expect(
        triage.decide(other, cases: book, ended: ended, openedAt: pass.decidedAt) == changes, "seed \(seed), day \(day)"
      )
      let ids = changes.map {
        switch $0 {
        case .ticket(let ticket): ticket.id
        case .finding(let finding): finding.id
        }
      }
      #expect(ids == ids.sorted())
      #expect(Set(ids).count == ids.count, "one change a case")
    }
  }

  @Test(arguments: seeds)
  func `a ticket that nobody acted on has its own reason, and its kind fits its remedy`(seed: UInt64) {
    var random = RandomBeliefs(seed: seed)
    var desk = Desk()
    for day in 0..<20 {
      for case .ticket(let ticket) in desk.run(triage, random.pass(day)) {
        #expect(ticket.kind == ticket.remedy.type)
        #expect(ticket.history.first?.change == "opened")
        #expect((ticket.outcome == nil) == (ticket.state != .resolved && ticket.state != .closed))
        if ticket.history.count == 1, ticket.updatedAt == ticket.decidedAt {
          #expect(ticket.remedy.expectedCost < ticket.remedy.costOfWaiting)
        }
      }
    }
  }

  /// Now and then someone acknowledges, resolves, cancels or clears.
  private func act(_ desk: inout Desk, _ random: inout RandomBeliefs, _ day: Int) {
    for ticket in desk.tickets where random.chance(0.1) {
      let actions: [TicketAction] = [
        .acknowledge, .resolve(.confirmed, note: nil), .cancel(reason: nil), .hold(reason: "parts", until: nil),
      ]
      let action = random.shuffled(actions)[0]
      do throws(Refusal) {
        desk.take(.ticket(try triage.apply(action, to: ticket, at: Situation.day(day), actor: "ada")))
      } catch {
        #expect(error.kind == .conflict)
      }
    }
    for finding in desk.findings where random.chance(0.05) {
      do throws(Refusal) {
        desk.take(.finding(try triage.apply(.clear(reason: nil), to: finding, at: Situation.day(day), actor: "ada")))
      } catch {
        Issue.record("a live finding can always be cleared: \(error.detail)")
      }
    }
  }
}
