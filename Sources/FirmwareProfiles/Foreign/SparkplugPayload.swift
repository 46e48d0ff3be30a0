import Vocabulary

/// The payload of a Sparkplug B message, read from and written to the wire format of protocol buffers.
///
/// By hand, for the eight fields that count: the generated code and its runtime take a minute to build, and keep data sets
/// and templates in memory that nobody here looks at. Field numbers are those of the published `sparkplug_b.proto`.
struct SparkplugPayload {
  var timestamp: UInt64?
  var sequence: UInt64?
  var metrics: [Metric] = []

  struct Metric {
    var name: String?
    var alias: UInt64?
    var timestamp: UInt64?
    var datatype: UInt8 = 0
    var isHistorical = false
    var isNull = false
    /// Of the property `Quality`: 192 is good.
    var quality: Int64?
    var raw = RawValue.none
  }

  enum RawValue: Equatable {
    case none
    case integer(UInt64)
    case real(Double)
    case flag(Bool)
    case text(String)
    /// Bytes, data sets, templates.
    case other
  }

  /// A node's birth with all its devices' metrics has hundreds.
  static let mostMetrics = 20_000
  static let longestName = 256

  init(timestamp: UInt64? = nil, sequence: UInt64? = nil, metrics: [Metric] = []) {
    self.timestamp = timestamp
    self.sequence = sequence
    self.metrics = metrics
  }

  init(_ bytes: [UInt8]) throws(Rejection) {
    var reader = WireReader(bytes, 0..<bytes.count)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .varint(let value)): timestamp = value
      case (2, .bytes(let range)):
        guard metrics.count < Self.mostMetrics else {
          throw Rejection(.tooLarge, "more than \(Self.mostMetrics) metrics in one message")
        }
        metrics.append(try Metric(bytes, range))
      case (3, .varint(let value)): sequence = value
      default: break
      }
    }
  }

  /// What a host application sends to a node to hear all its births again.
  static func rebirth(at time: EventTime) -> [UInt8] {
    var metric = WireWriter()
    metric.text(1, "Node Control/Rebirth")
    metric.varint(3, UInt64(max(0, time.milliseconds)))
    metric.varint(4, 11)
    metric.varint(14, 1)
    var payload = WireWriter()
    payload.varint(1, UInt64(max(0, time.milliseconds)))
    payload.bytes(2, metric.bytes)
    return payload.bytes
  }
}

