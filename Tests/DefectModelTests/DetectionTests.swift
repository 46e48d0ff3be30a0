import DefectModel
import Testing
import Vocabulary

/// Planted defects in simulated fleets; the seeds are fixed and stated.
struct DetectionTests {
  private func findings(
    seed: UInt64, devices: Int = 2000, days: Int = 46, effect: @escaping (SimulatedFleet.Situation) -> Double
  ) -> [SimulatedFleet.Raised] {
    let fleet = SimulatedFleet(seed: seed, devices: devices, days: days, effect: effect)
    return SimulatedFleet.findings(in: fleet.run().days, passEvery: 4).findings
  }

  @Test(arguments: [21, 22] as [UInt64])
  func `a batch that fails four times as often is found within two weeks, and nothing else`(seed: UInt64) throws {
    let found = findings(seed: seed) { $0.device.batch == 5 && $0.day >= 20 ? 4 : 1 }
    #expect(found.map(\.cohort) == [Cohort(cause: .batch, batch: SimulatedFleet.batchName(5))])
    let first = try #require(found.first)
    #expect(first.day >= 20 && first.day <= 37)
    #expect(first.belief.rateRatio.low > 1.3)
    let onset = try #require(first.belief.onset)
    #expect(abs(Int(onset.milliseconds / EventTime.day) - 20_020) <= 4)
    #expect(first.belief.attribution.batch > 0.4)
    #expect(Double(first.belief.failures) > 2 * first.belief.expectedFailures)
  }

  @Test(arguments: [31, 32] as [UInt64])
  func `a firmware that fails four times as often is found during its rollout, and nothing else`(seed: UInt64) throws {
    let found = findings(seed: seed) { $0.firmware == 2 ? 4 : 1 }
    #expect(found.map(\.cohort) == [Cohort(cause: .firmware, firmware: SimulatedFleet.firmwareName(2))])
    #expect(try #require(found.first).day <= 29)
  }

