import Foundation
import Rig

/// What goes wrong in a soak, one after the other.
enum SoakFault: String, CaseIterable {
  case killed = "kill -9"
  case brokerStopped = "broker stopped"
  case stoodStill = "SIGSTOP 5 s"
  case reloaded = "5 reloads"
  case stopped = "SIGTERM"
  case stranger = "100 idle connections"
  case garbage = "1 000 broken messages"

  /// Returns once it is over and the daemon is back.
  func happen(to course: SoakCourse) async throws {
    let (broker, daemon) = (course.broker, course.daemon)
    switch self {
    case .killed:
      daemon.kill()
      try await daemon.start(until: ["ready", "degraded", "starting"], within: .seconds(60))
    case .brokerStopped:
      try await broker.stop()
      try await broker.restart()
    case .stoodStill:
      daemon.signal(SIGSTOP)
      let since = ContinuousClock.now
      try await wait(for: "five seconds", within: .seconds(10)) { ContinuousClock.now - since > .seconds(5) }
      daemon.signal(SIGCONT)
    case .reloaded:
      for _ in 0..<5 { daemon.reload() }
    case .stopped:
      try await daemon.stop()
      try await daemon.start(until: ["ready", "degraded", "starting"], within: .seconds(60))
    case .stranger:
      let held = try (0..<100).compactMap { _ in try LocalSocket.connect(toUnix: daemon.socketPath) }
      held.forEach { close($0) }
    case .garbage:
      try await broker.publish(
        lines: Array(repeating: #"{"ts": "#, count: 1000), to: "dt/forewarn/echo-dot-5/G1/report")
    }
  }
}
