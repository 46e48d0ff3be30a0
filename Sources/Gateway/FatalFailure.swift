import ServiceLifecycle
import Synchronization

/// Ends the daemon when the engine can't go on: a service like the others, whose end is everybody's.
final class FatalFailure: Service, Sendable {
  private let recorded = Mutex<String?>(nil)
  private let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  var reason: String? { recorded.withLock { $0 } }

  func record(_ reason: String) {
    recorded.withLock { $0 = $0 ?? reason }
    continuation.yield()
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in self.stream { return }
    }
  }
}
