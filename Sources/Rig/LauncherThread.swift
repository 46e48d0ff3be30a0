import Dispatch
import Foundation
import Synchronization

/// The thread that starts every child process, and never ends before its process does.
///
/// A parent-death signal is sent when the *thread* that forked ends. Threads of a pool end when they are idle, which
/// would end brokers and daemons in the middle of a test.
final class LauncherThread: Sendable {
  static let shared = LauncherThread()

  private let jobs = Mutex<[@Sendable () -> Void]>([])
  private let waiting = DispatchSemaphore(value: 0)

  private init() {
    Thread.detachNewThread { [self] in
      while true {
        waiting.wait()
        let job = jobs.withLock { $0.removeFirst() }
        job()
      }
    }
  }

  func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      jobs.withLock { $0.append { continuation.resume(with: Swift.Result { try body() }) } }
      waiting.signal()
    }
  }
}
