import CDispatch
import Glibc
package import Vocabulary

/// The time of a simulated gateway, and what happens where it would wait for the disk.
package struct SimulatedTime: Sendable {
  package var now: @Sendable () -> EventTime
  package var pause: @Sendable () -> Void

  package init(now: @escaping @Sendable () -> EventTime, pause: @escaping @Sendable () -> Void) {
    self.now = now
    self.pause = pause
  }
}

/// The gateway's own clock: the one place that asks for the time of day.
enum WallClock {
  /// Set for the tasks of a simulation alone: see `SteppedDaemon`.
  @TaskLocal static var simulated: SimulatedTime?

  static func now() -> EventTime {
    if let simulated { return simulated.now() }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return EventTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// For durations: never set back.
  static func monotonicSeconds() -> Double {
    if let simulated { return Double(simulated.now().milliseconds) / 1000 }
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Until something is tried or looked at again. Ends at once when its task is cancelled: the caller looks next whether it
  /// should stop.
  static func pause(seconds: Double) async {
    if let simulated { return simulated.pause() }
    // It throws when it is cancelled, and for nothing else.
    do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
  }
}
