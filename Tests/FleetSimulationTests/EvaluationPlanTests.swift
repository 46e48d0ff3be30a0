import Foundation
import Testing
import Vocabulary

@testable import FleetSimulation

/// Fleets of the evaluation, small ones: what is planted is there, and what must not be taken for it.
@Suite struct EvaluationPlanTests {
  private static let devices = 6000
  /// One seed for each special story.
  static let fleets: [Fleet] = (0..<6).map {
    Fleet(plan: .evaluation(tier: .normal, devices: devices, days: 120, seed: $0))
  }

  @Test func `six seeds in a row plant every story, each of the four chief ones in every fleet`() {
    var stories = Set<PlantedDefect.Story>()
    for fleet in Self.fleets {
      let own = Set(fleet.plan.defects.compactMap(\.story))
      #expect(own.isSuperset(of: [.badBatch, .badFirmware, .batchAndFirmware, .firmwareAndHumidity]))
      stories.formUnion(own)
      #expect(fleet.plan.defects.allSatisfy { (2.5...4).contains($0.relativeRisk) })
      #expect(fleet.batches[0].count == 40 && fleet.plan.products[0].releases.count >= 12)
      // But for the story that is about it, no two defects share a failure mode.
      let modes = fleet.plan.defects.filter { $0.story != .twoInOneMode && $0.story != .componentLot }.map(\.mode)
      #expect(Set(modes).count == modes.count)
    }
    #expect(stories == Set(PlantedDefect.Story.allCases))
  }

  @Test(arguments: 0..<6)
  func `each defect multiplies its devices' onsets by its relative risk, against the same fleet without it`(
    seed: Int
  ) throws {
    let fleet = Self.fleets[seed]
    for (place, defect) in fleet.plan.defects.enumerated() {
      // All days after the change: a small batch has few onsets in a fortnight.
      let effect = try #require(fleet.effect(ofDefect: place, days: 120), "\(defect)")
      let isMislabelled = fleet.plan.mislabelledShare > 0 && defect.kind.needsBatch
      let expected = effect.expectedRatio
      switch defect.kind {
      // From halfway up to the full factor.
      case .earlyWearOut: #expect(expected > 1 + (defect.relativeRisk - 1) / 2 && expected <= defect.relativeRisk)
      default:
        // Of a mislabelled batch, one in twenty is another's.
        let floor = isMislabelled ? 1 + (defect.relativeRisk - 1) * 0.85 : defect.relativeRisk - 1e-9
        #expect(expected <= defect.relativeRisk + 1e-9 && expected >= floor, "\(defect)")
      }
      let ratio = try #require(effect.rateRatio, "\(defect)")
      // 99.9 % of a ratio of two Poisson counts. Frail devices spend more days out of risk, hence a tenth more below.
      let reach = 3.29 * (1 / Double(effect.onsets) + 1 / Double(effect.onsetsWithout)).squareRoot()
      #expect(log(ratio) > log(expected * 0.9) - reach && log(ratio) < log(expected) + reach, "\(defect): \(effect)")
    }
  }

  @Test func `reports tell of a bad firmware's failures as often as its devices have them`() throws {
    let fleet = Self.fleets[1]
    let place = try #require(fleet.plan.defects.firstIndex { $0.story == .badFirmware })
    let defect = fleet.plan.defects[place]
    let version = try #require(defect.firmware)
    let mode = try #require(fleet.plan.products[0].modes.first { $0.id == defect.mode })
    let effect = try #require(fleet.effect(ofDefect: place))
    let first = Int((effect.change.milliseconds - fleet.plan.start.milliseconds) / EventTime.day)
    var shown = (on: 0, reports: 0, elsewhere: 0, others: 0)
    for day in first..<first + 14 {
      for message in fleet.messages(day: day) where message.topic.hasSuffix("/report") {
        let payload = try #require(try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any])
        let events = payload["events"] as? [[String: Any]] ?? []
        let isShown = events.contains {
          $0["type"] as? String == mode.event && $0["count"] as? Int ?? 0 >= mode.threshold
        }
        if payload["firmware"] as? String == version {
          shown.reports += 1
          if isShown { shown.on += 1 }
        } else {
          shown.others += 1
          if isShown { shown.elsewhere += 1 }
        }
      }
    }
    let ratio = Double(shown.on) / Double(shown.reports) / (Double(shown.elsewhere) / Double(shown.others))
    // Symptom days of one episode come together: 1.7 on average, so that the counts spread more than Poisson's.
    let reach = 3.29 * (2.5 / Double(shown.on) + 2.5 / Double(shown.elsewhere)).squareRoot()
    #expect(abs(log(ratio / defect.relativeRisk)) < reach + 0.25, "\(shown) for \(defect)")
    #expect(shown.on > 20)
  }

