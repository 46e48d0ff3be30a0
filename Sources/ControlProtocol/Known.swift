/// A field that may be unknown. Its JSON is `null` then: a reader can tell "not known" from "not in this version", and
/// every object of a list has the same keys. Reading accepts a field that is left out.
@propertyWrapper
package struct Known<Value: Codable & Hashable & Sendable>: Hashable, Sendable, Codable {
  package var wrappedValue: Value?

  package init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
  }
}

extension KeyedDecodingContainer {
  /// What synthesised decoding calls for a wrapped field.
  package func decode<Value>(_ type: Known<Value>.Type, forKey key: Key) throws -> Known<Value> {
    try decodeIfPresent(type, forKey: key) ?? Known(wrappedValue: nil)
  }
}
