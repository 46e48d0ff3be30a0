package import Vocabulary

/// A message to be sent after the commit that caused it: published at the broker, or posted to a webhook. At least once: a
/// crash in between sends it again.
package struct OutgoingMessage: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Tells a device of its care, or that none stands any more.
    case offer
    /// A case as it stands after a change, for whoever listens at the broker.
    case event
    /// The same for one webhook; `topic` says which, its address stands in the configuration.
    case webhook
    /// Asks a device for evidence. Never held back: the evidence goes on being gathered.
    case request
  }

  package var kind: Kind
  package var topic: String
  package var payload: [UInt8]
  package var isRetained: Bool
  /// The device it is about, so that its erasure finds it.
  package var device: String?
  /// The id of the case it is about: what is about one case goes to a webhook in order.
  package var subject: String?
  /// The webhook's name.
  package var webhook: String?
  package var createdAt: EventTime

  /// Stands for the device in the last message about one that was erased: it is needed until it is delivered, and goes then.
  package static let farewell = Erasure.pseudonymPrefix

  package init(
    kind: Kind = .event, topic: String, payload: [UInt8], isRetained: Bool, device: String? = nil,
    subject: String? = nil, webhook: String? = nil, createdAt: EventTime
  ) {
    self.kind = kind
    self.topic = topic
    self.payload = payload
    self.isRetained = isRetained
    self.device = device
    self.subject = subject
    self.webhook = webhook
    self.createdAt = createdAt
  }

  /// Whether the brake stops it. A farewell takes back what an erased device was offered, which is its owner's right.
  package var isHeldByBrake: Bool { kind != .request && device != Self.farewell }
}

/// A message in the outbox, and how its sending went.
package struct OutboxEntry: Sendable, Hashable {
  package var id: Int64
  package var message: OutgoingMessage
  package var deliveredAt: EventTime?
  /// Tries that failed.
  package var attempts: Int
  package var lastError: String?
  /// A webhook's next try.
  package var dueAt: EventTime?
  /// When it was given up: it waits for an operator.
  package var deadAt: EventTime?
}

/// What waits to be sent, of one kind.
package struct OutboxBacklog: Sendable, Hashable {
  package var kind: OutgoingMessage.Kind
  package var count: Int
  package var oldest: EventTime
}
