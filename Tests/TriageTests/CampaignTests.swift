import Testing
import Triage
import Vocabulary

/// Waves of tickets: a canary, then more of them, each because of what the last has shown.
struct CampaignTests {
  let belief = Situation.belief()

  func devices(_ count: Int, change: (Int, inout DeviceBelief) -> Void = { _, _ in }) -> [DeviceBelief] {
    (0..<count).map { number in
      Situation.device("G\(100_000 + number)", probability: 0.6 + 0.3 * Double(number) / Double(max(count, 1))) {
        change(number, &$0)
      }
    }
  }

  func resolve(_ desk: inout Desk, _ triage: CareDesk, _ outcomes: [Ticket.Outcome], on day: Int) throws {
    let open = desk.tickets.filter { $0.state == .open }
    for (ticket, outcome) in zip(open, outcomes) {
      desk.take(
        .ticket(
          try triage.apply(.resolve(outcome, note: nil), to: ticket, at: Situation.day(day), actor: "ada")))
    }
  }

  @Test func `ten thousand devices over the line at once make one finding and a canary of one in a hundred`() throws {
    let triage = Situation.triage(.send) { $0.maximumTicketsAPass = 100_000 }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [belief], devices(10_000)))
    #expect(desk.findings.count == 1 && desk.tickets.count == 10_000)
    let out = desk.tickets.filter { $0.state == .open }
    #expect(out.count == 100 && out.allSatisfy { $0.wave == 1 })
    let waiting = desk.tickets.filter { $0.state == .proposed }
    #expect(waiting.count == 9_900 && waiting.allSatisfy { $0.wave == nil && $0.dueAt == nil })
    let least = try #require(out.map(\.probability.mean).min())
    #expect(waiting.allSatisfy { $0.probability.mean <= least }, "the likeliest failures go first")
    #expect(out.allSatisfy { CareOffer.of($0) != nil } && waiting.allSatisfy { CareOffer.of($0) == nil })

    // Nobody has judged anything: no further wave, however long it takes.
    for day in [1, 4, 20] { desk.run(triage, Situation.pass(day, [belief], devices(10_000))) }
    #expect(desk.tickets.count { $0.state != .proposed } == 100)
    let report = triage.campaign(try #require(desk.finding), desk.book, at: Situation.day(20))
    #expect(report.waiting == 9_900)
    #expect(report.reason == "wave 1: 50 of its 100 tickets must be judged or run the new firmware; 0 are")
  }

  @Test func `a wave that helped lets the next out, five times as large, up to the limit a day`() throws {
    let triage = Situation.triage(.send) { $0.waves.limitADay = 60 }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [belief], devices(200)))
    #expect(desk.tickets.count { $0.state == .open } == 10)
    try resolve(&desk, triage, Array(repeating: .confirmed, count: 5), on: 1)
    desk.run(triage, Situation.pass(2, [belief], devices(200)))
    #expect(desk.finding?.campaign?.waves.count == 1, "it is watched for three days")
    desk.run(triage, Situation.pass(3, [belief], devices(200)))
    #expect(desk.tickets.count { $0.wave == 2 } == 50)
    #expect(desk.finding?.history.last?.change == "wave")
    #expect(desk.finding?.history.last?.reason == "50 let out, of at most 50")

    try resolve(&desk, triage, Array(repeating: .confirmed, count: 40), on: 4)
    desk.run(triage, Situation.pass(6, [belief], devices(200)))
    #expect(desk.tickets.count { $0.wave == 3 } == 60, "the limit of a day cuts the wave")
    desk.run(triage, Situation.pass(7, [belief], devices(200)))
    #expect(desk.tickets.count { $0.wave == 3 } == 120)
    desk.run(triage, Situation.pass(7, [belief], devices(200)))
    #expect(desk.tickets.count { $0.wave == 3 } == 120, "deciding again lets no more out")
  }

  @Test func `a wave that was for nothing stops the campaign until an operator lets the next out`() throws {
    let triage = Situation.triage(.send)
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [belief], devices(40)))
    try resolve(&desk, triage, [.confirmed, .confirmed, .noFaultFound, .noFaultFound, .otherCause], on: 1)
    for day in 2...9 { desk.run(triage, Situation.pass(day, [belief], devices(40))) }
    #expect(desk.tickets.allSatisfy { ($0.wave ?? 1) == 1 })
    let finding = try #require(desk.finding)
    let report = triage.campaign(finding, desk.book, at: Situation.day(9))
    #expect(report.waves.first?.standing == .failed)
    #expect(throws: Refusal.self) {
      try triage.release(
        finding, desk.book, isForced: false, reason: nil, at: Situation.day(9), wall: Situation.day(9), actor: "ada")
    }
    let changes = try triage.release(
      finding, desk.book, isForced: true, reason: "bench", at: Situation.day(9), wall: Situation.day(9), actor: "ada")
    for change in changes { desk.take(change) }
    let second = desk.tickets.filter { $0.wave == 2 }
    #expect(second.count == 30 && second.allSatisfy { $0.state == .open && $0.isReleasedByPeople })
  }

  @Test func `new firmware that runs without harm is judgement enough, and one that makes it worse stops`() throws {
    let firmware = Situation.belief(Situation.firmware) {
      $0.fixes = [CohortBelief.Fix(firmware: "4.1.0", probability: 0.97, isClaimedByProfile: true)]
    }
    for (probability, count) in [(0.06, 60), (0.95, 10)] {
      let triage = Situation.triage(.send)
      var desk = Desk()
      desk.run(triage, Situation.pass(0, [firmware], devices(100)))
      let canary = Set(desk.tickets.filter { $0.wave == 1 }.map(\.device))
      #expect(canary.count == 10)
      let updated = devices(100) { _, device in
        guard canary.contains(device.identity.device) else { return }
        device.covariates.firmware = "4.1.0"
        device.probability = Situation.around(probability)
      }
      desk.run(triage, Situation.pass(1, [firmware], updated))
      desk.run(triage, Situation.pass(3, [firmware], updated))
      #expect(desk.tickets.count { $0.wave != nil } == count)
    }
  }

  @Test func `proposals wait for an operator, who pauses, limits and lets waves out`() throws {
    let triage = Situation.triage(.propose)
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [belief], devices(50)))
    #expect(desk.tickets.allSatisfy { $0.state == .proposed && $0.wave == nil })
    func act(_ action: FindingAction) throws {
      let finding = try #require(desk.finding)
      desk.take(.finding(try triage.apply(action, to: finding, at: Situation.day(1), actor: "ada")))
    }
    func release() throws -> Int {
      let changes = try triage.release(
        try #require(desk.finding), desk.book, isForced: false, reason: nil, at: Situation.day(1),
        wall: Situation.day(1), actor: "ada")
      for change in changes { desk.take(change) }
      return changes.count - 1
    }
    try act(.pause(reason: "spares"))
    #expect(throws: Refusal.self) { try release() }
    try act(.resume(reason: nil))
    try act(.limit(4, reason: nil))
    #expect(try release() == 4)
    #expect(throws: Refusal.self) { try release() }
    try act(.limit(100, reason: nil))
    #expect(try release() == 6, "the rest of the canary")
    #expect(
      desk.finding?.history.map(\.change).suffix(6) == ["paused", "resumed", "limited", "wave", "limited", "wave"])
    #expect(desk.tickets.count { $0.isReleasedByPeople && CareOffer.of($0) != nil } == 10)
  }

  @Test func `waves that are off let everything out at once`() {
    let triage = Situation.triage(.send) { $0.waves.isOn = false }
    var desk = Desk()
    desk.run(triage, Situation.pass(0, [belief], devices(300)))
    #expect(desk.tickets.allSatisfy { $0.state == .open })
  }

  @Test func `an acknowledged finding that spreads says so once more`() throws {
    let triage = Situation.triage(.propose)
    var desk = Desk()
    func pass(_ day: Int, _ regions: [Symbol]) -> PassBeliefs {
      Situation.pass(day, [belief], devices(30) { $1.covariates.region = regions[$0 % regions.count] })
    }
    desk.run(triage, pass(0, ["US-FL"]))
    desk.run(triage, pass(1, ["US-FL", "US-CA"]))
    func spread() -> [String?] { desk.finding?.history.filter { $0.change == "spread" }.map(\.to) ?? [] }
    #expect(spread() == [], "nobody had acknowledged it")
    let finding = try #require(desk.finding)
    desk.take(.finding(try triage.apply(.acknowledge(reason: nil), to: finding, at: Situation.day(1), actor: "ada")))
    desk.run(triage, pass(2, ["US-FL", "US-CA"]))
    #expect(spread() == [])
    desk.run(triage, pass(3, ["US-FL", "US-CA", "US-WA"]))
    desk.run(triage, pass(4, ["US-FL", "US-CA", "US-WA"]))
    #expect(spread() == ["region US-WA"], "once")
    #expect(
      desk.finding?.history.last?.reason
        == "10 devices failed this way there; there were fewer than 5 when it was acknowledged on 2025-11-24")
  }
}
