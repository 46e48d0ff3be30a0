/// A list as the daemon answers it: `{"schema": "forewarn.ticket.list/1", "items": […]}`.
package struct ListReply<Item: Sendable>: Sendable {
  package var schema: String
  package var items: [Item]

  package init(schema: String, items: [Item]) {
    self.schema = schema
    self.items = items
  }
}

extension ListReply: Encodable where Item: Encodable {}
extension ListReply: Decodable where Item: Decodable {}

/// One object as the daemon answers it: its own fields with `schema` beside them. The value must encode as an object
/// with keys.
package struct ObjectReply<Value: Sendable>: Sendable {
  package var schema: String
  package var value: Value

  package init(schema: String, value: Value) {
    self.schema = schema
    self.value = value
  }

  private enum CodingKeys: String, CodingKey { case schema }
}

extension ObjectReply: Encodable where Value: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(schema, forKey: .schema)
    try value.encode(to: encoder)
  }
}

extension ObjectReply: Decodable where Value: Decodable {
  package init(from decoder: any Decoder) throws {
    schema = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .schema)
    value = try Value(from: decoder)
  }
}
