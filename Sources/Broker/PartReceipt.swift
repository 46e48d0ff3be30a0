import Dispatch
import Synchronization

/// What a handler says of messages that were handed to it, from any thread, one after the other: that it has taken them in,
/// and later whether they are committed. Taken in is also what is answered.
package final class PartReceipt: Sendable {
  private enum Answer: UInt8, AtomicRepresentable { case none, committed, refused }

  private let taken = Atomic(false)
  private let answer = Atomic<Answer>(.none)
  private let becameTaken = DispatchSemaphore(value: 0)
  private let becameAnswered = DispatchSemaphore(value: 0)

  private let onTaken: @Sendable () -> Void
  private let onAnswer: @Sendable (_ isCommitted: Bool) -> Void

  /// The closures are called at the very moment, once each, before anyone who waits knows of it.
  package init(
    onTaken: @escaping @Sendable () -> Void = {}, onAnswer: @escaping @Sendable (_ isCommitted: Bool) -> Void = { _ in }
  ) {
    self.onTaken = onTaken
    self.onAnswer = onAnswer
  }

  /// The next part may be handed over.
  package func take() {
    guard !isTaken else { return }
    onTaken()
    taken.store(true, ordering: .releasing)
    becameTaken.signal()
  }

  package func answer(_ isCommitted: Bool) {
    onAnswer(isCommitted)
    answer.store(isCommitted ? .committed : .refused, ordering: .releasing)
    becameAnswered.signal()
    take()
  }

  /// Cost nothing to ask.
  var isTaken: Bool { taken.load(ordering: .acquiring) }
  var isAnswered: Bool { answer.load(ordering: .acquiring) != .none }

  func waitUntilTaken() {
    while !isTaken { becameTaken.wait() }
  }

  /// Whether it was committed; blocks until that is known.
  func isCommitted() -> Bool {
    while !isAnswered { becameAnswered.wait() }
    return answer.load(ordering: .acquiring) == .committed
  }
}

/// The parts of a batch that were handed over and aren't committed yet: one that is written, and one that is taken in.
struct PartsUnderWay {
  private static let limit = 2

  private var receipts: [PartReceipt] = []
  private var isRefused = false

  /// Whether a part could be handed over without waiting.
  var haveRoom: Bool {
    (receipts.last?.isTaken ?? true) && (receipts.count < PartsUnderWay.limit || receipts[0].isAnswered)
  }

  /// For the part that is handed over now; waits until the handler is ready for it.
  mutating func next() -> PartReceipt {
    while receipts.count >= PartsUnderWay.limit { settleFirst() }
    receipts.last?.waitUntilTaken()
    let receipt = PartReceipt()
    receipts.append(receipt)
    return receipt
  }

  /// Waits for all of them.
  mutating func areCommitted() -> Bool {
    while !receipts.isEmpty { settleFirst() }
    return !isRefused
  }

  private mutating func settleFirst() {
    if !receipts.removeFirst().isCommitted() { isRefused = true }
  }
}
