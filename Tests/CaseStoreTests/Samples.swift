import CaseStore
import Foundation
import Testing
import Vocabulary

/// A folder for one test's store, removed afterwards.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "casestore-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record("\(path) stays: \(error)") }
  }

  func bytes(of name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)) }
}

func time(_ hours: Int64) -> EventTime { EventTime(milliseconds: 1_763_881_200_000 + hours * EventTime.hour) }

/// A ticket in which every field has a value of its own, the optional ones too.
func fullTicket(
  device: String = "G0911-A", mode: Symbol = "hdmi-cec-failure", state: Ticket.State = .open, episode: Int = 1,
  finding: String? = nil
) -> Ticket {
  Ticket(
    id: CaseID.ticket(DeviceIdentity(product: "stick", device: device), mode: mode, episode: episode),
    kind: .replacement, state: state, severity: .major, device: device, product: "stick", batch: "W18",
    firmware: "3.2.0", region: "US-FL", customer: "c-8842", failureMode: mode, kb: "KB-087",
    probability: .init(Interval(mean: 0.87, low: 0.1 + 0.2, high: 0.92), horizonDays: 30),
    evidence: .init(cohortDeviceDays: 41230.5, cohortFailures: 37, deviceReports: 212),
    attribution: Attribution(batch: 0.91, firmware: 0.03, environment: 0.02, device: 0.01, unknown: 0.03),
    finding: finding,
    remedy: .init(
      type: .replacement, sku: "B0BP9SNVH9", firmware: "3.2.1", expectedCost: 41.2, costOfWaiting: 88,
      breakEvenProbability: 0.41, currency: "USD"),
    explanation: "Plain words, \"quoted\", with ünïcode / and\nlines.", decidedAt: time(0), openedAt: time(1),
    updatedAt: time(2), outcome: state == .resolved || state == .closed ? .noFaultFound : nil,
    history: [
      .init(at: time(1), actor: "forewarnd", change: "opened", from: nil, to: "open", reason: "37 of 40 failed"),
      .init(at: time(2), actor: "uid 1000", change: "note", from: nil, to: nil, reason: nil),
    ],
    episode: episode, mayContact: true)
}

/// A ticket in which everything that may be unknown is.
func sparseTicket(device: String = "G0911-B") -> Ticket {
  var ticket = fullTicket(device: device)
  ticket.kind = .diagnose
  ticket.customer = nil
  ticket.kb = nil
  ticket.evidence = .init(cohortDeviceDays: nil, cohortFailures: nil, deviceReports: 0)
  ticket.remedy.sku = nil
  ticket.remedy.firmware = nil
  ticket.history = []
  ticket.mayContact = false
  return ticket
}

func sampleFinding(
  cohort: Cohort = Cohort(cause: .batch, batch: "W18"), state: Finding.State = .confirmed, episode: Int = 1
) -> Finding {
  Finding(
    id: CaseID.finding(ModeKey(product: "stick", mode: "hdmi-cec-failure"), cohort: cohort, episode: episode),
    state: state, failureMode: "hdmi-cec-failure", product: "stick", cohort: cohort,
    rateRatio: Interval(mean: 3.7, low: 2.9, high: 4.4), probability: 0.998,
    attribution: Attribution(batch: 0.9, unknown: 0.1), deviceDays: 41230.25, failures: 37, devicesAffected: 31,
    onset: time(-48), detectedAt: state == .suspected ? nil : time(0), kb: nil, explanation: "Batch W18 fails more.",
    candidates: [.init(cohort: Cohort(cause: .firmware, firmware: "3.2.0"), probability: 0.02)], decidedAt: time(0),
    openedAt: time(1), updatedAt: time(1), episode: episode,
    history: [.init(at: time(1), actor: "forewarnd", change: "opened", from: nil, to: "confirmed", reason: nil)])
}

func delivery(_ number: Int, device: String = "G0911-A", payload: [UInt8] = Array("{}".utf8)) -> Delivery {
  Delivery(
    topic: "dt/forewarn/stick/\(device)/report", payload: payload, receivedAt: EventTime(milliseconds: Int64(number)))
}

func unit(_ fill: (inout UnitOfWork) -> Void) -> UnitOfWork {
  var unit = UnitOfWork(at: time(10))
  fill(&unit)
  return unit
}
