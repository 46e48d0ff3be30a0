import CaseStore
import ControlProtocol
import Vocabulary

/// Messages that couldn't be sent, tried again.
extension Engine {
  /// The message as it stands afterwards; `nil`: there is none of that number. What was delivered stays so.
  func retryOutbox(_ id: Int64) async throws -> OutboxEntry? {
    try await turn {
      guard let entry = try store.outboxEntry(id) else { return nil }
      guard entry.deliveredAt == nil else { return entry }
      guard await commit(fill: { $0.retriedOutbox = [id] }) else { throw ProblemDetails.stopping }
      return try store.outboxEntry(id)
    }
  }

  /// All that was given up; answers how many.
  func retryDeadLetters() async throws -> Int {
    try await turn {
      var filter = OutboxFilter()
      filter.states = [.dead]
      filter.limit = Limits.listItems
      let ids = try store.outbox(filter).map(\.id)
      guard !ids.isEmpty else { return 0 }
      guard await commit(fill: { $0.retriedOutbox = ids }) else { throw ProblemDetails.stopping }
      return ids.count
    }
  }
}
