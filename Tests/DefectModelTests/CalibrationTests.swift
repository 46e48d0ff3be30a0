import Testing
import Vocabulary

@testable import DefectModel

struct CalibrationTests {
  /// `count` forecasts of `probability`, `came` of which had an onset.
  private static func tally(_ entries: [(probability: Double, count: Int, came: Int)]) -> CalibrationTally {
    var tally = CalibrationTally()
    for entry in entries {
      for index in 0..<entry.count { tally.settle(tally.forecast(entry.probability), came: index < entry.came) }
    }
    return tally
  }

  private static func hazard(_ probability: Double) -> Double { -logarithmOfOnePlus(-probability) }

  private static func calibrated(_ probability: Double, _ map: CalibrationMap) -> Double {
    let hazard = hazard(probability)
    return 1 - exponential(-hazard * map.factor(hazard))
  }

  @Test func `a bin is a third of a doubling of the cumulative hazard`() {
    #expect(CalibrationTally.bin(of: 0.5) == 59)
    #expect(CalibrationTally.bin(of: 0) == 1)
    #expect(CalibrationTally.bin(of: 1) == 64)
    #expect(CalibrationTally.bin(of: 1 - 0.25) == CalibrationTally.bin(of: 0.5) + 3)
  }

  @Test func `a hundred forecasts of a tenth with twenty onsets become 0.177`() {
    let map = CalibrationMap(Self.tally([(0.1, 100, 20)]))
    #expect(abs(Self.calibrated(0.1, map) - 23.0 / 130) < 1e-9)
    #expect(abs(map.factor(Self.hazard(0.1)) - 1.85) < 0.005)
  }

  @Test func `without settled forecasts nothing changes`() {
    var tally = CalibrationTally()
    for _ in 0..<1000 { _ = tally.forecast(0.2) }
    #expect(CalibrationMap(tally) == .identity)
    #expect(CalibrationMap(tally).factor(0.3) == 1)
  }

