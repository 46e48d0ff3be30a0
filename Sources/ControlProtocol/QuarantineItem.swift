/// A message that couldn't be used, as `quarantine list` shows it.
package struct QuarantineItem: Hashable, Sendable, Codable {
  package var id: Int64
  package var topic: String
  package var reason: String
  package var detail: String
  package var receivedAt: String
  package var bytes: Int
  @Known package var device: String?

  package init(
    id: Int64, topic: String, reason: String, detail: String, receivedAt: String, bytes: Int, device: String?
  ) {
    self.id = id
    self.topic = topic
    self.reason = reason
    self.detail = detail
    self.receivedAt = receivedAt
    self.bytes = bytes
    self.device = device
  }

  private enum CodingKeys: String, CodingKey {
    case id, topic, reason, detail
    case receivedAt = "received_at"
    case bytes, device
  }
}

/// The same with what was in it, as `quarantine show` shows it.
package struct QuarantineDetail: Hashable, Sendable, Codable {
  package var item: QuarantineItem
  /// The payload's text; `nil` where it isn't UTF-8.
  @Known package var payload: String?
  package var payloadBase64: String

  package init(item: QuarantineItem, payload: String?, payloadBase64: String) {
    self.item = item
    self.payload = payload
    self.payloadBase64 = payloadBase64
  }

  private enum CodingKeys: String, CodingKey {
    case payload
    case payloadBase64 = "payload_b64"
  }

  package init(from decoder: any Decoder) throws {
    item = try QuarantineItem(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    _payload = try container.decode(Known<String>.self, forKey: .payload)
    payloadBase64 = try container.decode(String.self, forKey: .payloadBase64)
  }

  package func encode(to encoder: any Encoder) throws {
    try item.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(_payload, forKey: .payload)
    try container.encode(payloadBase64, forKey: .payloadBase64)
  }
}

/// What retrying or dropping many quarantined messages did.
package struct BulkReport: Hashable, Sendable, Codable {
  /// How many were retried or dropped.
  package var messages: Int
  package var applied: Int
  package var duplicate: Int
  /// Refused again.
  package var quarantined: Int
  package var unconsented: Int
  package var late: Int

  package init(messages: Int, applied: Int, duplicate: Int, quarantined: Int, unconsented: Int, late: Int) {
    self.messages = messages
    self.applied = applied
    self.duplicate = duplicate
    self.quarantined = quarantined
    self.unconsented = unconsented
    self.late = late
  }
}

/// Where a message from quarantine ended when it was taken again.
package struct RetryReport: Hashable, Sendable, Codable {
  package var id: Int64
  /// `applied`, `duplicate`, `unconsented`, `late`, or `quarantined` again.
  package var fate: String
  @Known package var reason: String?
  @Known package var detail: String?

  package init(id: Int64, fate: String, reason: String?, detail: String?) {
    self.id = id
    self.fate = fate
    self.reason = reason
    self.detail = detail
  }
}
