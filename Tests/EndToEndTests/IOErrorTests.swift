import Broker
import Foundation
import Rig
import Testing

/// A medium that fails: libfiu stands between the daemon and the C library, and lets its writes or syncs end with EIO for as
/// long as it is told to.
@Suite(.serialized, .enabled(if: Executable.isInstalled("fiu-ctrl"), "needs the package fiu-utils: make deps"))
struct IOErrorTests {
  private static let preload = "/usr/lib/fiu/fiu_run_preload.so /usr/lib/fiu/fiu_posix_preload.so"

  @Test(arguments: ["posix/io/rw/pwrite", "posix/io/sync/fdatasync"])
  func `while the medium fails nothing is acknowledged, and afterwards nothing is lost`(_ call: String) async throws {
    let folder = try ScratchFolder()
    let pipe = folder.path("fiu")
    let broker = try await Mosquitto.start()
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles,
        environment: ["LD_PRELOAD": Self.preload, "FIU_CTRL_FIFO": pipe, "FIU_ENABLE": ""]))
    let site = Installation(broker: broker, daemon: daemon)
    let process = try #require(daemon.processID)
    let fleet = try Crowd(broker)
    try await fleet.publish(Self.reports(0..<500))
    #expect(try await site.tally(of: 500) == Tally(applied: 500))

    // 5 is EIO.
    try await Self.control("enable name=\(call),failinfo=5", pipe, process)
    try await fleet.publish(Self.reports(500..<3000))
    try await wait(for: "status names the medium", within: .seconds(20)) {
      try await daemon.status()?.reasons.contains {
        $0.contains("nothing is acknowledged") && $0.contains("check the medium")
      } ?? false
    }
    let stuck = try await site.tally(of: 500)
    #expect(stuck.applied == 500)

    try await Self.control("disable name=\(call)", pipe, process)
    #expect(try await site.tally(of: 3000, within: .seconds(60)).applied == 3000)
    try await wait(for: "the daemon is ready again", within: .seconds(10)) {
      try await daemon.status()?.state == "ready"
    }
    let lines = daemon.standardError.split(separator: "\n")
    #expect(lines.count < 20, "\(lines.count) lines")
    try await daemon.stop()
    #expect(try await site.sql("PRAGMA integrity_check").succeeded().standardOutput == "ok\n")
  }

  private static func control(_ command: String, _ pipe: String, _ process: Int32) async throws {
    try await CommandRun.system("fiu-ctrl", ["-f", pipe, "-c", command, "\(process)"]).succeeded()
  }

  private static func reports(_ numbers: Range<Int>) -> [OutgoingPublish] {
    numbers.map { number in
      OutgoingPublish(
        id: Int64(number), topic: "dt/forewarn/echo-dot-5/A\(number % 100)/report",
        payload: Array(report(sequence: number / 100).utf8))
    }
  }
}
