import Dispatch
import Foundation
import Glibc
import Rig
import Testing

/// The control socket under clients that mean no good: idle ones, half ones, large ones, more than there are descriptors.
@Suite(.serialized) struct SocketMisuseTests {
  @Test func `five hundred idle connections and half a request keep nobody waiting for a second`() async throws {
    let site = try await Installation.started()
    let idle = try Self.connections(500, to: site.daemon.socketPath)
    defer { idle.forEach { close($0) } }
    for descriptor in idle.prefix(50) { Self.say("GET /v1/status HTTP/1.1\r\nHost: fore", to: descriptor) }
    let since = ContinuousClock.now
    #expect(try await site.daemon.request("GET", "/v1/status").status == 200)
    let served = ContinuousClock.now - since
    #expect(served < .seconds(1))
    try await site.publish(report(sequence: 1), from: "A1")
    #expect(try await site.tally(of: 1) == Tally(applied: 1))
    try FaultReport.measured("with 500 connections served after \(served.inSeconds)", of: "500 idle connections")
  }

  @Test func `a request of ten megabytes is answered, and costs little memory`() async throws {
    let site = try await Installation.started()
    let before = try site.residentBytes()
    let body = #"{"reason": ""# + String(repeating: "x", count: 10 << 20) + #""}"#
    let large = try await site.daemon.request("POST", "/v1/tickets/T-1/acknowledge", body: body)
    #expect((400..<500).contains(large.status))
    let grown = try ProcessUsage.of(try #require(site.daemon.processID)).peakBytes - before
    #expect(grown < 120 << 20, "\(grown >> 20) MB")
    let since = ContinuousClock.now
    #expect(try await site.daemon.request("GET", "/v1/status").status == 200)
    try FaultReport.measured(
      "answered \(large.status), at most \(grown >> 20) MB more, the next after \((ContinuousClock.now - since).inSeconds)",
      of: "10 MB request")
  }

  @Test(.longFault) func `without a descriptor left it goes on with its messages, doesn't spin, and recovers`()
    async throws
  {
    let broker = try await Mosquitto.start()
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles, launcher: ["prlimit", "--nofile=100"]))
    let site = Installation(broker: broker, daemon: daemon)
    let process = try #require(daemon.processID)
    let held = try Self.connections(200, to: daemon.socketPath)
    // Nobody gets in now: what it has taken shows in its own files.
    try await Crowd(broker).publish(numberedReports(0..<5000, devices: 100))
    let cpu = try Self.processorSeconds(of: process)
    let since = ContinuousClock.now
    try await wait(for: "five seconds of it", within: .seconds(10)) { ContinuousClock.now - since > .seconds(5) }
    let burnt = (try Self.processorSeconds(of: process) - cpu) / 5
    held.forEach { close($0) }
    let tally = try await site.tally(of: 5000, within: .seconds(40))
    #expect(tally == Tally(applied: 5000))
    #expect(daemon.exitStatus == nil && burnt < 0.7, "\(burnt) of a core")
    #expect(daemon.standardError.split(separator: "\n").count < 200)
    try FaultReport.measured(
      "\(5000 - tally.applied) of 5000 lost, \(Int(burnt * 100)) % of a core meanwhile, recovered",
      of: "no file descriptor left")
  }

  private static func connections(_ count: Int, to path: String) throws -> [Int32] {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = min(limit.rlim_max, 4096)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return try (0..<count).compactMap { _ in try LocalSocket.connect(toUnix: path) }
  }

  private static func say(_ text: String, to descriptor: Int32) {
    _ = Array(text.utf8).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  private static func processorSeconds(of process: Int32) throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    let fields = text.drop { $0 != ")" }.split(separator: " ").dropFirst()
    let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
    return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
