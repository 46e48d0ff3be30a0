import DeviceHistory
import FirmwareProfiles
import FleetSimulation
import Foundation
import Pipeline
import Testing
import Triage
import Vocabulary

/// Whole simulated fleets through the pipeline: what was planted is found, and nothing else.
@Suite(.serialized) struct PlantedDefectTests {
  private struct Raised {
    var findings: [Finding]
    var tickets: [Ticket]
    var counts: FateCounts
  }

  private func run(_ plan: FleetPlan) throws -> (Raised, FleetTruth) {
    let profiles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Firmware-Profiles").path
    var policy = TriagePolicy()
    policy.careMode = .send
    var pipeline = StageLine(
      catalogue: try Catalogue.load(folder: profiles),
      settings: PipelineSettings(history: HistorySettings(clock: .event), policy: policy))
    let fleet = Fleet(plan: plan)
    func take(_ messages: [SimulatedMessage]) {
      for message in messages {
        pipeline.take(
          Delivery(
            topic: message.topic, payload: message.payload, isRetained: message.isRetained, receivedAt: message.time),
          wall: nil)
      }
    }
    take(fleet.states())
    for day in 0..<plan.days { take(fleet.messages(day: day)) }
    pipeline.finish()
    let yield = pipeline.takeYield()
    var findings: [String: Finding] = [:]
    var tickets: [String: Ticket] = [:]
    for change in yield.changes {
      switch change {
      case .finding(let finding): findings[finding.id] = finding
      case .ticket(let ticket): tickets[ticket.id] = ticket
      }
    }
    return (Raised(findings: Array(findings.values), tickets: Array(tickets.values), counts: yield.counts), fleet.truth)
  }

  private static let start = EventTime(milliseconds: 1_748_736_000_000)

  @Test func `both planted defects are found with their cause, and only affected devices get tickets (seed 11)`() throws
  {
    let (raised, truth) = try run(.demo(devices: 2400, days: 75, seed: 11, start: Self.start))
    let confirmed = raised.findings.filter { $0.state == .confirmed }
    #expect(confirmed.count == truth.defects.count)
    for defect in truth.defects {
      let found = confirmed.first {
        $0.product.text == defect.product && $0.failureMode.text == defect.failureMode
          && $0.cohort.cause == defect.cause
          && $0.cohort.batch?.text == defect.batch && $0.cohort.firmware?.text == defect.firmware
      }
      #expect(
        found != nil,
        "\(defect.failureMode) \(defect.batch ?? defect.firmware ?? "") isn't among \(confirmed.map(\.explanation))")
    }
    let affected = Set(truth.defects.flatMap(\.affectedDevices))
    #expect(raised.tickets.filter { !affected.contains($0.device) }.map(\.id) == [])
    #expect(raised.tickets.contains { $0.kind == .replacement } && raised.tickets.contains { $0.kind == .patch })
  }

  @Test(arguments: [21, 22] as [UInt64])
  func `a fleet without defects raises nothing, outages and all`(_ seed: UInt64) throws {
    let (raised, _) = try run(.null(devices: 1600, days: 75, seed: seed, start: Self.start))
    #expect(raised.findings.filter { $0.state != .suspected }.map(\.explanation) == [], "seed \(seed)")
    #expect(raised.tickets.map(\.explanation) == [], "seed \(seed)")
  }
}
