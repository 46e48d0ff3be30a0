import Foundation
import Glibc
import Rig
import Testing

/// Little memory and much to do: back-pressure keeps it within its limit.
struct MemoryLimitTests {
  /// The shipped unit's own limit is higher: it has room for a fleet; here is none.
  private static let megabytes = 96
  private static let group = "/sys/fs/cgroup/memory/forewarn-faults-\(getpid())"
  private static let isPossible =
    geteuid() == 0 && FileManager.default.fileExists(atPath: "/sys/fs/cgroup/memory/memory.limit_in_bytes")

  @Test(.longFault, .enabled(if: isPossible, "needs root and the memory controller of cgroups 1"))
  func `a backlog of a hundred thousand messages is taken within ninety-six megabytes`() async throws {
    try FileManager.default.createDirectory(atPath: Self.group, withIntermediateDirectories: false)
    defer { rmdir(Self.group) }
    try "\(Self.megabytes << 20)".write(
      toFile: "\(Self.group)/memory.limit_in_bytes", atomically: false, encoding: .utf8)
    let site = try await Installation.started(broker: .init(isPersistent: true))
    try await site.daemon.stop()
    let messages = 100_000
    try await Crowd(site.broker, connections: 4).publish(numberedReports(0..<messages, devices: 2000))
    try site.daemon.reconfigure {
      $0.launcher = ["sh", "-c", #"echo $$ > \#(Self.group)/cgroup.procs && exec "$@""#, "sh"]
    }
    try await site.daemon.start()
    let tally = try await site.tally(of: messages, within: .seconds(110))
    #expect(tally == Tally(applied: messages))
    #expect(site.daemon.exitStatus == nil)
    func figure(_ name: String) throws -> Int {
      let text = try String(contentsOfFile: "\(Self.group)/\(name)", encoding: .utf8)
      return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
    }
    let peak = try ProcessUsage.of(try #require(site.daemon.processID)).peakBytes
    let most = try figure("memory.max_usage_in_bytes")
    #expect(most <= Self.megabytes << 20)
    try await site.daemon.stop()
    try FaultReport.measured(
      "\(tally.applied) of \(messages) applied, resident at most \(peak >> 20) MB, not killed", of: "memory limit")
  }
}
