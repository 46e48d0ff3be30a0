import Foundation
import Rig
import Testing

/// Whatever ends or interrupts the daemon, nothing is lost and nothing counts twice.
@Suite(.serialized) struct RecoveryTests {
  @Test func `five kills under load leave the same tickets and counts as a run without`() async throws {
    let fleet = try await RecordedFleet.withBadBatch()
    let undisturbed = try JSON(parsing: try await fleet.replay().standardOutput)
    let expected = Tally(replay: undisturbed)
    #expect(expected.received == fleet.messages)

    let site = try await Installation.started(["clock: event"])
    let publisher = try await fleet.beginPublishing(to: site.broker)
    for kill in 1...5 {
      _ = try await site.tally(of: fleet.messages * kill / 6, within: .seconds(60))
      site.daemon.kill()
      #expect(site.daemon.exitStatus == .signal(SIGKILL))
      try await site.daemon.start()
    }
    try await fleet.finish(publisher)
    let tally = try await site.tallyAtRest(of: fleet.messages, applied: expected.applied)
    #expect(tally.applied == expected.applied)
    #expect(tally.late == expected.late)
    // What was committed but not yet acknowledged comes again, and is known.
    #expect(tally.duplicate >= expected.duplicate)
    #expect(tally.quarantined >= expected.quarantined)
    #expect(tally.unconsented >= expected.unconsented)

    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tallyAtRest(of: tally.received + RecordedFleet.devicesThatClose)
    let findings = try await site.cases("finding")
    let tickets = try await site.cases("ticket")
    #expect(!findings.isEmpty && tickets.count > 10)
    expectSame(findings, Installation.byID(undisturbed["findings"]?.items ?? []))
    expectSame(tickets, Installation.byID(undisturbed["tickets"]?.items ?? []))
    #expect(try await site.sql("PRAGMA integrity_check").succeeded().standardOutput == "ok\n")
    #expect(try await site.daemon.stop() == .code(0))
  }

