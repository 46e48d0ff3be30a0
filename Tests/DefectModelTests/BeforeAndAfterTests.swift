import Testing
import Vocabulary

@testable import DefectModel

/// A firmware that everyone gets on one day: concurrent controls say nothing, the second witness does.
struct BeforeAndAfterTests {
  private static let cohort = Cohort(cause: .firmware, firmware: SimulatedFleet.firmwareName(1))

  private func fleet(
    seed: UInt64, ratio: Double, disturbance: @escaping (Int, Int) -> Double = { _, _ in 1 }
  ) -> SimulatedFleet {
    SimulatedFleet(
      seed: seed, devices: 1500, days: 44, releases: [-1000, 24], rolloutDays: 1,
      effect: { $0.firmware == 1 ? ratio : 1 }, disturbance: disturbance)
  }

  @Test(arguments: [91, 92, 93, 94] as [UInt64])
  func `a rollout to everyone that quadruples failures is found by what the same devices did before`(
    seed: UInt64
  ) throws {
    let found = SimulatedFleet.findings(in: fleet(seed: seed, ratio: 4).run().days, passEvery: 4).findings
    #expect(found.map(\.cohort) == [Self.cohort])
    let belief = try #require(found.first?.belief)
    let before = try #require(belief.before)
    #expect(before.failures > 0 && before.deviceDays > 10_000)
    #expect(belief.controlDeviceDays == 0)
    #expect(belief.rateRatio.low > 1.3 && belief.rateRatio.low < 4 && belief.rateRatio.high > 3)
    #expect(belief.onset == SimulatedFleet.bucket(25).start)
    #expect(belief.candidates.map(\.cohort.cause) == [.firmware, .environment])
  }

  @Test(arguments: [91, 92, 93, 94] as [UInt64])
  func `without the second witness a rollout to everyone never fires`(seed: UInt64) throws {
    let days = fleet(seed: seed, ratio: 6).run().days
    var model = HazardModel(profiles: [SimulatedFleet.profile])
    for (day, evidence) in days.enumerated() {
      model.learn(contentsOf: evidence)
      guard day % 4 == 3 else { continue }
      let bucket = SimulatedFleet.bucket(day)
      _ = model.close(bucket, finalBefore: bucket.end - 7 * EventTime.day)
      let report = try #require(model.report(SimulatedFleet.key))
      #expect(!report.nearGate.contains { $0.isOpen })
    }
  }

  @Test(arguments: 101...108 as ClosedRange<UInt64>)
  func `a sound firmware given to everyone on one day has no finding`(seed: UInt64) {
    #expect(SimulatedFleet.findings(in: fleet(seed: seed, ratio: 1).run().days, passEvery: 4).findings.isEmpty)
  }

  @Test(arguments: [111, 112, 113] as [UInt64])
  func `a region's outage or two bad days after a rollout to everyone are no firmware's doing`(seed: UInt64) {
    let regional = fleet(seed: seed, ratio: 1) { stratum, day in stratum < 2 && day >= 26 && day < 36 ? 8 : 1 }
    #expect(SimulatedFleet.findings(in: regional.run().days, passEvery: 4).findings.isEmpty)
    let brief = fleet(seed: seed, ratio: 1) { _, day in day == 28 || day == 29 ? 8 : 1 }
    #expect(SimulatedFleet.findings(in: brief.run().days, passEvery: 4).findings.isEmpty)
  }

  @Test(arguments: [121, 122] as [UInt64])
  func `a staged rollout has controls, and no witness is asked`(seed: UInt64) {
    let fleet = SimulatedFleet(
      seed: seed, devices: 2500, days: 46, releases: [-1000, 15], rolloutDays: 14, effect: { $0.firmware == 1 ? 4 : 1 })
    let found = SimulatedFleet.findings(in: fleet.run().days, passEvery: 4).findings
    #expect(found.map(\.cohort) == [Self.cohort])
    #expect(found.allSatisfy { $0.belief.before == nil && $0.belief.controlDeviceDays > 0 })
  }
}
