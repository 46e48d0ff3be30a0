import Testing
import Vocabulary

@testable import DefectModel

struct CalibrationDriftTests {
  @Test func `twenty foretold and sixty come drift`() {
    var drift = CalibrationDrift()
    drift.settle(expected: 20, came: 60, bucketsPerDay: 1)
    #expect(drift.isDrifting)
    #expect(abs(drift.ratio - 63.0 / 23) < 1e-12)
  }

  @Test func `few onsets, and a ratio below two, are no drift`() {
    var few = CalibrationDrift()
    few.settle(expected: 3, came: 12, bucketsPerDay: 1)
    #expect(!few.isDrifting)
    var slight = CalibrationDrift()
    slight.settle(expected: 1000, came: 1700, bucketsPerDay: 1)
    #expect(!slight.isDrifting)
  }

  @Test func `it drifts from a ratio of two on and until one and a half, and nothing flickers between them`() {
    var drift = CalibrationDrift()
    var states: [Bool] = []
    func settle(_ ratio: Double, days: Int) {
      for _ in 0..<days { drift.settle(expected: 40, came: 40 * ratio, bucketsPerDay: 1) }
      states.append(drift.isDrifting)
    }
    settle(1, days: 60)
    settle(1.75, days: 200)
    settle(2.5, days: 200)
    settle(1.75, days: 200)
    settle(1, days: 200)
    #expect(states == [false, false, true, true, false])
    settle(0.3, days: 200)
    settle(0.6, days: 200)
    settle(0.9, days: 200)
    #expect(states.suffix(3) == [true, true, false])
  }

  @Test func `older sums are halved every fortnight, whatever the length of a bucket`() {
    var days = CalibrationDrift()
    days.settle(expected: 100, came: 100, bucketsPerDay: 1)
    for _ in 0..<14 { days.settle(expected: 0, came: 0, bucketsPerDay: 1) }
    #expect(abs(days.expected - 50) < 1e-9)
    var hours = CalibrationDrift()
    hours.settle(expected: 100, came: 100, bucketsPerDay: 24)
    for _ in 0..<(14 * 24) { hours.settle(expected: 0, came: 0, bucketsPerDay: 24) }
    #expect(abs(hours.came - 50) < 1e-9)
  }

  /// Forecasts of a tenth: at first a tenth of them come true, later four tenths.
  private func model() -> HazardModel { HazardModel(profiles: [SimulatedFleet.profile]) }

  private func learn(_ model: inout HazardModel, days: Int, cameOf100: Int) {
    for _ in 0..<days {
      var tally = CalibrationTally()
      for index in 0..<100 { tally.settle(tally.forecast(0.1), came: index < cameOf100) }
      model.learn(tally, of: SimulatedFleet.key)
    }
  }

  @Test
  func `a model whose forecasts come true drifts not, one that stops to be right does, and keeps it over a restart`()
    throws
  {
    var model = model()
    learn(&model, days: 60, cameOf100: 10)
    #expect(try #require(model.drift(of: SimulatedFleet.key)).isDrifting == false)
    learn(&model, days: 14, cameOf100: 60)
    let drift = try #require(model.drift(of: SimulatedFleet.key))
    #expect(drift.isDrifting && drift.ratio > 2)
    #expect(model.report(SimulatedFleet.key)?.drift == drift)
    var restored = HazardModel(profiles: [SimulatedFleet.profile])
    try restored.restoreState(mode: SimulatedFleet.key, blob: model.state(of: SimulatedFleet.key))
    #expect(restored.drift(of: SimulatedFleet.key) == drift)
    // The recalibration learns what the forecasts lack: it ends by itself.
    learn(&model, days: 120, cameOf100: 30)
    #expect(try #require(model.drift(of: SimulatedFleet.key)).isDrifting == false)
  }
}
