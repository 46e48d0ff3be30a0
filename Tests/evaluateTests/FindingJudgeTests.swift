import Testing
import Vocabulary

@testable import FleetSimulation
@testable import evaluate

/// Hand-made findings against hand-made truths.
@Suite struct FindingJudgeTests {
  private static let start = EventTime(milliseconds: 1_741_046_400_000)
  private static func day(_ day: Int64) -> EventTime { start + day * EventTime.day }

  private static func planted(
    _ kind: PlantedDefect.Kind, mode: String, batch: String? = nil, firmware: String? = nil
  ) -> FleetTruth.Defect {
    var defect = FleetTruth.Defect(
      kind: kind, story: .badBatch, product: "echo-dot-5", failureMode: mode, cause: kind.cause, batch: batch,
      firmware: firmware, relativeRisk: 3, fixedBy: nil, earliest: day(40), affectedDevices: [], deviceDays: 1000,
      onsets: 30, effect: nil)
    defect.effect = DefectEffect(
      change: day(40), days: 14, onsets: 30, daysAtRisk: 1000, onsetsWithout: 10, daysAtRiskWithout: 1000, rateRatio: 3,
      expectedRatio: 3)
    return defect
  }

  private static let judge = FindingJudge(planted: [
    planted(.badBatch, mode: "reboot-loop", batch: "B1"),
    planted(.badFirmware, mode: "wifi-dropout", firmware: "5.9.0"),
    planted(.batchAndFirmware, mode: "speaker-dropout", batch: "B2", firmware: "5.9.0"),
  ])

  private static func raised(
    _ cohort: Cohort, mode: String, onDay: Int64 = 50, candidates: [Cohort] = []
  ) -> RaisedFinding {
    let time = day(onDay)
    let finding = Finding(
      id: "F-1", state: .confirmed, failureMode: Symbol(mode), product: "echo-dot-5", cohort: cohort,
      rateRatio: Interval(mean: 3, low: 2, high: 4), probability: 0.99, attribution: Attribution(), deviceDays: 1000,
      failures: 30, devicesAffected: 20, onset: nil, detectedAt: time, kb: nil, explanation: "",
      candidates: candidates.map { Finding.CandidateEntry(cohort: $0, probability: 0.5) }, decidedAt: time,
      openedAt: time, updatedAt: time, episode: 1)
    return RaisedFinding(first: finding, detectedAt: time, versions: [finding])
  }

  private func verdict(_ finding: RaisedFinding) -> FindingJudge.Verdict { Self.judge.judge(finding).verdict }

  @Test func `the planted batch under its own cause is exact`() {
    let judgement = Self.judge.judge(Self.raised(Cohort(cause: .batch, batch: "B1"), mode: "reboot-loop"))
    #expect(judgement == FindingJudge.Judgement(verdict: .exact, defect: 0))
  }

  @Test func `the same before the defect began is false`() {
    #expect(verdict(Self.raised(Cohort(cause: .batch, batch: "B1"), mode: "reboot-loop", onDay: 40)) == .unfounded)
  }

  @Test func `another batch, or the batch in another mode, is false`() {
    #expect(verdict(Self.raised(Cohort(cause: .batch, batch: "B2"), mode: "reboot-loop")) == .unfounded)
    #expect(verdict(Self.raised(Cohort(cause: .batch, batch: "B1"), mode: "thermal-shutdown")) == .unfounded)
  }

  @Test func `the right batch or firmware under another cause is misattributed`() {
    let cohorts: [(Cohort, String)] = [
      (Cohort(cause: .batchAndFirmware, batch: "B1", firmware: "5.8.0"), "reboot-loop"),
      (Cohort(cause: .firmwareAndEnvironment, firmware: "5.9.0"), "wifi-dropout"),
      (Cohort(cause: .batch, batch: "B2"), "speaker-dropout"),
      (Cohort(cause: .firmware, firmware: "5.9.0"), "speaker-dropout"),
    ]
    for (cohort, mode) in cohorts { #expect(verdict(Self.raised(cohort, mode: mode)) == .misattributed, "\(cohort)") }
  }

  @Test func `unresolved counts where one of two candidates is the true one`() {
    let cohort = Cohort(cause: .unresolved, batch: "B1", firmware: "5.8.0")
    let batch = Cohort(cause: .batch, batch: "B1")
    let firmware = Cohort(cause: .firmware, firmware: "5.8.0")
    let pair = Cohort(cause: .batchAndFirmware, batch: "B1", firmware: "5.8.0")
    func verdict(_ candidates: [Cohort]) -> FindingJudge.Verdict {
      self.verdict(Self.raised(cohort, mode: "reboot-loop", candidates: candidates))
    }
    #expect(verdict([firmware, batch]) == .unresolved)
    #expect(verdict([firmware, batch, pair]) == .misattributed)
    #expect(verdict([firmware, pair]) == .misattributed)
  }

  @Test func `what was shown a fortnight after the change is the last word until then, or the first if it came later`()
  {
    var finding = Self.raised(Cohort(cause: .batch, batch: "B1"), mode: "reboot-loop", onDay: 45)
    for (onDay, mean) in [(52, 3.5), (60, 5)] as [(Int64, Double)] {
      var version = finding.first
      version.updatedAt = Self.day(onDay)
      version.rateRatio.mean = mean
      finding.versions.append(version)
    }
    #expect(finding.shown(at: Self.day(54)).rateRatio.mean == 3.5)
    #expect(finding.shown(at: Self.day(30)).rateRatio.mean == 3)
  }
}
