import Testing
import Vocabulary

@testable import DefectModel

struct ModeReportTests {
  @Test func `calibration, Brier score and log-loss are those of predictions taken one by one`() throws {
    let calibration = try #require(CalibrationReport([(100, 10, 10), (0, 0, 0), (100, 50, 50)]))
    #expect(abs(calibration.brier - 0.17) < 1e-12 && abs(calibration.brierOfBaseRate - 0.21) < 1e-12)
    #expect(calibration.error < 1e-12)
    #expect(calibration.rows.map(\.predicted) == [0.1, 0.5])
    // −(0.1 ln 0.1 + 0.9 ln 0.9 + ln 0.5 …)/2, and of 0.3.
    #expect(abs(calibration.logLoss - (0.325_083 + 0.693_147) / 2) < 1e-6)
    #expect(abs(calibration.logLossOfBaseRate - 0.610_864) < 1e-6)
    #expect(CalibrationReport([]) == nil && CalibrationReport([(0, 0, 0)]) == nil)

    let bins = [(count: 40, expected: 2.0, came: 5), (count: 10, expected: 9.0, came: 6)]
    var brier = 0.0
    var loss = 0.0
    for bin in bins {
      let p = bin.expected / Double(bin.count)
      for index in 0..<bin.count {
        let y = index < bin.came ? 1.0 : 0
        brier += (p - y) * (p - y)
        loss -= logarithm(y == 1 ? p : 1 - p)
      }
    }
    let scores = try #require(CalibrationReport(bins))
    #expect(abs(scores.brier - brier / 50) < 1e-12 && abs(scores.logLoss - loss / 50) < 1e-12)
    #expect(abs(scores.error - (40 * abs(0.05 - 0.125) + 10 * abs(0.9 - 0.6)) / 50) < 1e-12)
    // Wilson's interval of 0 of 10.
    let none = try #require(CalibrationReport([(10, 1, 0)]))
    #expect(none.rows[0].observedLow == 0 && abs(none.rows[0].observedHigh - 0.2129) < 1e-4)
  }

