import Testing
import Vocabulary

@testable import Triage

/// What those who looked at devices found, as care.
struct VerdictRulesTests {
  private func verdict(_ result: Verdict.Result, _ source: Verdict.Source = .check, on day: Int = 1) -> DeviceVerdict {
    let verdict = Verdict(
      identity: DeviceIdentity(product: Situation.product, device: "G0911"), failureMode: Situation.mode,
      time: Situation.day(day) - 1, result: result, source: source)
    return DeviceVerdict(
      conclusive: result == .inconclusive ? nil : verdict, latest: verdict, likelihoodRatio: 1, dismissedOnsets: 0)
  }

  private static let unresolved = Cohort(cause: .unresolved, batch: "W18", firmware: "3.2.0")

  /// A remote check is proposed, and then the device stands as `result` left it.
  private func checked(
    _ result: Verdict.Result, probability: Double, acknowledged: Bool = false
  ) throws -> Desk {
    var desk = Desk()
    let triage = Situation.triage(.send)
    desk.run(triage, Situation.pass(0, [Situation.belief(Self.unresolved)], [Situation.device()]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.kind == .diagnose)
    if acknowledged {
      desk.take(.ticket(try triage.apply(.acknowledge, to: ticket, at: Situation.day(0), actor: "ada")))
    }
    let device = Situation.device(probability: probability) { $0.verdict = verdict(result) }
    desk.run(triage, Situation.pass(1, [Situation.belief(Self.unresolved)], [device]))
    return desk
  }

  @Test func `a check that finds no fault resolves its ticket, even one that somebody has taken`() throws {
    for isTaken in [false, true] {
      let desk = try checked(.noFault, probability: 0.4, acknowledged: isTaken)
      let ticket = try #require(desk.lastTickets.last)
      #expect(ticket.state == .resolved && ticket.outcome == .noFaultFound)
      #expect(ticket.history.last?.reason == "a remote check on 2025-11-23 found no fault")
      #expect(ticket.history.last?.actor == "forewarnd")
    }
  }

  @Test func `a check that finds the fault makes its ticket a replacement, if that pays`() throws {
    let ticket = try #require(try checked(.fault, probability: 0.97).ticket)
    #expect(ticket.kind == .replacement && ticket.remedy.sku == "B0BP9SNVH9" && ticket.state == .open)
    #expect(ticket.history.contains { $0.change == "kind" && $0.from == "diagnose" && $0.to == "replacement" })
    let cheap = try #require(try checked(.fault, probability: 0.3).ticket)
    #expect(cheap.kind == .diagnose && cheap.history.contains { $0.change == "diagnosed" })
  }

  @Test func `a check that can't tell is noted once`() throws {
    var desk = try checked(.inconclusive, probability: 0.87)
    let device = Situation.device(probability: 0.6) { $0.verdict = verdict(.inconclusive) }
    desk.run(Situation.triage(.send), Situation.pass(2, [Situation.belief(Self.unresolved)], [device]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.kind == .diagnose && ticket.state == .open)
    #expect(ticket.history.count { $0.change == "diagnosed" } == 1)
  }

  @Test func `a device in which no fault was found gets no new unit, and loses the offer of one`() {
    var desk = Desk()
    let triage = Situation.triage(.send)
    let sound = Situation.device { $0.verdict = verdict(.noFault, .bench) }
    desk.run(triage, Situation.pass(1, [Situation.belief()], [sound]))
    #expect(desk.tickets.isEmpty)
    var other = Desk()
    other.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    #expect(other.ticket?.kind == .replacement)
    other.run(triage, Situation.pass(1, [Situation.belief()], [sound]))
    #expect(other.tickets.isEmpty)
    #expect(other.lastTickets.last?.history.last?.reason == "a workbench on 2025-11-23 found no fault")
  }

  @Test func `a device without a finding gets a new unit once its fault was seen`() {
    var desk = Desk()
    let triage = Situation.triage(.send)
    let seen = Situation.device(probability: 0.95) { $0.verdict = verdict(.fault) }
    let suspected = Situation.device("G2", probability: 0.95)
    desk.run(triage, Situation.pass(1, [], [seen, suspected]))
    #expect(desk.tickets.map(\.device) == ["G0911"] && desk.ticket?.kind == .replacement)
  }

  @Test func `suspects without the fault clear the finding at once, and its tickets with it`() throws {
    var desk = Desk()
    let triage = Situation.triage(.send)
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device(), Situation.device("G2")]))
    #expect(desk.tickets.count == 2)
    let refuted = Situation.belief { belief in
      belief.verdicts = .init(tally: VerdictTally(noFaults: 5), probabilityByRates: 0.998)
      belief.probability = 0.45
      belief.isPosteriorGateOpen = false
    }
    desk.run(triage, Situation.pass(1, [refuted], [Situation.device(), Situation.device("G2")]))
    #expect(desk.findings.isEmpty && desk.tickets.isEmpty)
    let finding = try #require(desk.lastFindings.last)
    #expect(
      finding.history.last?.reason
        == "of 5 devices examined, 5 had no such fault: its probability fell to 45 %")
    #expect(desk.lastTickets.allSatisfy { $0.state == .cancelled })
    // Rates go on as they were, and it doesn't come back.
    desk.run(triage, Situation.pass(2, [refuted], [Situation.device()]))
    #expect(desk.findings.isEmpty && desk.tickets.isEmpty)
  }
}
