import Testing
import Triage
import Vocabulary

struct TicketRulesTests {
  let triage = Situation.triage()
  let fix = CohortBelief.Fix(firmware: "4.1.0", probability: 0.97, isClaimedByProfile: true)

  func firmwareBelief(_ fixes: [CohortBelief.Fix]) -> CohortBelief {
    Situation.belief(Situation.firmware) { $0.fixes = fixes }
  }

  @Test func `a bad batch's device gets a replacement with the profile's unit`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.kind == .replacement)
    #expect(ticket.state == .proposed)
    #expect(ticket.finding == desk.finding?.id)
    #expect(ticket.attribution.batch == 0.91)
    #expect(ticket.evidence.cohortFailures == 37)
    #expect(ticket.evidence.deviceReports == 212)
    #expect(ticket.remedy.sku == "B0BP9SNVH9")
    #expect(ticket.remedy.firmware == "4.1.0")
    #expect(ticket.remedy.expectedCost == 48)
    #expect(ticket.remedy.costOfWaiting == 87)
    #expect(ticket.remedy.breakEvenProbability == 0.48)
    #expect(ticket.id == CaseID.ticket(Situation.device().identity, mode: Situation.mode, episode: 1))
    #expect(ticket.history.map(\.to) == ["proposed"])
  }

  @Test func `a finding alone doesn't replace a device whose own probability is below the break-even`() {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device(probability: 0.47)]))
    #expect(desk.tickets.isEmpty)
    desk.run(triage, Situation.pass(1, [Situation.belief()], [Situation.device(probability: 0.49)]))
    #expect(desk.tickets.count == 1)
  }

  @Test func `a suspicion makes no ticket`() {
    var desk = Desk()
    desk.run(
      triage, Situation.pass(0, [Situation.belief { $0.isPosteriorGateOpen = false }], [Situation.device()]))
    #expect(desk.tickets.isEmpty)
  }

  @Test func `a bad firmware's device gets a patch to the latest firmware that fits`() throws {
    let older = CohortBelief.Fix(firmware: "4.0.2", probability: 0.99, isClaimedByProfile: false)
    let unproven = CohortBelief.Fix(firmware: "4.2.0", probability: 0.8, isClaimedByProfile: false)
    let device = Situation.device {
      $0.probabilityByFirmware = [
        "4.0.2": Situation.around(0.05), "4.1.0": Situation.around(0.06), "4.2.0": Situation.around(0.05),
      ]
    }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [firmwareBelief([older, fix, unproven])], [device]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.kind == .patch)
    #expect(ticket.remedy.firmware == "4.1.0")
    #expect(ticket.remedy.sku == nil)
    #expect(ticket.remedy.expectedCost == 6.5)
  }

  @Test func `a fix that the profile claims and the data refute is no fix`() {
    let refuted = CohortBelief.Fix(firmware: "4.1.0", probability: 0.01, isClaimedByProfile: true)
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [firmwareBelief([refuted])], [Situation.device()]))
    #expect(desk.tickets.isEmpty)
  }

  @Test func `without a later firmware that fixes it a bad firmware makes no ticket`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [firmwareBelief([])], [Situation.device()]))
    #expect(desk.tickets.isEmpty)
    let finding = try #require(desk.finding)
    #expect(finding.explanation.contains("hold the rollout of firmware 3.2.0, or roll it back"))
  }

  @Test func `a bad batch's device is patched only with a fix that the data show`() {
    let claimed = CohortBelief.Fix(firmware: "4.1.0", probability: nil, isClaimedByProfile: true)
    for (fix, kind) in [(claimed, Ticket.Kind.replacement), (fix, .patch)] {
      var desk = Desk()
      desk.run(triage, Situation.pass(0, [Situation.belief { $0.fixes = [fix] }], [Situation.device()]))
      #expect(desk.ticket?.kind == kind)
      #expect(desk.finding?.explanation.contains("or a patch ticket to firmware 4.1.0") == (kind == .patch))
    }
  }

  @Test func `a defect whose cause can't be told apart asks for a remote check`() throws {
    let unresolved = Situation.belief(Cohort(cause: .unresolved, batch: "W18", firmware: "3.2.0")) {
      $0.candidates = [
        Candidate(cohort: Situation.batch, probability: 0.55), Candidate(cohort: Situation.firmware, probability: 0.44),
      ]
      $0.separation = "ten devices of batch W18 on firmware 3.1.0"
    }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [unresolved], [Situation.device()]))
    let ticket = try #require(desk.ticket)
    #expect(ticket.kind == .diagnose)
    #expect(ticket.remedy.breakEvenProbability == 0.02)
    let finding = try #require(desk.finding)
    for words in ["batch W18 (55 %) or firmware 3.2.0 (44 %)", "ten devices of batch W18 on firmware 3.1.0."] {
      #expect(ticket.explanation.contains(words))
      #expect(finding.explanation.contains(words))
    }
    desk.run(triage, Situation.pass(1, [Situation.belief()], [Situation.device()]))
    let resolved = try #require(desk.ticket)
    #expect(resolved.id == ticket.id)
    #expect(resolved.kind == .replacement)
    #expect(resolved.finding == desk.finding?.id)
    #expect(resolved.history.map(\.change) == ["opened", "finding", "kind"])
  }

  @Test func `no remedy of a device helps against its surroundings`() {
    let surroundings = Situation.belief(Cohort(cause: .environment, region: "US-FL"))
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [surroundings], [Situation.device()]))
    #expect(desk.findings.count == 1)
    #expect(desk.tickets.isEmpty)
  }

  @Test func `a device without a finding needs a certain, own and repeated record`() {
    func own(_ change: (inout DeviceBelief) -> Void = { _ in }) -> Ticket.Kind? {
      var device = Situation.device {
        $0.attribution = Attribution(device: 0.9, unknown: 0.1)
        $0.onsets = 3
      }
      change(&device)
      var desk = Desk()
      desk.run(triage, Situation.pass(0, [], [device]))
      return desk.ticket?.kind
    }
    #expect(own() == .replacement)
    #expect(own { $0.attribution = Attribution(device: 0.4, unknown: 0.6) } == .diagnose)
    #expect(
      own { $0.attribution = Attribution(environment: 0.6, device: 0.3, unknown: 0.1) } == nil,
      "its surroundings are the greater part")
    #expect(own { $0.onsets = 1 } == nil, "once may be chance")
    #expect(own { $0.probability.low = 0.47 } == nil, "the low end doesn't pay")
    #expect(own { $0.probability = Situation.around(0.5) } == nil, "the low end isn't likely")
    #expect(own { $0.probabilityOfReplacement = 0.4 } == nil, "a new unit fares little better")
  }

  @Test func `care mode says whether a ticket opens, is proposed or isn't made`() {
    for (mode, state) in [(TriagePolicy.CareMode.send, Ticket.State.open), (.propose, .proposed), (.off, nil)] {
      var desk = Desk()
      desk.run(Situation.triage(mode), Situation.pass(0, [Situation.belief()], [Situation.device()]))
      #expect(desk.findings.count == 1)
      #expect(desk.ticket?.state == state)
      #expect(desk.finding?.explanation.contains("Care is switched off") == (mode == .off))
    }
  }

  @Test func `a retired device gets no ticket, and loses one on which nobody acted`() {
    let retired = Situation.device { $0.facts.retired = Situation.day(1) }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [retired]))
    #expect(desk.tickets.count == 1)
    desk.run(triage, Situation.pass(1, [Situation.belief()], [retired]))
    #expect(desk.tickets.isEmpty)
    #expect(desk.lastTickets.map(\.state) == [.cancelled])
    desk.run(triage, Situation.pass(60, [Situation.belief()], [retired]))
    #expect(desk.tickets.isEmpty)
  }

  @Test func `a ticket is withdrawn below half of its break-even as long as nobody acted`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    desk.run(triage, Situation.pass(1, [Situation.belief()], [Situation.device(probability: 0.25)]))
    #expect(desk.ticket?.state == .proposed, "0.25 is above half of 0.48")
    #expect(desk.ticket?.remedy.costOfWaiting == 25)
    var acknowledged = desk
    let ticket = try #require(desk.ticket)
    acknowledged.take(.ticket(try triage.apply(.acknowledge, to: ticket, at: Situation.day(1), actor: "ada")))

    let low = Situation.pass(2, [Situation.belief()], [Situation.device(probability: 0.23)])
    desk.run(triage, low)
    #expect(desk.tickets.isEmpty)
    let last = try #require(desk.lastTickets.first)
    #expect(last.state == .cancelled)
    #expect(last.history.last?.actor == "forewarnd")
    #expect(last.history.last?.reason == "the probability fell to 23 %, below half of the break-even of 48 %")
    acknowledged.run(triage, low)
    #expect(acknowledged.ticket?.state == .acknowledged)
  }

  @Test func `a ticket whose finding is gone is withdrawn as long as nobody acted`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    let finding = try #require(desk.finding)
    desk.run(triage, Situation.pass(7, [], [Situation.device()]))
    #expect(desk.lastTickets.map(\.state) == [.cancelled])
    #expect(desk.lastTickets.first?.history.last?.reason == "finding \(finding.id) no longer stands")
  }

  @Test func `a device that moved to another firmware leaves the firmware's finding`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [firmwareBelief([fix])], [Situation.device()]))
    let finding = try #require(desk.finding)
    let moved = Situation.device { $0.covariates.firmware = "3.1.0" }
    desk.run(triage, Situation.pass(1, [firmwareBelief([fix])], [moved]))
    #expect(desk.lastTickets.first?.history.last?.reason == "the device no longer belongs to finding \(finding.id)")
  }

  @Test func `a resolved ticket blocks the next one, closes after 14 days, and the device then rests for its horizon`()
    throws
  {
    var desk = Desk()
    func pass(_ day: Int) -> PassBeliefs { Situation.pass(day, [Situation.belief()], [Situation.device()]) }
    desk.run(triage, pass(0))
    let ticket = try #require(desk.ticket)
    desk.take(
      .ticket(try triage.apply(.resolve(.noFaultFound, note: nil), to: ticket, at: Situation.day(0), actor: "ada")))
    desk.run(triage, pass(13))
    #expect(desk.ticket?.state == .resolved)
    desk.run(triage, pass(14))
    #expect(desk.tickets.isEmpty)
    #expect(desk.lastTickets.map(\.state) == [.closed])
    desk.run(triage, pass(29))
    #expect(desk.tickets.isEmpty)
    desk.run(triage, pass(30))
    #expect(desk.ticket?.episode == 2)
    #expect(desk.ticket?.id != ticket.id)
  }

  @Test func `a ticket that the daemon withdrew may come back after the refractory time`() {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    desk.run(triage, Situation.pass(1, [Situation.belief()], [Situation.device(probability: 0.1)]))
    desk.run(triage, Situation.pass(7, [Situation.belief()], [Situation.device()]))
    #expect(desk.tickets.isEmpty)
    desk.run(triage, Situation.pass(8, [Situation.belief()], [Situation.device()]))
    #expect(desk.ticket?.episode == 2)
  }

  @Test func `a hold ends by itself on its date`() throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    let ticket = try #require(desk.ticket)
    desk.take(
      .ticket(
        try triage.apply(
          .hold(reason: "parts", until: Situation.day(5)), to: ticket, at: Situation.day(0), actor: "ada")))
    desk.run(triage, Situation.pass(4, [Situation.belief()], [Situation.device()]))
    #expect(desk.ticket?.state == .onHold)
    desk.run(triage, Situation.pass(5, [Situation.belief()], [Situation.device()]))
    #expect(desk.ticket?.state == .acknowledged)
    #expect(desk.ticket?.history.last?.actor == "forewarnd")
  }

  @Test(arguments: [(0.83, false), (0.6, true)])
  func `a ticket is written again only for a change that an operator would see`(
    probability: Double, isWritten: Bool
  ) throws {
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    let changes = desk.run(
      triage, Situation.pass(1, [Situation.belief()], [Situation.device(probability: probability)]))
    let written = changes.filter { if case .ticket = $0 { true } else { false } }
    #expect(written.isEmpty == !isWritten)
    let ticket = try #require(desk.ticket)
    #expect(ticket.history.count == 1, "numbers alone are no entry of the history")
    #expect(ticket.decidedAt == Situation.day(0))
    #expect(ticket.updatedAt == Situation.day(isWritten ? 1 : 0))
  }

  @Test func `a finding opens no more than the limit of tickets in a pass, the likeliest failures first`() {
    let limited = Situation.triage { $0.maximumTicketsAPass = 2 }
    let devices = (0..<5).map { Situation.device("D\($0)", probability: 0.6 + 0.05 * Double($0)) }
    var desk = Desk()
    desk.run(limited, Situation.pass(0, [Situation.belief()], devices))
    #expect(Set(desk.tickets.map(\.device)) == ["D4", "D3"])
    desk.run(limited, Situation.pass(0, [Situation.belief()], devices))
    #expect(desk.tickets.count == 2, "the same pass again opens no more")
    desk.run(limited, Situation.pass(1, [Situation.belief()], devices))
    #expect(Set(desk.tickets.map(\.device)) == ["D4", "D3", "D2", "D1"])
  }

  @Test func `contact follows the device's consent, else the policy`() {
    for (consent, policyDefault, expected) in [(nil, true, true), (nil, false, false), (false, true, false)] {
      let strict = Situation.triage { $0.contactConsent.contact = policyDefault }
      var desk = Desk()
      desk.run(
        strict, Situation.pass(0, [Situation.belief()], [Situation.device { $0.facts.contactConsent = consent }]))
      #expect(desk.ticket?.mayContact == expected)
      #expect(desk.ticket?.explanation.contains("no offer is sent") == !expected)
    }
  }

  @Test func `a product without a profile gets no tickets`() {
    let ignorant = CareDesk(profiles: [], policy: TriagePolicy())
    var desk = Desk()
    desk.run(ignorant, Situation.pass(0, [Situation.belief()], [Situation.device()]))
    #expect(desk.log.isEmpty)
  }

  @Test func `devices below the cheapest remedy's line needn't be handed over`() {
    #expect(triage.careThreshold(mode: Situation.key) == 0.005)
    #expect(triage.careThreshold(mode: ModeKey(product: "toaster", mode: "x")) == .infinity)
  }
}
