import DefectModel
import DeviceHistory
import FirmwareProfiles
import FleetSimulation
import Foundation
import Rig
import Vocabulary

/// One step of a message's way alone. Callgrind counts instructions between entry and exit of the functions whose names
/// begin with `counted`; what prepares their input isn't.
enum Step: String, CaseIterable {
  /// Payload → report.
  case decode
  /// Report → the device's record: identity, duplicates, the bucket's tally.
  case history
  /// Evidence → cells, a device, mode and day each.
  case cells
  /// What a closed day costs for each device: record → evidence.
  case closing

  /// Devices of which the reports come.
  static let devices = 1000
  private static let reportsPerDay = 24

  /// - Returns: an exit status.
  func run(_ count: Int) -> Int32 {
    do {
      let catalogue = try Catalogue.load(folder: MeasuredDaemon.profiles)
      guard let product = catalogue.product(named: BenchmarkFleet.product) else {
        throw RigError("no profile of \(BenchmarkFleet.product) in \(MeasuredDaemon.profiles)")
      }
      let fleet = BenchmarkFleet(devices: Self.devices, reportsPerDay: Self.reportsPerDay)
      let identities = (0..<Self.devices).map { DeviceIdentity(product: product, device: "B\($0)") }
      let payloads = Self.payloads(of: fleet, count)
      let decoder = PayloadDecoder()
      if self == .decode {
        let decoded = Self.countedDecoding(payloads, identities, decoder, catalogue)
        guard decoded == count else { throw RigError("\(decoded) of \(count) reports were decoded") }
        return 0
      }
      let reports = try Self.decode(payloads, identities, decoder, catalogue)
      var history = FleetHistory(profiles: catalogue.profiles, settings: HistorySettings(clock: .event))
      for (device, identity) in identities.enumerated() {
        var payload: [UInt8] = []
        fleet.writeState(of: device, into: &payload)
        guard case .success(let facts) = decoder.facts(payload, of: identity) else {
          throw RigError("a state was refused")
        }
        _ = history.learn(facts, of: identity)
      }
      let applied = Self.admitted(&history, reports, identities, isCounted: self == .history)
      guard applied == count else { throw RigError("\(applied) of \(count) reports were applied") }
      if self == .history { return 0 }
      let day = Bucket(holding: BenchmarkFleet.start, length: .day)
      let evidence = self == .closing ? Self.countedClosing(&history, day) : Self.closed(&history, day)
      guard !evidence.isEmpty else { throw RigError("the closed day gave no evidence") }
      if self == .closing { return 0 }
      // What the runtime looks up once in a process isn't the step's.
      var other = HazardModel(profiles: catalogue.profiles)
      for one in evidence { other.learn(one) }
      var model = HazardModel(profiles: catalogue.profiles)
      Self.countedCells(&model, evidence)
      print("\(evidence.count)")
      return 0
    } catch {
      Narration.complain("\(error)")
      return 2
    }
  }

  private static func payloads(of fleet: BenchmarkFleet, _ count: Int) -> [[UInt8]] {
    (0..<count).map { number in
      var payload: [UInt8] = []
      fleet.writeReport(of: number % devices, slot: number / devices, into: &payload)
      return payload
    }
  }

  private static func decode(
    _ payloads: [[UInt8]], _ identities: [DeviceIdentity], _ decoder: PayloadDecoder, _ catalogue: Catalogue
  ) throws -> [Report] {
    try payloads.enumerated().map { number, payload in
      let decoded = decoder.reports(payload, of: identities[number % devices], catalogue: catalogue)
      guard case .report(let report) = decoded[0] else { throw RigError("a report was refused: \(decoded[0])") }
      return report
    }
  }

  @inline(never)
  private static func countedDecoding(
    _ payloads: [[UInt8]], _ identities: [DeviceIdentity], _ decoder: PayloadDecoder, _ catalogue: Catalogue
  ) -> Int {
    var reports = 0
    for (number, payload) in payloads.enumerated() {
      for case .report in decoder.reports(payload, of: identities[number % devices], catalogue: catalogue) {
        reports += 1
      }
    }
    return reports
  }

  private static func admitted(
    _ history: inout FleetHistory, _ reports: [Report], _ identities: [DeviceIdentity], isCounted: Bool
  ) -> Int {
    isCounted ? countedAdmission(&history, reports, identities) : admission(&history, reports, identities)
  }

  @inline(never)
  private static func countedAdmission(
    _ history: inout FleetHistory, _ reports: [Report], _ identities: [DeviceIdentity]
  ) -> Int { admission(&history, reports, identities) }

  @inline(__always)
  private static func admission(
    _ history: inout FleetHistory, _ reports: [Report], _ identities: [DeviceIdentity]
  ) -> Int {
    var applied = 0
    for (number, report) in reports.enumerated() {
      let identity = identities[number % devices]
      history.hear(report.time, of: identity)
      if case .applied = history.admit(report, of: identity) { applied += 1 }
    }
    return applied
  }

  @inline(never)
  private static func countedClosing(_ history: inout FleetHistory, _ day: Bucket) -> [Evidence] {
    closed(&history, day)
  }

  @inline(__always)
  private static func closed(_ history: inout FleetHistory, _ day: Bucket) -> [Evidence] {
    var evidence: [Evidence] = []
    history.close(day) { evidence.append($0) }
    return evidence
  }

  @inline(never)
  private static func countedCells(_ model: inout HazardModel, _ evidence: [Evidence]) {
    for one in evidence { model.learn(one) }
  }
}
