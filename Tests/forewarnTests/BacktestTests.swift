import Testing
import Vocabulary

@testable import forewarn

/// What changed profiles would have raised, against what was and how it ended.
struct BacktestTests {
  private static let start = EventTime(seconds: 1_763_856_000)
  private static func day(_ number: Int) -> EventTime { start + Int64(number) * EventTime.day }

  private static func ticket(_ device: String, on day: Int, ended: Int? = nil, _ outcome: Ticket.Outcome? = nil)
    -> Ticket
  {
    var ticket = Ticket(
      id: "T-\(device)", kind: .replacement, state: ended == nil ? .open : .resolved, severity: .major, device: device,
      product: "stick", batch: "W18", firmware: "3.2.0", region: "DE", customer: nil, failureMode: "hdmi", kb: nil,
      probability: .init(Interval(mean: 0.5, low: 0.4, high: 0.6), horizonDays: 30),
      evidence: .init(cohortDeviceDays: nil, cohortFailures: nil, deviceReports: 1), attribution: Attribution(),
      finding: nil,
      remedy: .init(
        type: .replacement, sku: nil, firmware: nil, expectedCost: 1, costOfWaiting: 2, breakEvenProbability: 0.5,
        currency: "USD"), explanation: "", decidedAt: Self.day(day), openedAt: Self.day(day),
      updatedAt: Self.day(ended ?? day), outcome: outcome, episode: 1, mayContact: true)
    if let ended {
      ticket.history = [
        Ticket.Change(at: Self.day(ended), actor: "ada", change: "resolved", from: "open", to: "resolved", reason: nil)
      ]
    }
    return ticket
  }

  private static func finding(_ batch: Symbol, on day: Int?) -> Finding {
    Finding(
      id: "F-\(batch)", state: day == nil ? .suspected : .confirmed, failureMode: "hdmi", product: "stick",
      cohort: Cohort(cause: .batch, batch: batch), rateRatio: Interval(mean: 3, low: 2, high: 4), probability: 0.99,
      attribution: Attribution(), deviceDays: 1, failures: 1, devicesAffected: 1, onset: nil,
      detectedAt: day.map(Self.day), kb: nil, explanation: "", candidates: [], decidedAt: Self.day(day ?? 0),
      openedAt: start, updatedAt: start, episode: 1)
  }

  private static func run(_ findings: [(Symbol, Int?)], _ tickets: [(String, Int)]) -> BacktestRun {
    var run = BacktestRun()
    for (batch, day) in findings { run.add(.finding(finding(batch, on: day))) }
    for (device, day) in tickets { run.add(.ticket(ticket(device, on: day))) }
    return run
  }

  private static let before = run([("W18", 10), ("W19", 12), ("W20", nil)], [("D1", 11), ("D2", 11), ("D3", 11)])
  private static let after = run([("W18", 7), ("W21", 9)], [("D1", 8), ("D2", 14), ("D4", 9)])

  @Test func `findings and tickets are new, gone, earlier or later, with the days between`() {
    let result = Backtest(
      profiles: ["new.yaml"], modesBegunAnew: [], before: Self.before, after: Self.after, closed: nil)
    #expect(result.findings.map { "\($0.batch ?? "") \($0.change)" } == ["W18 earlier", "W19 gone", "W21 new"])
    #expect(result.findings[0].daysEarlier == 3)
    #expect(result.tickets.map { "\($0.device) \($0.change)" } == ["D1 earlier", "D2 later", "D3 gone", "D4 new"])
    #expect(result.tickets[1].daysEarlier == -3 && result.misses)
  }

  @Test func `ended tickets tell what is missed, what was for nothing, and how long before the end`() throws {
    let closed = [
      Self.ticket("D1", on: 11, ended: 20, .confirmed), Self.ticket("D2", on: 11, ended: 12, .confirmed),
      Self.ticket("D3", on: 11, ended: 15, .noFaultFound), Self.ticket("D4", on: 11, ended: 16, .confirmed),
      Self.ticket("D9", on: 11, ended: 16, .declined),
    ]
    let result = Backtest(
      profiles: [], modesBegunAnew: [], before: Self.before, after: Self.after, closed: closed)
    let judged = try #require(result.closed)
    #expect(judged.before.caught == 2 && judged.before.confirmed == 3 && judged.before.falseAlarms == 1)
    #expect(judged.after.caught == 2 && judged.after.falseAlarms == 0 && judged.after.unfounded == 1)
    #expect(judged.missed == ["D2 hdmi"] && judged.gained == ["D4 hdmi"])
    #expect(judged.after.medianLeadDays == 12 && judged.before.medianLeadDays == 9)
  }

  @Test func `the same profiles miss nothing`() {
    let result = Backtest(
      profiles: [], modesBegunAnew: [], before: Self.before, after: Self.before, closed: [])
    #expect(!result.misses && result.findings.allSatisfy { $0.change == .same })
  }

  @Test func `ended tickets are a list or lines, and of a faulty list the fault is told`() throws {
    #expect(try ProfileTest.tickets(in: Array(#"{"items":[]}"#.utf8)).isEmpty)
    #expect(try ProfileTest.tickets(in: Array("\n\n".utf8)).isEmpty)
    let faulty = #expect(throws: DecodingError.self) {
      try ProfileTest.tickets(in: Array(#"{"items":[{"id":"T-1"}]}"#.utf8))
    }
    guard case .keyNotFound(_, let context) = faulty else {
      Issue.record("\(String(describing: faulty))")
      return
    }
    #expect(context.codingPath.first?.stringValue == "items", "not that the list is no ticket")
  }
}
