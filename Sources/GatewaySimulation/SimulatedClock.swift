import CUnreliableDisk
import Gateway
import Synchronization
import Vocabulary

/// The gateway's clock, and what happens where the gateway would wait: on a dead disk it gives up, as a killed process does.
final class SimulatedClock: Sendable {
  private struct Content {
    var now = Traits.start
    /// By which the gateway's clock is wrong.
    var error: Int64 = 0
    var daemon: SteppedDaemon?
  }
  private let content = Mutex(Content())

  var gateway: EventTime { content.withLock { $0.now + $0.error } }

  func pass(_ milliseconds: Int64) { content.withLock { $0.now = $0.now + milliseconds } }
  func setGateway(by milliseconds: Int64) { content.withLock { $0.error += milliseconds } }
  func watch(_ daemon: SteppedDaemon?) { content.withLock { $0.daemon = daemon } }

  var simulated: SimulatedTime {
    SimulatedTime(now: { self.gateway }) {
      let daemon = self.content.withLock { $0.daemon }
      if unreliable_disk_is_dead() != 0 { daemon?.giveUp() }
    }
  }
}
