import Testing
import Triage
import Vocabulary

/// Owners, priorities, and what happens when nobody answers.
struct ClockPolicyTests {
  let belief = Situation.belief()

  @Test func `a ticket has the owner of its cause, a queue, a priority and a day to be answered`() throws {
    let triage = Situation.triage(.send)
    var desk = Desk()
    desk.run(
      triage, Situation.pass(0, [belief], [Situation.device { $0.facts.factory = "SZ-3" }]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.owner == "factory SZ-3" && ticket.queue == "quality")
    #expect(ticket.priority == 2, "major, and likelier than not")
    #expect(ticket.dueAt == Situation.day(1))
  }

  @Test func `an owner may be the batch's supplier, as the register names it`() throws {
    var policy = TriagePolicy()
    policy.careMode = .send
    policy.clocks.owners["batch"] = .init(owner: "{supplier} of {factory}, {line}", queue: "purchasing")
    let facts = BatchFacts(product: Situation.product, batch: "W18", factory: "SZ-3", supplier: "Acme")
    let device = Situation.device()
    for (register, owner) in [
      (BatchRegister([facts]), "Acme of SZ-3, unknown"), (BatchRegister(), "unknown of unknown, unknown"),
    ] {
      var desk = Desk()
      desk.run(
        CareDesk(profiles: [Situation.profile], policy: policy, register: register),
        Situation.pass(0, [belief], [device]))
      #expect(desk.ticket?.owner == owner && desk.ticket?.queue == "purchasing")
    }
  }

  @Test func `a ticket that nobody answers escalates once, and one that somebody took on never`() throws {
    let triage = Situation.triage(.send) { $0.clocks.answerHours = 30 }
    var desk = Desk()
    let devices = [Situation.device("A"), Situation.device("B")]
    desk.run(triage, Situation.pass(0, [belief], devices))
    let taken = try #require(desk.tickets.first { $0.device == "B" })
    desk.take(.ticket(try triage.apply(.acknowledge, to: taken, at: Situation.day(1), actor: "ada")))
    desk.run(triage, Situation.pass(1, [belief], devices))
    #expect(desk.tickets.allSatisfy { $0.escalatedAt == nil })
    for day in 2...5 { desk.run(triage, Situation.pass(day, [belief], devices)) }
    let left = try #require(desk.tickets.first { $0.device == "A" })
    #expect(left.escalatedAt == Situation.day(2))
    #expect(left.priority == 1)
    #expect(left.history.filter { $0.change == "escalated" }.map(\.reason) == ["nobody answered within 30 hours"])
    #expect(desk.tickets.first { $0.device == "B" }?.escalatedAt == nil)
  }

  @Test func `a patch waits for its device for a week before people are asked, one that it may not hear of a day`() {
    let belief = Situation.belief(Situation.firmware) {
      $0.fixes = [CohortBelief.Fix(firmware: "4.1.0", probability: 0.97, isClaimedByProfile: true)]
    }
    let triage = Situation.triage(.send)
    var desk = Desk()
    let devices = [Situation.device("A"), Situation.device("B") { $0.facts.contactConsent = false }]
    for day in 0...6 { desk.run(triage, Situation.pass(day, [belief], devices)) }
    func escalated(_ device: String) -> EventTime? { desk.tickets.first { $0.device == device }?.escalatedAt }
    #expect(escalated("A") == nil && escalated("B") == Situation.day(1))
    desk.run(triage, Situation.pass(7, [belief], devices))
    #expect(escalated("A") == Situation.day(7))
  }

  @Test func `a patch whose device may no longer be contacted wants people's answer from then on`() throws {
    let belief = Situation.belief(Situation.firmware) {
      $0.fixes = [CohortBelief.Fix(firmware: "4.1.0", probability: 0.97, isClaimedByProfile: true)]
    }
    let triage = Situation.triage(.send)
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [belief], [Situation.device()]))
    #expect(desk.ticket?.dueAt == Situation.day(7))
    let withdrawn = Situation.device { $0.facts.contactConsent = false }
    desk.run(triage, Situation.pass(2, [belief], [withdrawn]))
    #expect(desk.ticket?.dueAt == Situation.day(3))
    desk.run(triage, Situation.pass(3, [belief], [withdrawn]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.escalatedAt == Situation.day(3))
    #expect(ticket.history.last { $0.change == "escalated" }?.reason == "nobody answered within 24 hours")
  }

