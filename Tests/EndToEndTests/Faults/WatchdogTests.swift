import Foundation
import Glibc
import Rig
import Synchronization
import Testing

/// systemd's side of the watchdog: a socket at which the daemon says that it lives, and its end when it no longer does.
/// `make test-system` sees the same with systemd itself.
struct WatchdogTests {
  @Test func `an engine that hangs is silent to the watchdog, and after a restart nothing is lost`() async throws {
    let folder = try ScratchFolder()
    let ear = try NotificationSocket(path: folder.path("notify"))
    defer { ear.stop() }
    let broker = try await Mosquitto.start()
    let daemon = try DaemonProcess(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles,
        environment: [
          "NOTIFY_SOCKET": folder.path("notify"), "WATCHDOG_USEC": "3000000", "FOREWARN_FAULT": "hang-at-commit:4",
        ]))
    try #require(FileManager.default.createFile(atPath: "\(daemon.stateDirectory)/test-only", contents: nil))
    try await daemon.start()
    let site = Installation(broker: broker, daemon: daemon)
    try await wait(for: "the watchdog is fed", within: .seconds(10)) { ear.lastFed != nil }
    // Each its own batch, one of which is the fourth.
    for sequence in 1...10 { try await site.publish(report(sequence: sequence), from: "A1") }
    try await wait(for: "the watchdog hears nothing for three seconds", within: .seconds(20)) {
      ear.lastFed.map { ContinuousClock.now - $0 > .seconds(3) } ?? false
    }
    let hung = ContinuousClock.now
    // What systemd ends with, after SIGABRT, which writes a backtrace first.
    daemon.kill()
    try await wait(for: "it is gone", within: .seconds(10)) { daemon.exitStatus != nil }
    try daemon.reconfigure { $0.environment = [:] }
    try await daemon.start()
    let back = ContinuousClock.now - hung
    #expect(back < .seconds(5))
    let tally = try await site.tally(ofApplied: 10)
    #expect(tally.applied == 10)
    try FaultReport.measured(
      "silent for 3 s at WatchdogSec=3, back \(back.inSeconds) later, \(10 - tally.applied) of 10 lost",
      of: "engine hangs")
  }
}

/// Hears what `sd_notify` says.
private final class NotificationSocket: Sendable {
  private let descriptor: Int32
  private let fed = Fed()

  /// When the watchdog was fed last.
  var lastFed: ContinuousClock.Instant? { fed.moment.withLock { $0 } }

  init(path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard descriptor >= 0, bound == 0 else { throw RigError("\(path): \(String(cString: strerror(errno)))") }
    Thread.detachNewThread { [descriptor, fed] in
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        if String(decoding: buffer[..<count], as: UTF8.self).contains("WATCHDOG=1") {
          fed.moment.withLock { $0 = .now }
        }
      }
    }
  }

  func stop() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }
}

/// Shared with the thread that listens.
private final class Fed: Sendable {
  let moment = Mutex<ContinuousClock.Instant?>(nil)
}