  @Test func `a start finds the evidence as it was left, after a stop as after a kill`() async throws {
    let fleet = try await RecordedFleet(devices: 300, days: 6, seed: 3)
    let site = try await Installation.started(["clock: event"])
    try await fleet.publish(to: site.broker)
    _ = try await site.tally(of: fleet.messages)
    func evidence() async throws -> [String] {
      let cells = "SELECT product, failure_mode, length, start_hour, hex(counts) FROM cell ORDER BY 1, 2, 3, 4"
      let models = "SELECT product, failure_mode, hex(state) FROM model ORDER BY 1, 2"
      let answer = try await site.sql("\(cells); \(models)").succeeded()
      return answer.standardOutput.split(separator: "\n").map(String.init)
    }
    let left = try await evidence()
    #expect(left.count > 50)
    #expect(try await site.daemon.stop() == .code(0))
    try await site.daemon.start()
    #expect(try await evidence() == left)
    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await evidence() == left)
    #expect(!site.daemon.standardError.contains("begun_anew"))
  }

  @Test func `SIGTERM under load ends it in order within ten seconds, and the rest is taken after the start`()
    async throws
  {
    let fleet = try await RecordedFleet(devices: 1000, days: 8, seed: 3)
    let expected = Tally(replay: try JSON(parsing: try await fleet.replay().standardOutput))
    let site = try await queued(fleet)
    for third in 1...2 {
      try await site.daemon.start()
      _ = try await site.tally(of: fleet.messages * third / 3)
      #expect(try await site.daemon.stop(within: .seconds(10)) == .code(0))
      #expect(site.daemon.standardError.contains("stopped"))
    }
    try await site.daemon.start()
    let tally = try await site.tallyAtRest(of: fleet.messages, applied: expected.applied)
    #expect(tally.applied == expected.applied)
    #expect(tally.late == expected.late)
  }

  @Test func `a broker that restarts in the middle of the stream costs nothing`() async throws {
    let fleet = try await RecordedFleet(devices: 1000, days: 8, seed: 3)
    let expected = Tally(replay: try JSON(parsing: try await fleet.replay().standardOutput))
    let site = try await queued(fleet)
    try await site.daemon.start()
    _ = try await site.tally(of: fleet.messages / 4)
    try await site.broker.stop()
    try await wait(for: "status says that the broker is gone", within: .seconds(10)) {
      try await site.daemon.status().map { !$0.broker.connected && $0.state == "degraded" } ?? false
    }
    #expect(try await site.daemon.forewarn("status").status == 1)
    try await site.broker.restart()
    #expect(try await site.daemon.forewarn("wait", "ready", "--timeout", "30s").status == 0)
    let tally = try await site.tallyAtRest(of: fleet.messages, applied: expected.applied)
    #expect(tally.applied == expected.applied)
    #expect(tally.late == expected.late)
    #expect(try await site.json("status")["broker"]?["reconnects"] == .number(1))
  }

  @Test func `profiles change under load without a loss, and faulty ones are refused until they are mended`()
    async throws
  {
    let fleet = try await RecordedFleet(devices: 1000, days: 8, seed: 3)
    let expected = Tally(replay: try JSON(parsing: try await fleet.replay().standardOutput))
    let profiles = try ScratchFolder()
    try profiles.takeShippedProfiles()
    let site = try await queued(fleet, profiles: profiles.path)
    try await site.daemon.start()
    let shipped = try await site.list("profile")
    _ = try await site.tally(of: fleet.messages / 8)

    try profiles.write(Self.lamp, to: "lamp-1.yaml")
    site.daemon.reload()
    try await wait(for: "the new profile is in use", within: .seconds(10)) {
      try await site.list("profile").count == shipped.count + 1
    }
    #expect(try await site.json("profile", "show", "lamp-1")["modes"]?.items.contains(.text("flickers")) == true)

    _ = try await site.tally(of: fleet.messages / 4)
    let faulty = try profiles.write(Self.lamp.replacing("severity: minor", with: "severity: so-so"), to: "lamp-1.yaml")
    site.daemon.reload()
    try await wait(for: "status names the fault", within: .seconds(10)) {
      try await site.daemon.status()?.reasons.contains {
        $0.contains("the last reload was refused") && $0.contains("\(faulty):6:")
      } ?? false
    }
    #expect(try await site.json("status", status: 1)["state"] == .text("degraded"))
    #expect(try await site.list("profile").count == shipped.count + 1)
    let refused = try await site.daemon.forewarn("profile", "reload")
    #expect(refused.status == 2)
    #expect(refused.standardError.contains("\(faulty):6:"))

    try profiles.write(Self.lamp.replacing("Lamp", with: "Bed lamp"), to: "lamp-1.yaml")
    site.daemon.reload()
    try await wait(for: "status is content again", within: .seconds(10)) {
      try await site.daemon.status()?.state == "ready"
    }
    #expect(try await site.json("profile", "show", "lamp-1")["title"] == .text("Bed lamp"))
    #expect(try await site.tallyAtRest(of: fleet.messages) == expected)
  }

  static let lamp = """
    product: lamp-1
    title: Lamp
    modes:
      - id: flickers
        title: Flickers
        severity: minor
        onset: {event: flicker, count: 3}
        bucket: day
        horizon_days: 30
        costs: {failure: 60, patch: 0.5, replacement: 45, diagnose: 2, currency: USD}
    events: [flicker]

    """

  /// A daemon that stands still, for which the broker holds the whole fleet's messages.
  private func queued(_ fleet: RecordedFleet, profiles: String = Installation.shippedProfiles) async throws
    -> Installation
  {
    let site = try await Installation.started(["clock: event"], profiles: profiles, broker: .init(isPersistent: true))
    try await site.daemon.stop()
    try await fleet.publish(to: site.broker)
    return site
  }
}