  @Test(arguments: [41, 42] as [UInt64])
  func `a firmware that harms one batch only is put down to both`(seed: UInt64) {
    let found = findings(seed: seed, devices: 2500) { $0.firmware == 2 && $0.device.batch == 3 ? 12 : 1 }
    #expect(
      found.map(\.cohort) == [
        Cohort(
          cause: .batchAndFirmware, batch: SimulatedFleet.batchName(3), firmware: SimulatedFleet.firmwareName(2))
      ])
  }

  @Test(arguments: [51, 52] as [UInt64])
  func `a firmware that fails in humid air only is put down to firmware and environment`(seed: UInt64) {
    let found = findings(seed: seed) { $0.firmware == 2 && $0.isHumid ? 8 : 1 }
    #expect(found.map(\.cohort) == [Cohort(cause: .firmwareAndEnvironment, firmware: SimulatedFleet.firmwareName(2))])
  }

  @Test(arguments: 61...64 as ClosedRange<UInt64>)
  func `a fleet without a defect has no finding`(seed: UInt64) {
    #expect(findings(seed: seed, devices: 2500, days: 60) { _ in 1 }.isEmpty)
  }

  @Test func `a firmware on which the same devices are back to normal is named as the fix`() {
    let fleet = SimulatedFleet(seed: 71, devices: 2500, days: 62) { $0.firmware == 2 ? 6 : 1 }
    let last = SimulatedFleet.findings(in: fleet.run().days, passEvery: 10).last.flatMap(\.cohorts)
    let cohort = last.first { $0.cohort.firmware == SimulatedFleet.firmwareName(2) && $0.cohort.cause == .firmware }
    #expect(cohort?.fixes.map(\.firmware) == [SimulatedFleet.firmwareName(3)])
    #expect(cohort?.fixes.first?.isClaimedByProfile == false)
    #expect((cohort?.fixes.first?.probability ?? 0) >= 0.95)
  }

  @Test func `a release that is said to fix a mode is named even before it has data`() {
    var profile = SimulatedFleet.profile
    profile.releases = [.init(version: "3.9.0", fixes: [SimulatedFleet.key.mode])]
    let fleet = SimulatedFleet(seed: 31, devices: 2000, days: 30) { $0.firmware == 2 ? 4 : 1 }
    let found = SimulatedFleet.findings(in: fleet.run().days, profile: profile, passEvery: 5).findings
    #expect(found.first?.belief.fixes == [.init(firmware: "3.9.0", probability: nil, isClaimedByProfile: true)])
  }

  @Test func `a burst that hits everyone in a region raises no finding but an incident`() {
    let fleet = SimulatedFleet(
      seed: 81, devices: 2500, days: 40,
      disturbance: { stratum, day in stratum / 2 == 1 && (25...26).contains(day) ? 40 : 1 })
    let days = fleet.run().days
    let result = SimulatedFleet.findings(in: days, passEvery: 4)
    #expect(result.findings.isEmpty)
    let during = SimulatedFleet.findings(in: Array(days.prefix(27)), passEvery: 27).last.flatMap(\.incidents)
    #expect(Set(during.map(\.region)) == ["R1"])
    #expect(Set(during.map(\.bucket)) == [SimulatedFleet.bucket(25), SimulatedFleet.bucket(26)])
  }

  @Test func `where every device of a batch runs the firmware that nobody else has, the cause is unresolved`() throws {
    let fleet = SimulatedFleet(
      seed: 101, devices: 2500, days: 40, releases: [-1000, -500],
      effect: { $0.device.batch == 4 ? 5 : 1 },
      arrange: { device, _ in device.installs = device.batch == 4 ? [-1000, -500] : [-1000, 10_000] })
    let found = SimulatedFleet.findings(in: fleet.run().days, passEvery: 4).findings
    let only = try #require(found.first)
    #expect(found.count == 1)
    #expect(
      only.cohort
        == Cohort(cause: .unresolved, batch: SimulatedFleet.batchName(4), firmware: SimulatedFleet.firmwareName(1)))
    #expect(Set(only.belief.candidates.map(\.cohort.cause)) == [.batch, .firmware])
    #expect(only.belief.separation?.contains("for 14 days would tell") == true)
  }

  @Test(arguments: [(0.02, [Cause.batch, .batchAndFirmware]), (0.5, [])])
  func `a bad batch nearly all of which runs one firmware is unresolved between itself and the two together`(
    shareOnOther: Double, candidates: [Cause]
  ) throws {
    let fleet = SimulatedFleet(
      seed: 102, devices: 2500, days: 40, releases: [-1000, -500],
      effect: { $0.device.batch == 4 && $0.day >= 9 ? 4 : 1 },
      arrange: { device, generator in
        let isNew = generator.unit() >= (device.batch == 4 ? shareOnOther : 0.5)
        device.installs = isNew ? [-1000, 8] : [-1000, 10_000]
      })
    let found = SimulatedFleet.findings(in: fleet.run().days, passEvery: 4).findings
    let only = try #require(found.first)
    // What is said at first may become certain later, and is of nobody else.
    #expect(found.allSatisfy { $0.cohort.batch == SimulatedFleet.batchName(4) })
    guard !candidates.isEmpty else {
      #expect(found.map(\.cohort) == [Cohort(cause: .batch, batch: SimulatedFleet.batchName(4), firmware: nil)])
      return
    }
    #expect(
      only.cohort
        == Cohort(cause: .unresolved, batch: SimulatedFleet.batchName(4), firmware: SimulatedFleet.firmwareName(1)))
    #expect(Set(only.belief.candidates.map(\.cohort.cause)) == Set(candidates))
    #expect(only.belief.separation?.hasSuffix(" of batch B04 on another firmware, for 14 days would tell") == true)
  }

  @Test(arguments: [0, 0.03])
  func `a batch that turns bad on firmware that it had for weeks is named alone`(shareOnOther: Double) throws {
    let fleet = SimulatedFleet(
      seed: 103, devices: 2500, days: 50, releases: [-1000, -500],
      effect: { $0.device.batch == 4 && $0.day >= 20 ? 4 : 1 },
      arrange: { device, generator in
        device.installs = generator.unit() < shareOnOther ? [-1000, 10_000] : [-1000, -500]
      })
    let found = SimulatedFleet.findings(in: fleet.run().days, passEvery: 4).findings
    #expect(found.map(\.cohort) == [Cohort(cause: .batch, batch: SimulatedFleet.batchName(4), firmware: nil)])
  }

  /// Its gate stays open on what it saw two months ago. Of the few devices that are left on it some fail, and nearly all of these
  /// few failures are some batch's. These seeds had such a finding while a candidate needn't be evident by itself.
  @Test(arguments: [(207, 4, 0.05), (210, nil, 0.01)] as [(UInt64, Int?, Double)])
  func `what is left of a bad firmware once nearly nobody runs it is no new defect`(
    seed: UInt64, batch: Int?, shareLeft: Double
  ) {
    let fleet = SimulatedFleet(
      seed: seed, devices: 2500, days: 110, releases: [-1000, 10, 45],
      effect: { $0.firmware == 1 && (batch == nil || $0.isHumid) ? 5 : 1 },
      arrange: { device, generator in
        let share = batch.map { $0 == device.batch ? shareLeft : 0 } ?? shareLeft
        if generator.unit() < share { device.installs[2] = 10_000 }
      })
    let found = SimulatedFleet.findings(in: fleet.run().days, passEvery: 2).findings
    #expect(found.first?.cohort.firmware == SimulatedFleet.firmwareName(1) && found.first?.cohort.batch == nil)
    #expect(!found.contains { $0.cohort.cause == .unresolved })
  }

  @Test func `a defect that the profile knows is found earlier than without the entry`() throws {
    var profile = SimulatedFleet.profile
    profile.known = [
      .init(mode: SimulatedFleet.key.mode, batch: SimulatedFleet.batchName(5), relativeRisk: 4, probability: 0.5)
    ]
    let days = SimulatedFleet(seed: 21, devices: 2000, days: 40) { $0.device.batch == 5 && $0.day >= 2 ? 4 : 1 }.run()
      .days
    let without = try #require(SimulatedFleet.findings(in: days, passEvery: 2).findings.first)
    let with = try #require(SimulatedFleet.findings(in: days, profile: profile, passEvery: 2).findings.first)
    #expect(with.cohort == Cohort(cause: .batch, batch: SimulatedFleet.batchName(5)))
    #expect(with.day <= without.day)
    #expect(with.belief.known?.probability == 0.5)
  }

  @Test func `device probabilities sum to about what then happens, in the bad batch as in the rest`() {
    let horizon = 14
    let fleet = SimulatedFleet(seed: 111, devices: 3000, days: 64, releases: [-1000, -20]) {
      $0.device.batch == 5 ? 5 : 1
    }
    let simulated = fleet.run()
    let asOf = 64 - horizon
    let model = SimulatedFleet.findings(in: Array(simulated.days.prefix(asOf)), passEvery: 25).model
    for isBad in [true, false] {
      var expected = 0.0
      var observed = 0.0
      for (index, device) in simulated.devices.enumerated() where (device.batch == 5) == isBad {
        let past = simulated.onsets[index].filter { $0 < asOf }
        let covariates = Covariates(
          region: Symbol("R\(device.stratum / 2)"), carrier: Symbol("C\(device.stratum % 2)"),
          batch: SimulatedFleet.batchName(device.batch), firmware: SimulatedFleet.firmwareName(1),
          age: SimulatedFleet.age(asOf - device.activatedDay), weather: .dry)
        let risk = DeviceRisk(
          covariates: covariates, weather: WeatherShares(unknown: 0, dry: 0.6, humid: 0.4), onsets: past.count,
          accruedHazard: model.hazard(SimulatedFleet.key, covariates) * Double(asOf),
          bucketsNotAtRisk: max(0, (past.last ?? -100) + fleet.refractoryDays - asOf))
        expected += model.probability(SimulatedFleet.key, risk, horizonDays: Double(horizon)).mean
        if simulated.onsets[index].contains(where: { $0 >= asOf }) { observed += 1 }
      }
      #expect(abs(expected - observed) < 3 * observed.squareRoot() + 0.1 * observed)
    }
  }
}