  @Test func `devices of the batch that dies silently stop reporting more often, and for good`() throws {
    let fleet = Self.fleets[2]
    let defect = try #require(fleet.plan.defects.first { $0.story == .silentBatch })
    for device in fleet.devices {
      guard let day = device.silentFromDay else { continue }
      #expect(device.sent.count(from: day, through: fleet.plan.days - 1) == 0)
    }
    let own = fleet.devices.filter { $0.batch == defect.batch }
    let others = fleet.devices.filter { $0.batch != defect.batch }
    func share(_ devices: [SimulatedDevice]) -> Double {
      Double(devices.count { $0.silentFromDay ?? 0 >= defect.fromDay }) / Double(devices.count)
    }
    #expect(share(own) > 1.5 * share(others))
  }

  @Test func `a regional release is told from its region alone, and runs beside others there`() throws {
    let fleet = Self.fleets[3]
    let release = try #require(fleet.plan.products[0].releases.firstIndex { $0.region != nil })
    let region = try #require(fleet.plan.products[0].releases[release].region)
    var inRegion = (on: 0, off: 0)
    for device in fleet.devices where device.activatedDay < 50 {
      let isOn = (44..<76).contains { device.release(on: $0) == release }
      if fleet.plan.regions[device.region].id == region {
        if isOn { inRegion.on += 1 } else { inRegion.off += 1 }
      } else {
        #expect(!isOn)
      }
    }
    #expect(inRegion.on > 100 && inRegion.off > 20)
  }

  @Test func `one device in twenty of a mislabelled fleet bears another batch's label`() {
    let fleet = Self.fleets[5]
    let wrong = fleet.devices.count { $0.labelledBatch != $0.batch }
    #expect((0.04...0.06).contains(Double(wrong) / Double(fleet.devices.count)))
    #expect(Self.fleets[0].devices.allSatisfy { $0.labelledBatch == $0.batch })
  }

  @Test func `a component lot is three batches with the same defect from the same day`() {
    let lot = Self.fleets[4].plan.defects.filter { $0.story == .componentLot }
    #expect(lot.count == 3 && Set(lot.compactMap(\.batch)).count == 3)
    #expect(Set(lot.map(\.relativeRisk)).count == 1 && Set(lot.map(\.fromDay)).count == 1)
  }

  @Test func `hard fleets have smaller relative risks, null fleets none, and the same troubles`() {
    let hard = FleetPlan.evaluation(tier: .hard, devices: 100, days: 120, seed: 3)
    #expect(hard.defects.count == 5 && hard.defects.allSatisfy { (1.6...2.2).contains($0.relativeRisk) })
    let null = FleetPlan.evaluation(tier: .null, devices: 100, days: 120, seed: 3)
    #expect(null.defects.isEmpty && null.outages.count == hard.outages.count && null.artefacts.count == 2)
    #expect(FleetPlan.evaluation(tier: .null, devices: 100, days: 120, seed: 3, without: [.outages]).outages.isEmpty)
  }

  @Test func `the same seed gives the same bytes and truth`() {
    let plan = FleetPlan.evaluation(tier: .normal, devices: 400, days: 60, seed: 9)
    let (first, second) = (Fleet(plan: plan), Fleet(plan: plan))
    #expect(first.states() == second.states())
    for day in [0, 30, 59] { #expect(first.messages(day: day) == second.messages(day: day)) }
    #expect(first.truth == second.truth)
  }

  @Test func `demonstration devices show a symptom daily and are never updated; clocks are off, most by hours`() {
    let fleet = Self.fleets[0]
    let stuck = fleet.devices.filter { $0.stuckInMode != nil }
    #expect((1...18).contains(stuck.count))
    #expect(stuck.allSatisfy { $0.installs.count == 1 })
    let off = fleet.devices.filter { $0.clockError != 0 }
    #expect(off.count { $0.clockError > EventTime.day } == 5)
    #expect((30...100).contains(off.count))
  }

  @Test func `the oracle's probabilities come true`() {
    let fleet = Self.fleets[1]
    let oracle = FleetOracle(fleet)
    var sum = (expected: 0.0, learnable: 0.0, happened: 0, rows: 0)
    var loss = (oracle: 0.0, learnable: 0.0)
    for day in [40, 60, 80] {
      let asOf = fleet.plan.start + Int64(day) * EventTime.day
      for device in fleet.devices {
        for mode in fleet.plan.products[0].modes {
          guard let answer = oracle.answer(device: device.id, mode: mode.id, asOf: asOf, days: 7) else { continue }
          sum.expected += answer.probability
          sum.learnable += answer.learnable
          loss.oracle -= log(answer.happened ? answer.probability : 1 - answer.probability)
          loss.learnable -= log(answer.happened ? answer.learnable : 1 - answer.learnable)
          sum.happened += answer.happened ? 1 : 0
          sum.rows += 1
        }
      }
    }
    #expect(sum.rows > 50_000)
    // Who doesn't know frailty is right on average, and worse device by device.
    #expect(abs(sum.learnable / sum.expected - 1) < 0.05)
    #expect(loss.learnable > loss.oracle)
    // Devices that fall silent or are away don't tell: some 4 % fewer; 3.3 standard deviations of a Poisson count.
    let spread = 3.3 * sum.expected.squareRoot()
    #expect(Double(sum.happened) < sum.expected + spread && Double(sum.happened) > sum.expected * 0.92 - spread)
  }
}