  @Test func `forecasts that were right hardly change, and those that were off come close`() {
    let right = CalibrationMap(Self.tally([(0.001, 100_000, 100), (0.01, 10_000, 100), (0.1, 1000, 100)]))
    for probability in [0.001, 0.003, 0.01, 0.03, 0.1] {
      #expect(abs(Self.calibrated(probability, right) / probability - 1) < 0.02)
    }
    let twice = CalibrationMap(Self.tally([(0.001, 100_000, 200), (0.01, 10_000, 200), (0.1, 1000, 200)]))
    for probability in [0.001, 0.01, 0.1] {
      #expect(abs(Self.calibrated(probability, twice) / (2 * probability) - 1) < 0.03)
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `the recalibrated probability never falls as the forecast rises`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let entries = (0..<12).map { _ in
      let count = Int.random(in: 1...300, using: &generator)
      return (
        probability: Double.random(in: 0.0001...0.95, using: &generator), count: count,
        came: Int.random(in: 0...count, using: &generator)
      )
    }
    let map = CalibrationMap(Self.tally(entries))
    // At the bins' means; between them the straight line in ln Λ may not fall either.
    let means = Self.tally(entries).values.filter { $0.settled > 0 }.map(\.mean).sorted()
    let images = means.map { Self.calibrated($0, map) }
    for (lower, upper) in zip(images, images.dropFirst()) { #expect(upper >= lower * (1 - 1e-9)) }
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `tallies of shards add up to that of all, whatever the order`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var forecasts = (0..<500).map { _ in
      (Double.random(in: 0...1, using: &generator), Bool.random(using: &generator))
    }
    var whole = CalibrationTally()
    for (probability, came) in forecasts { whole.settle(whole.forecast(probability), came: came) }
    forecasts.shuffle(using: &generator)
    var shards = [CalibrationTally](repeating: CalibrationTally(), count: 7)
    for (index, (probability, came)) in forecasts.enumerated() {
      shards[index % 7].settle(shards[index % 7].forecast(probability), came: came)
    }
    let merged = shards.reversed().reduce(into: CalibrationTally()) { $0 += $1 }
    #expect(merged == whole)
  }

  @Test func `forecasts come back from the store, and a mode that is begun anew has none`() throws {
    var model = HazardModel(profiles: [SimulatedFleet.profile])
    model.learn(Self.tally([(0.1, 100, 20), (0.9, 3, 3)]), of: SimulatedFleet.key)
    var other = HazardModel(profiles: [SimulatedFleet.profile])
    try other.restoreState(mode: SimulatedFleet.key, blob: model.state(of: SimulatedFleet.key))
    #expect(other.calibration(of: SimulatedFleet.key) == model.calibration(of: SimulatedFleet.key))
    #expect(other.calibration(of: SimulatedFleet.key).table.map(\.count) == [100, 3])

    let risk = DeviceRisk(covariates: Covariates())
    let horizon = SimulatedFleet.profile.modes[0].horizonDays
    let plain = HazardModel(profiles: [SimulatedFleet.profile]).probability(
      SimulatedFleet.key, risk, horizonDays: horizon)
    let recalibrated = other.probability(SimulatedFleet.key, risk, horizonDays: horizon)
    #expect(recalibrated == model.probability(SimulatedFleet.key, risk, horizonDays: horizon))
    #expect(recalibrated.mean > plain.mean)

    // Of another horizon they say nothing.
    var longer = SimulatedFleet.profile
    longer.modes[0].horizonDays = horizon * 2
    _ = other.replaceProfiles([longer], begunAnew: [])
    #expect(other.calibration(of: SimulatedFleet.key).isEmpty)
    let fresh = HazardModel(profiles: [longer])
    #expect(
      other.probability(SimulatedFleet.key, risk, horizonDays: horizon * 2)
        == fresh.probability(SimulatedFleet.key, risk, horizonDays: horizon * 2))
  }

  @Test func `no forecast is made by the prior rate, before five onsets are final`() {
    let fleet = SimulatedFleet(seed: 4, devices: 100, days: 30) { _ in 1 }.run()
    var model = HazardModel(profiles: [SimulatedFleet.profile])
    let risk = DeviceRisk(covariates: Covariates())
    var onsets: [Int] = []
    var made: [Bool] = []
    for (day, evidence) in fleet.days.enumerated() {
      model.learn(contentsOf: evidence)
      onsets.append(evidence.reduce(0) { $0 + Int($1.counts.onsets) })
      let bucket = SimulatedFleet.bucket(day)
      _ = model.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
      made.append(model.forecast(SimulatedFleet.key, risk) != nil)
    }
    // Before the day that holds the end of finality's day: what is final then.
    let final = made.indices.map { day in onsets.prefix(max(0, day - 6)).reduce(0, +) }
    for day in made.indices { #expect(made[day] == (final[day] >= 5), "day \(day), \(final[day]) onsets") }
    // Days on which there was something to go by, and not enough.
    #expect(made.contains(true) && final.contains { (1..<5).contains($0) }, "\(final)")
  }

  @Test func `forecasts of a state before version 5 are left out, and all else is read`() throws {
    var model = HazardModel(profiles: [SimulatedFleet.profile])
    model.learn(Self.tally([(0.1, 100, 20)]), of: SimulatedFleet.key)
    let blob = model.state(of: SimulatedFleet.key)
    #expect(blob[0] == 7)
    var other = HazardModel(profiles: [SimulatedFleet.profile])
    try other.restoreState(mode: SimulatedFleet.key, blob: [4] + blob.dropFirst().dropLast())  // no batch's difference
    #expect(other.calibration(of: SimulatedFleet.key).isEmpty)
    #expect(other.drift(of: SimulatedFleet.key) == model.drift(of: SimulatedFleet.key))
  }
}
