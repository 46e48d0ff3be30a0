package import Vocabulary

/// A message that couldn't be used, whole: so that it can be shown, and taken again after the profile is mended.
package struct QuarantineEntry: Sendable, Hashable {
  /// Given by the store and never used twice; 0 before.
  package var id: Int64
  package var delivery: Delivery
  package var rejection: Rejection
  package var device: String?
  /// When it is worth another try by itself: a `future` message's own time.
  package var dueAt: EventTime?

  package init(
    id: Int64 = 0, delivery: Delivery, rejection: Rejection, device: String? = nil, dueAt: EventTime? = nil
  ) {
    self.id = id
    self.delivery = delivery
    self.rejection = rejection
    self.device = device
    self.dueAt = dueAt
  }

  /// What it takes up of the bound: topic and payload.
  package var bytes: Int { delivery.topic.utf8.count + delivery.payload.count }
}

/// A quarantined message in a list: all but its payload, which may be large.
package struct QuarantineSummary: Sendable, Hashable {
  package var id: Int64
  package var topic: String
  package var rejection: Rejection
  package var device: String?
  package var receivedAt: EventTime
  package var dueAt: EventTime?
  /// Topic and payload.
  package var bytes: Int
}

/// How full quarantine is, and how many messages were dropped for newer ones since the store was made.
package struct QuarantineTotals: Sendable, Hashable {
  package var rows = 0
  package var bytes = 0
  package var dropped = 0

  package init(rows: Int = 0, bytes: Int = 0, dropped: Int = 0) {
    self.rows = rows
    self.bytes = bytes
    self.dropped = dropped
  }
}
