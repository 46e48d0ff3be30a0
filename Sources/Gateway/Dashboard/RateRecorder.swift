import Dashboard
import ServiceLifecycle
import Synchronization
import Vocabulary

/// Looks at the counters every few seconds, so that a page can show how the intake ran in the last hour.
final class RateRecorder: Service {
  private struct Content {
    var samples: [RateSample] = []
    /// Counters since the start, and the monotonic time they were read at.
    var last: (received: Int, at: Double)?
  }

  private let board: Board
  private let content = Mutex(Content())

  init(board: Board) { self.board = board }

  var samples: [RateSample] { content.withLock { $0.samples } }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while true {
        look()
        // Cancelled at a shutdown.
        do { try await Task.sleep(for: .seconds(RateSample.seconds)) } catch { return }
      }
    }
  }

  func look() {
    let (received, lag) = board.read { ($0.counts.received, $0.lagSeconds) }
    let now = WallClock.monotonicSeconds()
    content.withLock { content in
      if let last = content.last, now > last.at {
        content.samples.append(
          RateSample(
            end: WallClock.now(), messagesASecond: Double(max(received - last.received, 0)) / (now - last.at),
            lagSeconds: lag))
      }
      content.last = (received, now)
      if content.samples.count > RateSample.kept {
        content.samples.removeFirst(content.samples.count - RateSample.kept)
      }
    }
  }
}
