import Dispatch
import Synchronization

/// A batch that was handed over: answered once, from any thread, and waited for by one.
final class PendingCommit: Sendable {
  private enum Answer: UInt8, AtomicRepresentable { case none, committed, refused }

  private let answer = Atomic<Answer>(.none)
  private let isAnswered = DispatchSemaphore(value: 0)

  /// Costs nothing to ask.
  var isDone: Bool { answer.load(ordering: .acquiring) != .none }

  func finish(_ isCommitted: Bool) {
    answer.store(isCommitted ? .committed : .refused, ordering: .releasing)
    isAnswered.signal()
  }

  /// Whether it was committed; blocks until that is known. To be asked once.
  func wait() -> Bool {
    isAnswered.wait()
    return answer.load(ordering: .acquiring) == .committed
  }
}
