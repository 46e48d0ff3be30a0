import Testing
import Vocabulary

@testable import DefectModel

struct FirmwareComparisonTests {
  private static let key = SimulatedFleet.key

  private func model(_ days: [[Evidence]], shuffledBy seed: UInt64? = nil) -> HazardModel {
    var model = HazardModel(profiles: [SimulatedFleet.profile])
    for (day, evidence) in days.enumerated() {
      var evidence = evidence
      if let seed {
        var generator = SeededGenerator(seed: seed + UInt64(day))
        evidence.shuffle(using: &generator)
      }
      model.learn(contentsOf: evidence)
      let bucket = SimulatedFleet.bucket(day)
      _ = model.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
    }
    return model
  }

  private func comparison(of model: HazardModel, _ first: Int, _ second: Int) throws -> FirmwareComparison {
    try #require(
      model.compare(Self.key, SimulatedFleet.firmwareName(first), SimulatedFleet.firmwareName(second)))
  }

  @Test(arguments: [401, 402] as [UInt64])
  func `a firmware that fails three times as often is worse, and the one before it better`(seed: UInt64) throws {
    let fleet = SimulatedFleet(seed: seed, devices: 3000, days: 32, rate: 0.008) { $0.firmware == 2 ? 3 : 1 }
    let model = model(fleet.run().days)
    let worse = try comparison(of: model, 1, 2)
    #expect(worse.verdict == .worse)
    let ratio = try #require(worse.ratio)
    #expect(ratio.low > 1.5 && ratio.low < 3.3 && ratio.high > 2.7, "\(ratio)")
    let better = try comparison(of: model, 2, 1)
    #expect(better.verdict == .better)
    #expect(abs((better.ratio?.mean ?? 0) * ratio.mean - 1) < 1e-6)
    #expect(better.first == worse.second && better.second == worse.first)
  }

  @Test func `over ten fleets firmware that differs in nothing is hardly ever said to`() throws {
    let verdicts = try (410..<420 as Range<UInt64>).map { seed in
      try comparison(of: model(SimulatedFleet(seed: seed, devices: 800, days: 24).run().days), 1, 2).verdict
    }
    // One in ten is, by a 90 % interval.
    #expect(verdicts.count { $0 == .cannotTell } >= 7, "\(verdicts)")
  }

  @Test func `it is said when a ratio of 1.5 would show`() throws {
    let fleet = SimulatedFleet(seed: 411, devices: 1500, days: 24, rate: 0.008)
    let model = model(fleet.run().days)
    let comparison = try comparison(of: model, 1, 2)
    // Information so far and a day, by hand from the cells as the model shows them.
    var sets: [MatchedKey: [Int32]] = [:]
    for (cell, counts) in model.cells(of: Self.key) {
      let side = [1, 2].firstIndex { cell.covariates.firmware == SimulatedFleet.firmwareName($0) }
      guard let side else { continue }
      sets[MatchedKey(cell), default: [0, 0, 0]][side] += counts.atRisk
      sets[MatchedKey(cell), default: [0, 0, 0]][2] += counts.onsets
    }
    let matched = sets.filter { $0.value[0] > 0 && $0.value[1] > 0 }
    #expect(comparison.sets == matched.count)
    let rate =
      (Double(matched.values.reduce(0) { $0 + $1[2] }) + 4)
      / (Double(matched.values.reduce(0) { $0 + $1[0] + $1[1] })
        + 4 / (try #require(model.model(Self.key)).hazard.rates.product.mean))
    func information(_ isCounted: (Bucket) -> Bool) -> Double {
      matched.reduce(0) { sum, entry in
        let (n, m) = (Double(entry.value[0]), Double(entry.value[1]))
        return isCounted(entry.key.bucket) ? sum + rate * n * 1.5 * m / (n + 1.5 * m) : sum
      }
    }
    let needed = 52.0909 * comparison.overdispersion
    let aDay = information { $0 > SimulatedFleet.bucket(16) } / 7
    let expected = (0...35).first { day in
      information { $0 >= SimulatedFleet.bucket(24 + day - comparison.windowDays) } + Double(day) * aDay >= needed
    }
    #expect(comparison.daysUntilTold == expected)
    #expect((expected ?? 0) > 0)
  }

  private struct MatchedKey: Hashable {
    var bucket: Bucket
    var region: Symbol
    var carrier: Symbol
    var batch: Symbol
    var age: UInt8

    init(_ cell: Cell) {
      bucket = cell.bucket
      region = cell.covariates.region
      carrier = cell.covariates.carrier
      batch = cell.covariates.batch
      age = cell.covariates.age
    }
  }

  @Test func `what the two firmwares are compared by is what plain counting of cells finds`() throws {
    let fleet = SimulatedFleet(seed: 421, devices: 800, days: 26, rate: 0.02)
    let model = model(fleet.run().days)
    let comparison = try comparison(of: model, 1, 2)
    var sets: [MatchedKey: (first: CellCounts, second: CellCounts)] = [:]
    for (cell, counts) in model.cells(of: Self.key) {
      if cell.covariates.firmware == SimulatedFleet.firmwareName(1) {
        sets[MatchedKey(cell), default: (CellCounts(), CellCounts())].first += counts
      } else if cell.covariates.firmware == SimulatedFleet.firmwareName(2) {
        sets[MatchedKey(cell), default: (CellCounts(), CellCounts())].second += counts
      }
    }
    let both = sets.values.filter { $0.first.atRisk > 0 && $0.second.atRisk > 0 }
    let alone = sets.values.filter { $0.first.atRisk == 0 || $0.second.atRisk == 0 }
    #expect(comparison.first.deviceDays == Double(both.reduce(0) { $0 + Int($1.first.atRisk) }))
    #expect(comparison.second.deviceDays == Double(both.reduce(0) { $0 + Int($1.second.atRisk) }))
    #expect(comparison.first.onsets == both.reduce(0) { $0 + Int($1.first.onsets) })
    #expect(comparison.second.onsets == both.reduce(0) { $0 + Int($1.second.onsets) })
    #expect(comparison.first.deviceDaysApart == Double(alone.reduce(0) { $0 + Int($1.first.atRisk) }))
    #expect(comparison.second.onsetsApart == alone.reduce(0) { $0 + Int($1.second.onsets) })
    #expect(comparison.first.onsets > 20 && comparison.first.deviceDaysApart > 0)
  }

  @Test func `a rollout to everyone on one day compares nothing, and that is said`() throws {
    var fleet = SimulatedFleet(seed: 431, devices: 1000, days: 30)
    fleet.rolloutDays = 1
    let comparison = try comparison(of: model(fleet.run().days), 1, 2)
    #expect(comparison.verdict == .notIdentifiable)
    #expect(comparison.ratio == nil && comparison.daysUntilTold == nil)
    #expect(comparison.first.deviceDays == 0 && comparison.first.deviceDaysApart > 0)
  }

  @Test func `a bad batch that has the new firmware first isn't taken for bad firmware`() throws {
    var fleet = SimulatedFleet(seed: 441, devices: 3000, days: 30, rate: 0.006) { $0.device.batch == 5 ? 8 : 1 }
    // The bad batch is updated at once; the others in stages, later.
    fleet.arrange = { device, _ in if device.batch == 5 { device.installs[2] = 10 } }
    let comparison = try comparison(of: model(fleet.run().days), 1, 2)
    let (old, new) = (comparison.first, comparison.second)
    let crude =
      Double(new.onsets + new.onsetsApart) / (new.deviceDays + new.deviceDaysApart)
      / (Double(old.onsets + old.onsetsApart) / (old.deviceDays + old.deviceDaysApart))
    #expect(crude > 1.4)
    let ratio = try #require(comparison.ratio)
    #expect(ratio.low < 1.1 && ratio.high > 0.9 && ratio.mean < 1.4, "\(ratio)")
  }

  @Test func `a burst in a region that has the new firmware first isn't taken for bad firmware`() throws {
    var fleet = SimulatedFleet(
      seed: 451, devices: 3000, days: 30,
      disturbance: { stratum, day in stratum / 2 == 1 && (22...24).contains(day) ? 30 : 1 })
    fleet.arrange = { device, _ in if device.stratum / 2 == 1 { device.installs[2] -= 6 } }
    let ratio = try #require(try comparison(of: model(fleet.run().days), 1, 2).ratio)
    #expect(ratio.low < 1.1 && ratio.high > 0.9 && ratio.mean < 1.4, "\(ratio)")
  }

  @Test func `an outage that nobody announced doesn't hide how bad a firmware is`() throws {
    // For two days in half of the regions everybody fails alike.
    let fleet = SimulatedFleet(seed: 471, devices: 3000, days: 30, rate: 0.006) {
      (20...21).contains($0.day) && $0.device.stratum < 4 ? 60 : $0.firmware == 2 ? 3 : 1
    }
    let model = model(fleet.run().days)
    let ratio = try #require(try comparison(of: model, 1, 2).ratio)
    #expect(ratio.low < 3 && ratio.low > 1.5, "\(ratio)")
    let cells = try #require(model.model(Self.key)?.settled.cells)
    let sets = MatchedSets(cells, first: SimulatedFleet.firmwareName(1), second: SimulatedFleet.firmwareName(2))
    let unweighted = sets.informative.map { set in
      var set = set
      set.weight = 1
      return set
    }
    #expect(MatchedRatio(unweighted).ratio.mean < 0.8 * ratio.mean)
  }

  @Test func `the order of evidence within a bucket changes nothing`() throws {
    let days = SimulatedFleet(seed: 461, devices: 600, days: 24, rate: 0.02).run().days
    let plain = try comparison(of: model(days), 1, 2)
    #expect(try comparison(of: model(days, shuffledBy: 9), 1, 2) == plain)
  }
}