extension SparkplugPayload.Metric {
  fileprivate init(_ bytes: [UInt8], _ range: Range<Int>) throws(Rejection) {
    var reader = WireReader(bytes, range)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let range)):
        guard range.count <= SparkplugPayload.longestName else {
          throw Rejection(.tooLarge, "a metric's name has more than \(SparkplugPayload.longestName) bytes")
        }
        name = try WireReader.text(bytes, range)
      case (2, .varint(let value)): alias = value
      case (3, .varint(let value)): timestamp = value
      case (4, .varint(let value)): datatype = UInt8(exactly: value) ?? 255
      case (5, .varint(let value)): isHistorical = value != 0
      case (7, .varint(let value)): isNull = value != 0
      case (9, .bytes(let range)): quality = try Self.quality(bytes, range)
      case (10, .varint(let value)), (11, .varint(let value)): raw = .integer(value)
      case (12, .fixed32(let bits)): raw = .real(Double(Float(bitPattern: bits)))
      case (13, .fixed64(let bits)): raw = .real(Double(bitPattern: bits))
      case (14, .varint(let value)): raw = .flag(value != 0)
      case (15, .bytes(let range)): raw = .text(try WireReader.text(bytes, range))
      case (16, .bytes), (17, .bytes), (18, .bytes), (19, .bytes): raw = .other
      default: break
      }
    }
  }

  /// A property set is a list of keys and a list of values.
  private static func quality(_ bytes: [UInt8], _ range: Range<Int>) throws(Rejection) -> Int64? {
    var reader = WireReader(bytes, range)
    var place: Int?
    var keys = 0
    var values: [Range<Int>] = []
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let range)):
        if bytes[range].elementsEqual("Quality".utf8) { place = keys }
        keys += 1
      case (2, .bytes(let range)): values.append(range)
      default: break
      }
    }
    guard let place, place < values.count else { return nil }
    var value = WireReader(bytes, values[place])
    while let field = try value.next() {
      if field.number == 3 || field.number == 4, case .varint(let number) = field.value {
        return Int64(Int32(truncatingIfNeeded: number))
      }
    }
    return nil
  }

  /// The value as its datatype says; a message of data may leave the datatype to the birth.
  func value(datatype: UInt8) -> MetricValue {
    if isNull { return .null }
    switch raw {
    case .none: return .null
    case .integer(let bits):
      switch datatype {
      // Encoders extend negative numbers to 32 or 64 bits, or don't.
      case 1: return .number(Double(Int8(truncatingIfNeeded: bits)))
      case 2: return .number(Double(Int16(truncatingIfNeeded: bits)))
      case 3: return .number(Double(Int32(truncatingIfNeeded: bits)))
      case 4: return .number(Double(Int64(bitPattern: bits)))
      case 5: return .number(Double(UInt8(truncatingIfNeeded: bits)))
      case 6: return .number(Double(UInt16(truncatingIfNeeded: bits)))
      case 7: return .number(Double(UInt32(truncatingIfNeeded: bits)))
      case 11: return .flag(bits != 0)
      default: return .number(Double(bits))
      }
    case .real(let number): return number.isFinite ? .number(number) : .other(number.bitPattern)
    case .flag(let flag): return .flag(flag)
    case .text(let text): return .text(text)
    case .other: return .other(0)
    }
  }
}

/// Reads the wire format of protocol buffers, field by field; nothing is allocated but what a caller keeps.
struct WireReader {
  enum Value: Equatable {
    case varint(UInt64), fixed64(UInt64), fixed32(UInt32), bytes(Range<Int>)
  }

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  mutating func next() throws(Rejection) -> (number: UInt64, value: Value)? {
    guard position < end else { return nil }
    let key = try varint()
    guard key >> 3 > 0 else { throw Self.syntax("field 0") }
    switch key & 7 {
    case 0: return (key >> 3, .varint(try varint()))
    case 1: return (key >> 3, .fixed64(try fixed(8)))
    case 2:
      let length = try varint()
      guard length <= UInt64(end - position) else { throw Self.syntax("it ends in the middle of a field") }
      defer { position += Int(length) }
      return (key >> 3, .bytes(position..<position + Int(length)))
    case 5: return (key >> 3, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
    default: throw Self.syntax("wire type \(key & 7)")
    }
  }

  private mutating func varint() throws(Rejection) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { throw Self.syntax("it ends in the middle of a number") }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw Self.syntax("a number of more than ten bytes")
  }

  private mutating func fixed(_ count: Int) throws(Rejection) -> UInt64 {
    guard end - position >= count else { throw Self.syntax("it ends in the middle of a number") }
    defer { position += count }
    return (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
  }

  static func text(_ bytes: [UInt8], _ range: Range<Int>) throws(Rejection) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else { throw syntax("text that isn't UTF-8") }
    return text
  }

  private static func syntax(_ what: String) -> Rejection { Rejection(.syntax, "isn't a Sparkplug B payload: \(what)") }
}

struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func varint(_ field: UInt64, _ value: UInt64) {
    number(field << 3)
    number(value)
  }

  mutating func bytes(_ field: UInt64, _ value: [UInt8]) {
    number(field << 3 | 2)
    number(UInt64(value.count))
    bytes += value
  }

  mutating func text(_ field: UInt64, _ value: String) { bytes(field, Array(value.utf8)) }

  mutating func number(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
