import CaseStore
import ControlProtocol
import Vocabulary

/// A message of the outbox as `GET /v1/outbox` shows it.
struct OutboxItem: Encodable, Sendable {
  var id: Int64
  /// `pending`, `held` by the brake, `retrying`, `dead` or `delivered`.
  var state: String
  var kind: String
  @Known var subject: String?
  @Known var webhook: String?
  var topic: String
  var bytes: Int
  var retained: Bool
  var createdAt: String
  @Known var deliveredAt: String?
  var attempts: Int
  @Known var lastError: String?
  /// A webhook's next try.
  @Known var dueAt: String?
  @Known var deadAt: String?

  init(_ entry: OutboxEntry, isBraked: Bool) {
    id = entry.id
    state = Self.state(entry, isBraked: isBraked)
    kind = entry.message.kind.word
    subject = entry.message.subject
    webhook = entry.message.webhook
    topic = entry.message.topic
    bytes = entry.message.payload.count
    retained = entry.message.isRetained
    createdAt = entry.message.createdAt.description
    deliveredAt = entry.deliveredAt?.description
    attempts = entry.attempts
    lastError = entry.lastError
    dueAt = entry.dueAt?.description
    deadAt = entry.deadAt?.description
  }

  private static func state(_ entry: OutboxEntry, isBraked: Bool) -> String {
    if entry.deliveredAt != nil { return "delivered" }
    if entry.deadAt != nil { return "dead" }
    if isBraked, entry.message.isHeldByBrake { return "held" }
    return entry.attempts > 0 ? "retrying" : "pending"
  }

  private enum CodingKeys: String, CodingKey {
    case id, state, kind, subject, webhook, topic, bytes, retained
    case createdAt = "created_at"
    case deliveredAt = "delivered_at"
    case attempts
    case lastError = "last_error"
    case dueAt = "due_at"
    case deadAt = "dead_at"
  }
}
