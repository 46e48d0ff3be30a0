/// JSON as it was written: members keep their order and numbers their digits, so that what is printed again is what the
/// daemon said.
package indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// The number's own text.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([Member])

  package struct Member: Hashable, Sendable {
    package var name: String
    package var value: JSONValue
    package init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// `nil` where this is no object or has no such member.
  package subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The value under a path such as `probability.mean`; `nil` for what is missing or null.
  package func value(at path: String) -> JSONValue? {
    var value = self
    for name in path.split(separator: ".") {
      guard let next = value[String(name)] else { return nil }
      value = next
    }
    return value == .null ? nil : value
  }

  package func text(at path: String) -> String? { value(at: path)?.scalar }

  package func number(at path: String) -> Double? {
    guard case .number(let text) = value(at: path) else { return nil }
    return Double(text)
  }

  package func items(at path: String) -> [JSONValue] {
    guard case .array(let items) = value(at: path) else { return [] }
    return items
  }

  /// The text of a value that isn't made of others; `nil` for arrays, objects and null.
  package var scalar: String? {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .number(let text), .string(let text): text
    case .null, .array, .object: nil
    }
  }
}

extension JSONValue: CustomStringConvertible {
  /// Compact JSON on one line.
  package var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let text): text
    case .string(let text): Self.quoted(text)
    case .array(let items): "[" + items.map(\.description).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { Self.quoted($0.name) + ":" + $0.value.description }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      // A terminal obeys C1 as it does C0, and turns text around at the marks for it.
      case _ where scalar.value < 0x20 || Self.isTricky(scalar.value):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func isTricky(_ value: UInt32) -> Bool {
    switch value {
    case 0x7f..<0xa0, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff: true
    default: false
    }
  }
}
