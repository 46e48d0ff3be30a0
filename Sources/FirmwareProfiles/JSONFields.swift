import Vocabulary

/// An object's fields by name, and how the values that several payloads share are read. `null` counts as not said.
struct JSONFields {
  private let node: JSONNode

  /// `place` names it in the rejection of something that is no object.
  init(_ node: JSONNode, in place: String) throws(Rejection) {
    guard node.isObject else {
      throw Rejection(.schema, "expected \(place) to be an object, found \(node.description)")
    }
    self.node = node
  }

  subscript(_ name: StaticString) -> JSONNode? {
    let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    for key in node.keys {
      if let text = key.utf8, text.count == wanted.count, text.elementsEqual(wanted) {
        return key.value.isNull ? nil : key.value
      }
    }
    return nil
  }

  /// How many keys none of the names says.
  func countKeys(notIn names: [StaticString]) -> Int {
    var count = 0
    for key in node.keys {
      guard let text = key.utf8 else { continue }
      let isKnown = names.contains {
        text.elementsEqual(UnsafeBufferPointer(start: $0.utf8Start, count: $0.utf8CodeUnitCount))
      }
      if !isKnown { count += 1 }
    }
    return count
  }

  /// A payload may repeat the topic's device and product, but never name others.
  func checkIdentity(_ identity: DeviceIdentity) throws(Rejection) {
    for (name, expected) in [("device" as StaticString, identity.device), ("product", identity.product.text)] {
      guard let value = self[name] else { continue }
      guard let text = value.utf8, value.isString, text.elementsEqual(expected.utf8) else {
        throw Rejection(
          .identity, "the payload's \(name) is \(value.description), the topic's is \"\(expected)\"")
      }
    }
  }

  func time(_ name: StaticString) throws(Rejection) -> EventTime? {
    guard let value = self[name] else { return nil }
    return try time(value, name)
  }

  /// A value that must be there.
  func time(_ value: JSONNode?, _ name: StaticString) throws(Rejection) -> EventTime {
    guard let value else { throw Rejection(.schema, "\(name) is missing: expected \(PlausibleTime.expected)") }
    switch PlausibleTime.read(value) {
    case .success(let time): return time
    case .failure(let fault): throw Rejection(.schema, "\(name): \(fault.message)")
    }
  }

  func requiredTime(_ name: StaticString) throws(Rejection) -> EventTime {
    try time(self[name], name)
  }

  func text(_ name: StaticString, maximumBytes: Int) throws(Rejection) -> String? {
    guard let value = self[name] else { return nil }
    guard value.isString, let text = value.utf8 else { throw .mismatch(name, "text", value) }
    guard text.count <= maximumBytes else {
      throw Rejection(.schema, "\(name): expected at most \(maximumBytes) bytes, found \(text.count)")
    }
    return value.string
  }

  func number(_ name: StaticString, in range: ClosedRange<Double>) throws(Rejection) -> Double? {
    guard let value = self[name] else { return nil }
    guard let number = value.number, range.contains(number) else {
      throw .mismatch(name, "a number from \(range.lowerBound) to \(range.upperBound)", value)
    }
    return number
  }

  func bool(_ name: StaticString) throws(Rejection) -> Bool? {
    guard let value = self[name] else { return nil }
    guard let bool = value.bool else { throw .mismatch(name, "true or false", value) }
    return bool
  }

  func firmware(_ name: StaticString, of product: Symbol, admittedBy names: NameGate) throws(Rejection) -> Symbol? {
    guard let value = self[name] else { return nil }
    return try firmware(value, name, of: product, admittedBy: names)
  }

  func firmware(
    _ value: JSONNode, _ name: StaticString, of product: Symbol, admittedBy names: NameGate
  ) throws(Rejection) -> Symbol {
    guard value.isString, let bytes = value.utf8, FirmwareText.isValid(utf8: bytes) else {
      throw .mismatch(name, "a version as text (\(FirmwareText.rule))", value)
    }
    return try names.firmware(bytes, of: product)
  }
}

extension Rejection {
  static func mismatch(_ name: StaticString, _ expected: String, _ found: JSONNode) -> Rejection {
    Rejection(.schema, "\(name): expected \(expected), found \(found.description)")
  }
}

/// Times between 2000 and 2100: a clock that was never set, or that counts in another unit, is told from one that is
/// merely wrong.
enum PlausibleTime {
  static let expected = "whole milliseconds since 1970 or an RFC 3339 time, from 2000 to 2100"

  struct Fault: Error {
    var message: String
  }

  private static let first = EventTime(seconds: 946_684_800)
  private static let last = EventTime(seconds: 4_102_444_800)

  static func read(_ node: JSONNode) -> Result<EventTime, Fault> {
    if node.isString, let text = node.string { return read(text) }
    guard let milliseconds = node.integer else { return .failure(Fault(message: mismatch(node.description))) }
    return check(EventTime(milliseconds: milliseconds), found: node.description)
  }

  /// An RFC 3339 time or a bare date.
  static func read(_ text: String) -> Result<EventTime, Fault> {
    guard text.utf8.count <= 40, let time = EventTime(text) else {
      return .failure(Fault(message: mismatch("\"\(text.escaped(maximum: 40))\"")))
    }
    return check(time, found: "\"\(text)\"")
  }

  static func check(_ time: EventTime, found: @autoclosure () -> String) -> Result<EventTime, Fault> {
    if time >= first, time <= last { return .success(time) }
    let areSeconds = (first.milliseconds / 1000...last.milliseconds / 1000).contains(time.milliseconds)
    return .failure(Fault(message: mismatch(found()) + (areSeconds ? " (seconds?)" : "")))
  }

  private static func mismatch(_ found: String) -> String { "expected \(expected), found \(found)" }
}
