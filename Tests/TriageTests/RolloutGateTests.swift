import Testing
import Triage
import Vocabulary

/// Go, hold or stop, from findings, fits and exposure.
struct RolloutGateTests {
  let firmware: Symbol = "3.3.0"

  func reading(
    _ ratio: Interval?, worse: Double?, rate: Double = 0.01, missing: Double = 0
  ) -> RolloutGate.Reading {
    RolloutGate.Reading(
      mode: Situation.profile.modes[0], deviceDays: 5000, onsets: 50, expectedOnsets: 50, baseRatePerDay: rate,
      ratio: ratio, probabilityNormal: worse.map { 1 - $0 }, probabilityWorse: worse, missingDeviceDays: missing)
  }

  func finding(_ state: Finding.State, _ cohort: Cohort) throws -> Finding {
    var desk = Desk()
    desk.run(Situation.triage(), Situation.pass(0, [Situation.belief(cohort)]))
    var finding = try #require(desk.finding)
    finding.state = state
    return finding
  }

  @Test func `enough exposure without an excess is go`() {
    let gate = RolloutGate(
      firmware: firmware, findings: [], readings: [reading(Interval(mean: 1, low: 0.85, high: 1.18), worse: 0.01)])
    #expect(gate.verdict == .go && gate.missingDeviceDays == nil)
    #expect(gate.reasons.first?.text.contains("50 onsets in 5000 device-days") == true)
  }

  @Test func `too little exposure holds and says how much is missing, but not for a mode too rare to matter`() {
    let wide = Interval(mean: 1.1, low: 0.5, high: 2.4)
    let held = RolloutGate(firmware: firmware, findings: [], readings: [reading(wide, worse: 0.3, missing: 1234.5)])
    #expect(held.verdict == .hold && held.missingDeviceDays == 1234.5)
    #expect(held.reasons.first?.text.contains("1235 device-days more would tell") == true)
    let rare = RolloutGate(
      firmware: firmware, findings: [], readings: [reading(wide, worse: 0.3, rate: 1e-5, missing: 9e6)])
    #expect(rare.verdict == .go && rare.missingDeviceDays == nil)
    let alone = RolloutGate(firmware: firmware, findings: [], readings: [reading(nil, worse: nil, missing: 700)])
    #expect(alone.verdict == .hold && alone.missingDeviceDays == 700)
  }

  @Test func `an excess that is certain stops`() {
    let gate = RolloutGate(
      firmware: firmware, findings: [], readings: [reading(Interval(mean: 2, low: 1.6, high: 2.5), worse: 0.999)])
    #expect(gate.verdict == .stop)
  }

  @Test
  func `a confirmed finding that names the firmware stops, a suspected or unresolved one holds, others don't count`()
    throws
  {
    func verdict(_ finding: Finding) -> RolloutGate.Verdict {
      RolloutGate(firmware: firmware, findings: [finding], readings: []).verdict
    }
    let own = Cohort(cause: .firmware, firmware: firmware)
    #expect(verdict(try finding(.confirmed, own)) == .stop)
    #expect(verdict(try finding(.known, own)) == .stop)
    #expect(verdict(try finding(.suspected, own)) == .hold)
    #expect(verdict(try finding(.cleared, own)) == .go)
    #expect(verdict(try finding(.confirmed, Cohort(cause: .unresolved, batch: "W18", firmware: firmware))) == .hold)
    #expect(verdict(try finding(.confirmed, Cohort(cause: .batch, batch: "W18"))) == .go)
    #expect(verdict(try finding(.confirmed, Cohort(cause: .firmware, firmware: "3.2.0"))) == .go)
  }
}
