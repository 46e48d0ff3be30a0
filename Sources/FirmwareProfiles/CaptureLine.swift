package import Vocabulary

/// Reads captured messages, an object a line, as `mosquitto_sub -F %J` (or `%j`) writes them: `tst`, `topic`, and the payload
/// as `payload_b64` (which wins), as a string, or as the JSON it was. Owns a parser: for one place at a time.
package final class CaptureLineDecoder {
  private let parser = JSONParser(depth: CaptureLineDecoder.depth)

  /// A payload that is embedded as JSON adds its own levels to the line's.
  private static let depth = DecodingLimits.depth + 8

  package init() {}

  /// The rejection's detail says what is wrong with the line; it isn't counted as a message.
  package func delivery(_ line: [UInt8]) throws(Rejection) -> Delivery {
    if let delivery = line.withUnsafeBufferPointer({ CaptureLineScan($0).delivery }) { return delivery }
    let root: JSONNode
    do throws(JSONParser.Failure) {
      root = try parser.parse(line)
    } catch {
      guard case .syntax(let message) = error else {
        throw Rejection(.tooLarge, "nested deeper than \(Self.depth) levels, or too large")
      }
      throw Rejection(.syntax, "isn't JSON in UTF-8: \(message)")
    }
    let fields = try JSONFields(root, in: "the line")
    guard let received = try fields.text("tst", maximumBytes: 64) else {
      throw Rejection(.schema, "tst is missing: expected the time of receipt such as 2026-11-23T07:52:59.399Z")
    }
    guard let time = EventTime(received) else {
      throw Rejection(.schema, "tst: expected an RFC 3339 time, found \"\(received.escaped(maximum: 40))\"")
    }
    guard let topic = try fields.text("topic", maximumBytes: 65_535) else {
      throw Rejection(.schema, "topic is missing")
    }
    return Delivery(
      topic: topic, payload: try payload(fields),
      isRetained: (fields["retain"]?.integer ?? 0) != 0
        || fields["retain"]?.bool == true, receivedAt: time)
  }

  private func payload(_ fields: JSONFields) throws(Rejection) -> [UInt8] {
    if let encoded = fields["payload_b64"] {
      guard encoded.isString, let text = encoded.utf8, let bytes = Base64.decoded(text) else {
        throw Rejection(.schema, "payload_b64: expected base 64, found \(encoded.description)")
      }
      return bytes
    }
    guard let payload = fields["payload"] else { return [] }
    if payload.isString, let text = payload.utf8 { return Array(text) }
    var bytes: [UInt8] = []
    payload.write(to: &bytes)
    return bytes
  }
}

/// RFC 4648 section 4, padded; white space isn't skipped.
private enum Base64 {
  static func decoded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    for (index, character) in text.enumerated() {
      let isPadding = index >= text.count - padding
      guard let value = isPadding ? 0 : value(of: character), !isPadding || character == UInt8(ascii: "=") else {
        return nil
      }
      bits = bits << 6 | value
      if index % 4 == 3 {
        bytes += [
          UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits),
        ]
        bits = 0
      }
    }
    bytes.removeLast(padding)
    return bytes
  }

  private static func value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}

extension JSONNode {
  /// The value as JSON without white space; keys in their order.
  fileprivate func write(to bytes: inout [UInt8]) {
    if isNull {
      bytes += "null".utf8
    } else if let bool {
      bytes += (bool ? "true" : "false").utf8
    } else if let integer, number.map({ abs($0) <= 0x1p53 }) ?? true {
      bytes += String(integer).utf8
    } else if let number {
      bytes += String(number).utf8
    } else if let utf8 {
      Self.write(utf8, to: &bytes)
    } else if isArray {
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    } else {
      bytes.append(UInt8(ascii: "{"))
      for (index, key) in keys.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        key.write(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        key.value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    let hexadecimal = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        bytes += "\\u00".utf8
        bytes += [hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
