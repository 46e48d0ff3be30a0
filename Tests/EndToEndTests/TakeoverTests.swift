import Foundation
import Rig
import Testing

/// Two daemons with one client id: the broker throws one of them out for the other, each time.
struct TakeoverTests {
  @Test func `two daemons with one client id don't fight faster than once in five seconds, and say what is wrong`()
    async throws
  {
    let broker = try await Mosquitto.start(.init(lines: ["connection_messages true"]))
    let settings = DaemonProcess.Settings(brokerURL: broker.url, profiles: Installation.shippedProfiles)
    let first = try await DaemonProcess.started(settings)
    let second = try DaemonProcess(settings)
    try await second.start(until: ["ready", "degraded", "starting"])

    // The first exchanges are quick: one lost connection can be anything. Then each has understood.
    let quick = 4
    try await wait(for: "they have thrown each other out some times", within: .seconds(60), every: .milliseconds(200)) {
      Self.takeovers(broker).count >= quick + 2
    }
    let times = Self.takeovers(broker)
    let pauses = zip(times.dropFirst(quick), times.dropFirst(quick - 1)).map { $0 - $1 }
    // The broker's log has whole seconds.
    #expect(pauses.allSatisfy { $0 >= 4 }, "\(times)")
    try FaultReport.measured("pauses of \(pauses) s after the first \(quick)", of: "takeover of the client id")

    for daemon in [first, second] {
      try await wait(for: "status names the client id", within: .seconds(30)) {
        try await daemon.status()?.reasons.contains {
          $0.contains("another client uses the client id forewarn") && $0.contains("stop the other one")
        } ?? false
      }
    }
    // With the other one gone the first serves again, undisturbed.
    try await second.stop()
    try await wait(for: "the first is ready", within: .seconds(30)) { try await first.status()?.state == "ready" }
  }

  /// When a connection was closed for another with its client id, in seconds.
  private static func takeovers(_ broker: Mosquitto) -> [Int] {
    broker.log.split(separator: "\n").filter { $0.contains("already connected, closing old connection") }.compactMap {
      Int($0.prefix { $0 != ":" })
    }
  }
}