  @Test func `many bins are put together to ten rows of about equal count`() throws {
    var bins: [(count: Int, expected: Double, came: Int)] = []
    for index in 1...60 { bins.append((10 * (index % 7 + 1), Double(index) * 0.1, index % 3)) }
    let report = try #require(CalibrationReport(bins))
    #expect(report.rows.count == 10)
    #expect(report.rows.reduce(0) { $0 + $1.count } == report.count)
    for row in report.rows { #expect(abs(Double(row.count) / Double(report.count) - 0.1) < 0.04) }
    let came = report.rows.reduce(0) { $0 + $1.observed * Double($1.count) }
    #expect(abs(came - Double(bins.reduce(0) { $0 + $1.came })) < 1e-9)
  }

  @Test func `the budget of false findings is that of the threshold, whatever the number of candidates`() {
    let budget = FalseFindings(
      watched: 544, buckets: 7, stakes: 544 * 7, bucketsPerDay: 1, priorProbabilities: [0.5], logThreshold: 15)
    #expect(abs(budget.expectedAtMost - 0.000_958_9) < 1e-6)
    #expect(budget.aYearAtMost == 0.05 && budget.everOfKnownAtMost == 0.025)
    let hours = FalseFindings(
      watched: 3, buckets: 168, stakes: 3 * 168, bucketsPerDay: 24, priorProbabilities: [], logThreshold: 15)
    #expect(abs(hours.expectedAtMost - budget.expectedAtMost) < 1e-12)
    // K suspects with a chance of n / (K B 20) each.
    let threshold = exponential(SequentialTest(processes: [Suspect(batch: "A"): .init()]).threshold(bucketsPerDay: 1))
    #expect(abs(7 / threshold - budget.expectedAtMost) < 1e-9)
  }

  @Test func `a firmware's first days take more of the budget, and the year takes no more`() {
    func budget(of suspect: Suspect, buckets: Int32, last: Int) -> Double {
      let test = SequentialTest(processes: [suspect: .init(buckets: buckets)])
      return FalseFindings(
        watched: 1, buckets: last, stakes: test.stakes(ofLast: last, bucketsPerDay: 1), bucketsPerDay: 1,
        priorProbabilities: [], logThreshold: 0
      ).expectedAtMost
    }
    let (batch, firmware) = (Suspect(batch: "A"), Suspect(firmware: "2.0"))
    #expect(abs(budget(of: batch, buckets: 7, last: 7) - 0.000_958_9) < 1e-6)
    // 42.26 (1 + ½ + … + 1/7) + 7/4 of 7 300.
    #expect(abs(budget(of: firmware, buckets: 7, last: 7) - 0.015_25) < 1e-5)
    #expect(budget(of: firmware, buckets: 200, last: 7) < budget(of: batch, buckets: 200, last: 7))
    for suspect in [batch, firmware] { #expect(abs(budget(of: suspect, buckets: 365, last: 365) - 0.05) < 1e-6) }
    // What hasn't been staked yet isn't counted.
    #expect(budget(of: batch, buckets: 3, last: 7) < budget(of: batch, buckets: 7, last: 7))
  }

  private func model(seed: UInt64, days: Int, effect: @escaping (SimulatedFleet.Situation) -> Double) -> HazardModel {
    let fleet = SimulatedFleet(seed: seed, devices: 2000, days: days, effect: effect)
    return SimulatedFleet.findings(in: fleet.run().days, passEvery: 4).model
  }

  @Test func `a bad batch stands first among the effects and over its gate`() throws {
    let model = model(seed: 21, days: 38) { $0.device.batch == 5 && $0.day >= 15 ? 5 : 1 }
    let report = try #require(model.report(SimulatedFleet.key))
    let batch = Cohort(cause: .batch, batch: SimulatedFleet.batchName(5))
    let first = try #require(report.nearGate.first)
    #expect(first.cohort == batch && first.isOpen)
    #expect(report.nearGate.allSatisfy { $0.logEvidence >= $0.logThreshold / 2 })
    let effect = try #require(report.effects.first)
    #expect(effect.subject == .cohort(batch) && effect.ratio.low > 1.3 && effect.ratio.mean < 6)
    #expect(report.effects.allSatisfy { $0.ratio.low > 1 || $0.ratio.high < 1 })
    #expect(report.falseFindings.watched > 20 && report.falseFindings.buckets == 7)
    // The evidence is what the cells hold, and the rate the fleet's own.
    let cells = model.cells(of: SimulatedFleet.key)
    #expect(report.onsets == cells.reduce(0) { $0 + Int($1.counts.onsets) })
    #expect(report.deviceDays == Double(cells.reduce(0) { $0 + Int($1.counts.atRisk) }))
    #expect(report.baseRate.low < report.baseRate.mean && (0.002...0.008).contains(report.baseRate.mean))
    #expect(report.calibration == nil)
  }

  @Test(arguments: [61, 62] as [UInt64]) func `in a fleet without a defect no gate is open`(seed: UInt64) throws {
    let report = try #require(model(seed: seed, days: 40) { _ in 1 }.report(SimulatedFleet.key))
    #expect(report.nearGate.allSatisfy { !$0.isOpen })
  }

  @Test func `before any evidence a report says so`() throws {
    let report = try #require(HazardModel(profiles: [SimulatedFleet.profile]).report(SimulatedFleet.key))
    #expect(report.onsets == 0 && report.from == nil && report.effects.isEmpty && report.nearGate.isEmpty)
    #expect(report.falseFindings.watched == 0 && report.falseFindings.expectedAtMost == 0)
    #expect(HazardModel(profiles: []).report(SimulatedFleet.key) == nil)
  }

  @Test func `bins have names`() {
    let mode = SimulatedFleet.mode
    #expect(mode.ageLabel(0) == "age unknown" && mode.ageLabel(1) == "age below 30 days")
    #expect(mode.ageLabel(3) == "age 90 to 180 days" && mode.ageLabel(6) == "age from 730 days on")
    #expect(RiskFactor.signalMean("rssi", bins: [-80, -70]).label(2) == "rssi -80 to -70")
    #expect(
      RiskFactor.eventCount("reboot", windowDays: 7, bins: [1, 3]).label(3) == "reboot from 3 times on in 7 days")
    #expect(RiskFactor.since(.install, binsDays: [1]).label(1) == "below 1 days since install")
  }
}