  @Test func `a patch that runs wants no answer, the replacement after one that failed does`() throws {
    let belief = Situation.belief(Situation.firmware) {
      $0.fixes = [CohortBelief.Fix(firmware: "4.1.0", probability: 0.97, isClaimedByProfile: true)]
    }
    let triage = Situation.triage(.send)
    let patched = Situation.device(probability: 0.8) { $0.covariates.firmware = "4.1.0" }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [belief], [Situation.device()]))
    desk.run(triage, Situation.pass(2, [belief], [patched]))
    #expect(desk.ticket?.dueAt == nil)
    desk.run(triage, Situation.pass(9, [belief], [patched]))
    #expect(desk.ticket?.kind == .replacement && desk.ticket?.escalatedAt == nil)
    #expect(desk.ticket?.dueAt == Situation.day(10))
    desk.run(triage, Situation.pass(10, [belief], [patched]))
    #expect(desk.ticket?.escalatedAt == Situation.day(10))
  }

  @Test func `proposals that nobody answers are one word of their finding, not one of each ticket`() throws {
    let triage = Situation.triage(.propose)
    var desk = Desk()
    let devices = (0..<20).map { Situation.device("G\($0)") }
    for day in 0...4 { desk.run(triage, Situation.pass(day, [belief], devices)) }
    #expect(desk.tickets.allSatisfy { $0.history.count == 1 && $0.dueAt == Situation.day(1) })
    let escalations = desk.finding?.history.filter { $0.change == "escalated" }
    #expect(escalations?.map(\.reason) == ["nobody answered to 20 proposed tickets within 24 hours"])
  }

  @Test func `what could be done is listed with its cost, the cheapest first, waiting a week too`() throws {
    let triage = Situation.triage(.send)
    var desk = Desk()
    desk.run(
      triage,
      Situation.pass(
        0,
        [
          Situation.belief(Situation.firmware) {
            $0.fixes = [CohortBelief.Fix(firmware: "4.1.0", probability: 0.97, isClaimedByProfile: true)]
          }
        ], [Situation.device()]))
    let ticket = try #require(desk.ticket)
    let options = try #require(ticket.options)
    #expect(Set(options.map(\.type)) == ["nothing", "wait", "patch", "replacement", "diagnose"])
    #expect(options.map(\.expectedCost) == options.map(\.expectedCost).sorted())
    #expect(options.last?.type == "nothing" && options.last?.expectedCost == 87)
    let wait = try #require(options.first { $0.type == "wait" })
    let (value, harm) = (try #require(wait.valueOfData), try #require(wait.harm))
    // 100 (1 − 0.13^(7/30)) by hand.
    #expect(abs(harm - 37.8769) < 0.01, "\(harm)")
    #expect(value < harm)
    // 1 − 0.06 / 0.87.
    #expect(abs(try #require(ticket.remedy.efficacy?.mean) - 0.931034) < 1e-6)
  }

  @Test func `where a week's data are worth more than its harm, no ticket opens yet`() {
    let triage = Situation.triage(.send)
    // A tenth of a year's horizon per week of harm, and nobody knows on which side of the break-even it is.
    let unsure = Situation.device(probability: 0.5) {
      $0.probability = Interval(mean: 0.5, low: 0.05, high: 0.95)
      $0.probabilityOfReplacement = 0.04
    }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief { $0.onset = Situation.day(-1) }], [unsure]))
    #expect(desk.tickets.isEmpty == false, "at 30 days' horizon a week does too much harm to wait")
  }
}
