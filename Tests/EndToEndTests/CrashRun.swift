import FleetSimulation
import Foundation
import Rig

/// A fleet's whole stream through broker and daemon, while the daemon is killed again and again at random moments: what is
/// left of it at the end.
struct CrashRun {
  let fleet: RecordedFleet
  var kills = 0
  /// A fault built into the daemon: see `FaultSwitch`.
  var fault: String?
  /// How many messages a run without deaths applied; `nil` where that isn't known, or some will be lost.
  var applied: Int?
  var seed: UInt64 = 20_261_126

  struct Outcome {
    var evidence: Evidence
    var integrity: String
    /// How often the daemon was ended by SIGKILL.
    var deaths: Int
  }

  func run() async throws -> Outcome {
    let site = try await started()
    let publisher = try await fleet.beginPublishing(to: site.broker)
    var deaths = 0
    var random = SplitMix(state: seed)
    for moment in (0..<kills).map({ _ in Int.random(in: 1..<fleet.messages, using: &random) }).sorted() {
      try await hasReceived(moment, site)
      site.daemon.kill()
      deaths += 1
      try await site.daemon.start(within: .seconds(60))
    }
    if fault?.hasPrefix("kill-") == true {
      try await wait(for: "the daemon ends itself", within: .seconds(60)) { site.daemon.exitStatus != nil }
      guard site.daemon.exitStatus == .signal(SIGKILL) else { throw RigError(site.daemon.standardError) }
      deaths += 1
      try site.daemon.reconfigure { $0.environment = [:] }
      try await site.daemon.start()
    }
    try await fleet.finish(publisher, within: .seconds(300))
    try await fleet.closeLastBuckets(of: site)
    let tally = try await atTheEnd(site)
    let outcome = Outcome(
      evidence: try await .of(site, tally),
      integrity: try await site.sql("PRAGMA integrity_check").succeeded().standardOutput, deaths: deaths)
    try await site.daemon.stop()
    return outcome
  }

  private func started() async throws -> Installation {
    let broker = try await Mosquitto.start()
    let environment = fault.map { ["FOREWARN_FAULT": $0] } ?? [:]
    let daemon = try DaemonProcess(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles, lines: ["clock: event"],
        environment: environment))
    if fault != nil, !FileManager.default.createFile(atPath: "\(daemon.stateDirectory)/test-only", contents: nil) {
      throw RigError("the marker for faults can't be made")
    }
    try await daemon.start()
    return Installation(broker: broker, daemon: daemon)
  }

  /// Or, where messages get lost, as many as still come.
  private func hasReceived(_ count: Int, _ site: Installation) async throws {
    var last = -1
    var unchanged = 0
    try await wait(for: "\(count) messages are received", within: .seconds(120)) {
      guard let status = try await site.daemon.status() else { throw RigError("gone\n\(site.daemon.standardError)") }
      unchanged = status.messages.received == last ? unchanged + 1 : 0
      last = status.messages.received
      return last >= count || unchanged > 100
    }
  }

  /// Once all has come, some of it twice. The number received can't tell: what came twice counts twice. But the broker keeps
  /// the order, so whoever knows the device that was heard last has heard all before it.
  private func atTheEnd(_ site: Installation) async throws -> Tally {
    let last = RecordedFleet.lastDeviceThatCloses
    try await wait(for: "\(last) is heard", within: .seconds(300), every: .milliseconds(250)) {
      try await CommandRun.built("forewarn", ["--socket", site.daemon.socketPath, "device", "show", last]).status == 0
    }
    let received = fault == "acknowledge-early" ? 0 : fleet.messages + RecordedFleet.devicesThatClose
    return try await site.tallyAtRest(of: received, applied: applied ?? 0)
  }
}
