import Foundation
import Testing
import Vocabulary

@testable import FleetSimulation

private let start = EventTime(milliseconds: 1_748_736_000_000)  // 2025-06-01

/// ln of a ratio of two Poisson counts with its 99.9 % interval (normal approximation, standard error √(1/a + 1/b)).
private func logRatio(_ a: Int, _ b: Int) -> ClosedRange<Double> {
  let ratio = log(Double(a) / Double(b))
  let reach = 3.29 * (1 / Double(a) + 1 / Double(b)).squareRoot()
  return ratio - reach...ratio + reach
}

@Suite struct DefectTruthTests {
  static let planted = Fleet(plan: .demo(devices: 4000, days: 60, seed: 21, start: start))
  static let twin: Fleet = {
    var plan = planted.plan
    plan.defects = []
    return Fleet(plan: plan)
  }()

  /// Onsets and days at risk of the devices that `isUnder` picks, in one fleet.
  private func onsets(
    in fleet: Fleet, mode: String, where isUnder: (SimulatedDevice, Int) -> Bool
  ) -> (onsets: Int, daysAtRisk: Int) {
    var result = (onsets: 0, daysAtRisk: 0)
    for device in fleet.devices {
      let modes = fleet.plan.products[device.product].modes
      var notBefore = Int.min
      for day in max(0, device.activatedDay)..<fleet.plan.days where isUnder(device, day) {
        guard day >= notBefore else { continue }
        result.daysAtRisk += 1
        if device.episodes.contains(where: { modes[$0.mode].id == mode && $0.day == day }) {
          result.onsets += 1
          notBefore = day + 7
        }
      }
    }
    return result
  }

  @Test func `without the defect the twin fleet is the same, device by device`() {
    #expect(Self.planted.states() == Self.twin.states())
    for (left, right) in zip(Self.planted.devices, Self.twin.devices) {
      #expect(left.installs == right.installs)
      #expect(left.sent == right.sent)
    }
    // Messages that no defect touches are the same bytes: those of the two small products.
    func untouched(_ fleet: Fleet) -> [SimulatedMessage] {
      fleet.messages(day: 40).filter { !$0.topic.contains("echo-dot-5") && !$0.topic.contains("fire-tv-stick") }
    }
    #expect(untouched(Self.planted) == untouched(Self.twin))
  }

  @Test func `the bad batch fails at the planted multiple of its twin's rate`() {
    let product = Self.planted.plan.products.firstIndex { $0.product == "fire-tv-stick-4k-max" }
    let bad = Self.planted.plan.batchesPerProduct - 2
    let under = { (device: SimulatedDevice, day: Int) in device.product == product && device.batch == bad }
    let with = onsets(in: Self.planted, mode: "hdmi-cec-failure", where: under)
    // The twin's batch alone has too few onsets to compare with: all its batches, which differ by 10 %.
    let without = onsets(in: Self.twin, mode: "hdmi-cec-failure") { device, _ in device.product == product }
    let ratio = logRatio(with.onsets, without.onsets)
    let exposure = log(Double(with.daysAtRisk) / Double(without.daysAtRisk))
    // Frail devices spend more days in refractory time, so the rate over days at risk falls short of 24 by up to a
    // fifth; the batch's own harmless factor adds ± 20 % (two standard deviations).
    #expect(ratio.upperBound - exposure > log(24 * 0.8))
    #expect(ratio.lowerBound - exposure < log(24 * 1.2))
    #expect(with.onsets > 100)
  }

  @Test func `the bad firmware fails at the planted multiple, and its cure at the ordinary rate`() {
    var plan = FleetPlan.demo(devices: 4000, days: 90, seed: 22, start: start)
    let fleet = Fleet(plan: plan)
    plan.defects = []
    let twin = Fleet(plan: plan)
    func on(_ version: String) -> (SimulatedDevice, Int) -> Bool {
      { device, day in
        let product = plan.products[device.product]
        return product.product == "echo-dot-5" && product.releases[device.release(on: day)].version == version
      }
    }
    for (version, risk) in [("3.2.0", 1.0), ("3.3.0", 6.0), ("3.4.0", 1.0)] {
      let with = onsets(in: fleet, mode: "wifi-dropout", where: on(version))
      let without = onsets(in: twin, mode: "wifi-dropout", where: on(version))
      let ratio = logRatio(with.onsets, without.onsets)
      let exposure = log(Double(with.daysAtRisk) / Double(without.daysAtRisk))
      #expect(ratio.upperBound - exposure > log(risk * 0.85), "\(version): \(with) against \(without)")
      #expect(ratio.lowerBound - exposure < log(risk * 1.05), "\(version): \(with) against \(without)")
    }
  }

  @Test func `every kind of defect touches only the devices and days it names`() {
    for kind in PlantedDefect.Kind.allCases {
      var plan = FleetPlan.null(devices: 1500, days: 60, seed: 5, start: start)
      let twin = Fleet(plan: plan)
      var defect = PlantedDefect(
        kind, product: "echo-dot-5", mode: "speaker-dropout", batch: 11, firmware: "3.3.0", relativeRisk: 40,
        fromDay: 10, untilDay: 50)
      // The batch's devices are a month or two old: what wears them out must begin before they are three.
      defect.wearsFromAgeDays = 20
      plan.defects = [defect]
      let fleet = Fleet(plan: plan)
      let truth = fleet.truth.defects[0]
      #expect(truth.cause == kind.cause)
      #expect((truth.batch != nil) == kind.needsBatch)
      #expect((truth.firmware != nil) == kind.needsFirmware)
      #expect(truth.onsets > 3, "\(kind)")
      let affected = Set(truth.affectedDevices)
      let skipped = Set(fleet.truth.withoutTelemetryConsent + fleet.truth.wrongClocks)
      for (left, right) in zip(fleet.devices, twin.devices) where !affected.contains(left.id) {
        guard !skipped.contains(left.id) else { continue }
        #expect(left.episodes == right.episodes)
      }
    }
  }

  @Test func `the truth names what a gateway should find`() throws {
    let truth = Self.planted.truth
    let batch = try #require(truth.defects.first { $0.cause == .batch })
    #expect(batch.product == "fire-tv-stick-4k-max" && batch.failureMode == "hdmi-cec-failure")
    #expect(batch.batch?.hasPrefix("FTV4KM-2025-W") == true)
    #expect(batch.firmware == nil)
    #expect(batch.affectedDevices.count > 80)
    let firmware = try #require(truth.defects.first { $0.cause == .firmware })
    #expect(firmware.firmware == "3.3.0" && firmware.batch == nil && firmware.fixedBy == "3.4.0")
    // Its canary begins on day 24 of 90.
    #expect(firmware.earliest == start + 16 * EventTime.day)
    let copy = try JSONDecoder().decode(FleetTruth.self, from: JSONEncoder().encode(truth))
    #expect(copy == truth)
  }

  @Test func `a fleet without defects has none in its truth`() {
    let fleet = Fleet(plan: .null(devices: 100, days: 10, seed: 1, start: start))
    #expect(fleet.truth.defects.isEmpty)
    #expect(fleet.truth.outages.count == 2)
  }
}
