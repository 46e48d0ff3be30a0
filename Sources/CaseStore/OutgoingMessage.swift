package import Vocabulary

/// A message to be published after the commit that caused it. At least once: a crash in between sends it again.
package struct OutgoingMessage: Sendable, Hashable {
  package var topic: String
  package var payload: [UInt8]
  package var isRetained: Bool
  /// The device it is about, so that its erasure finds it.
  package var device: String?
  package var createdAt: EventTime

  /// Stands for the device in the last message about one that was erased: it is needed until it is delivered, and goes then.
  package static let farewell = Erasure.pseudonymPrefix

  package init(topic: String, payload: [UInt8], isRetained: Bool, device: String? = nil, createdAt: EventTime) {
    self.topic = topic
    self.payload = payload
    self.isRetained = isRetained
    self.device = device
    self.createdAt = createdAt
  }
}

/// A message in the outbox, and how its sending went.
package struct OutboxEntry: Sendable, Hashable {
  package var id: Int64
  package var message: OutgoingMessage
  package var deliveredAt: EventTime?
  /// Tries that failed.
  package var attempts: Int
  package var lastError: String?
}
