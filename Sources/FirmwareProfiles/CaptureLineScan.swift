import Vocabulary

/// Cuts the usual line of a capture into its members without reading the payload, whose bytes stay exactly as they are in
/// the line: the payload is judged by its own decoder afterwards. Answers `nil` for anything that isn't plain (escapes in
/// the topic or in a payload that is text, base 64, a member twice, a fault): such lines are read member by member, and
/// their faults named.
struct CaptureLineScan {
  private let line: UnsafeBufferPointer<UInt8>
  private var place = 0

  init(_ line: UnsafeBufferPointer<UInt8>) { self.line = line }

  private struct Members {
    var tst: Range<Int>?
    var topic: Range<Int>?
    var payload: Range<Int>?
    var retain: Range<Int>?
  }

  var delivery: Delivery? {
    var scan = self
    return scan.read()
  }

  private mutating func read() -> Delivery? {
    var members = Members()
    guard take(UInt8(ascii: "{")) else { return nil }
    repeat {
      guard let key = text(), take(UInt8(ascii: ":")) else { return nil }
      skipSpace()
      guard let value = value() else { return nil }
      guard !isText(key, "payload_b64") else { return nil }
      let isFirst: Bool
      if isText(key, "payload") {
        isFirst = Self.set(&members.payload, value)
      } else if isText(key, "topic") {
        isFirst = Self.set(&members.topic, value)
      } else if isText(key, "tst") {
        isFirst = Self.set(&members.tst, value)
      } else if isText(key, "retain") {
        isFirst = Self.set(&members.retain, value)
      } else {
        isFirst = true
      }
      guard isFirst else { return nil }
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { return nil }
    skipSpace()
    guard place == line.count else { return nil }
    return delivery(members)
  }

  /// False where the member is there already.
  private static func set(_ member: inout Range<Int>?, _ value: Range<Int>) -> Bool {
    guard member == nil else { return false }
    member = value
    return true
  }

  private func isText(_ range: Range<Int>, _ text: StaticString) -> Bool {
    range.count == text.utf8CodeUnitCount
      && range.allSatisfy { line[$0] == text.utf8Start[$0 - range.lowerBound] }
  }

  private func delivery(_ members: Members) -> Delivery? {
    guard let tst = members.tst.flatMap(plainText), let time = EventTime(rfc3339: slice(tst)),
      let topicRange = members.topic.flatMap(plainText), let topic = topic(slice(topicRange))
    else { return nil }
    var payload: [UInt8] = []
    if let range = members.payload {
      if line[range.lowerBound] == UInt8(ascii: "\"") {
        guard let text = plainText(range) else { return nil }
        payload = Array(slice(text))
      } else {
        payload = Array(slice(range))
      }
      if payload.elementsEqual("null".utf8) { return nil }
    }
    var isRetained = false
    if let retain = members.retain {
      guard retain.count == 1, line[retain.lowerBound] <= UInt8(ascii: "1") else { return nil }
      isRetained = line[retain.lowerBound] == UInt8(ascii: "1")
    }
    return Delivery(topic: topic, payload: payload, isRetained: isRetained, receivedAt: time)
  }

  /// Nearly every topic is ASCII, of which nothing needs to be validated.
  private func topic(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    bytes.allSatisfy { $0 < 0x80 }
      ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
  }

  private func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: line[range]) }

  /// Within the quotes of a string without escapes or control characters.
  private func plainText(_ value: Range<Int>) -> Range<Int>? {
    guard value.count >= 2, line[value.lowerBound] == UInt8(ascii: "\"") else { return nil }
    let inner = value.lowerBound + 1..<value.upperBound - 1
    return line[inner].contains { $0 == UInt8(ascii: "\\") || $0 < 0x20 } ? nil : inner
  }

  private mutating func skipSpace() {
    while place < line.count, [0x20, 0x09, 0x0d, 0x0a].contains(line[place]) { place += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard place < line.count, line[place] == byte else { return false }
    place += 1
    return true
  }

  /// A key, without its quotes.
  private mutating func text() -> Range<Int>? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = place
    while place < line.count, line[place] != UInt8(ascii: "\"") {
      guard line[place] != UInt8(ascii: "\\") else { return nil }
      place += 1
    }
    guard place < line.count else { return nil }
    place += 1
    return start..<place - 1
  }

  /// Any value, to its end: brackets are counted outside of strings.
  private mutating func value() -> Range<Int>? {
    let start = place
    var depth = 0
    while place < line.count {
      let byte = line[place]
      // Within brackets only these three matter; most bytes there are digits, points and what stands between values.
      if depth > 0, byte != UInt8(ascii: "\""), byte | 0x20 != UInt8(ascii: "{"), byte | 0x20 != UInt8(ascii: "}") {
        place += 1
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        guard skipString() else { return nil }
        if depth == 0 { return start..<place }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        place += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return place > start ? start..<place : nil }
        depth -= 1
        place += 1
        if depth == 0 { return start..<place }
      case UInt8(ascii: ","), 0x20, 0x09, 0x0a, 0x0d:
        if depth == 0 { return place > start ? start..<place : nil }
        place += 1
      default: place += 1
      }
    }
    return nil
  }

  private mutating func skipString() -> Bool {
    place += 1
    while place < line.count {
      let byte = line[place]
      place += 1
      if byte == UInt8(ascii: "\"") { return true }
      if byte == UInt8(ascii: "\\") { place += 1 }
    }
    return false
  }
}
