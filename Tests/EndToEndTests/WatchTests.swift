import Foundation
import Rig
import Testing

/// `--watch`: a stream of what changes, through a restart of the daemon.
struct WatchTests {
  @Test func `a watched list tells what comes and changes, and outlives a restart`() async throws {
    let site = try await Installation.started(broker: .init(isPersistent: true))
    let folder = try ScratchFolder()
    let watcher = try await ChildProcess.start(
      Executable.built("forewarn"),
      ["device", "list", "--watch", "--every", "0.1", "--socket", site.daemon.socketPath], outputs: folder.path("watch")
    )
    func events() throws -> [JSON] {
      try watcher.standardOutput.split(separator: "\n").map { try JSON(parsing: String($0)) }
    }
    func heard(_ event: String, _ device: String) throws -> JSON? {
      try events().first { $0["event"] == .text(event) && $0["device"] == .text(device) }
    }
    try await site.publish(report(sequence: 1), from: "A1")
    try await wait(for: "the first device is told", within: .seconds(20)) { try heard("added", "A1") != nil }
    try await site.publish(report(sequence: 2), from: "A1")
    try await wait(for: "its change is told", within: .seconds(20)) {
      try heard("changed", "A1")?["reports"] == .number(2)
    }
    try await site.daemon.stop()
    try await wait(for: "the absence is told", within: .seconds(20)) {
      watcher.standardError.contains("waiting for it")
    }
    try await site.daemon.start()
    try await site.publish(report(sequence: 1), from: "A2")
    try await wait(for: "the second device is told", within: .seconds(30)) { try heard("added", "A2") != nil }
    #expect(try events().count { $0["event"] == .text("added") } == 2, "nothing is told twice")
    watcher.endNow()
    _ = try await watcher.exit(within: .seconds(10))

    let refused = try await site.daemon.forewarn("status", "--watch", "-o", "csv")
    #expect(refused.status == 64 && refused.standardError.contains("ndjson"))
    try await site.daemon.stop()
    let absent = try await site.daemon.forewarn("ticket", "watch")
    #expect(absent.status == 3, "what can't be asked at first is an error")
  }
}
