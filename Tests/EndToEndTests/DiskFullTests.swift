import Broker
import Foundation
import Rig
import Testing
import Vocabulary

/// A full disk stops the acknowledgements and nothing else; with room again all goes on by itself.
@Suite(.serialized, .enabled(if: SmallDisk.isPossible, "needs root, and a machine where it may mount a tmpfs"))
struct DiskFullTests {
  @Test func `a full disk is told, nothing is lost, and it drains by itself when there is room again`() async throws {
    let broker = try await Mosquitto.start()
    let daemon = try DaemonProcess(.init(brokerURL: broker.url, profiles: Installation.shippedProfiles))
    let disk = try SmallDisk(over: daemon.stateDirectory, megabytes: 48)
    defer { withExtendedLifetime(daemon) { disk.unmount() } }
    try await daemon.start()
    let site = Installation(broker: broker, daemon: daemon)
    let fleet = try Crowd(broker, connections: 2)
    try await fleet.publish(Self.reports(0..<2000))
    #expect(try await site.tally(of: 2000) == Tally(applied: 2000))

    try disk.fill()
    // More than the log's pages that were written before can take once more.
    try await fleet.publish(Self.reports(2000..<40_000))
    try await wait(for: "status says that the disk is full", within: .seconds(20)) {
      try await daemon.status().map {
        $0.state == "degraded" && $0.reasons.contains { $0.contains("nothing is acknowledged: no space left for") }
      } ?? false
    }
    let stuck = try await site.tally(of: 2000)
    #expect(stuck.received < 40_000 && stuck.received == stuck.applied)
    #expect(
      try await site.json("doctor", status: 1)["items"]?.items.contains {
        $0["check"] == .text("disk-space") && $0["state"] == .text("fault")
      } == true)
    // It tries again every few seconds, and doesn't say so each time.
    let since = ContinuousClock.now
    try await wait(for: "some tries were made", within: .seconds(10)) { ContinuousClock.now - since > .seconds(4) }
    #expect(try await site.tally(of: 0) == stuck)
    // It stands still, but that is not to be idle.
    let idle = try await site.daemon.forewarn("wait", "idle", "--timeout", "3")
    #expect(idle.status == 1 && idle.standardError.contains("nothing is acknowledged"))
    #expect(daemon.standardError.split(separator: "\n").count { $0.contains("nothing is acknowledged until") } == 1)

    // Killed in that state it loses nothing either: the broker has it all.
    daemon.kill()
    try await daemon.start(until: ["degraded", "ready", "starting"])
    disk.makeRoom()
    try await wait(for: "the daemon is ready again", within: .seconds(30)) {
      try await daemon.status()?.state == "ready"
    }
    let tally = try await site.tallyAtRest(of: 40_000)
    #expect(tally.applied == 40_000)
    #expect(try await site.list("device").reduce(0) { $0 + Int($1["reports"]?.number ?? 0) } == 40_000)
    #expect(daemon.standardError.split(separator: "\n").count < 20)
    try FaultReport.measured(
      "\(40_000 - tally.applied) of 40000 lost; \(stuck.applied) applied when it was full", of: "disk full")
    try await daemon.stop()
  }

  private static func reports(_ numbers: Range<Int>) -> [OutgoingPublish] {
    numbers.map { number in
      OutgoingPublish(
        id: Int64(number), topic: "dt/forewarn/echo-dot-5/A\(number % 200)/report",
        payload: Array(report(sequence: number / 200).utf8))
    }
  }
}
