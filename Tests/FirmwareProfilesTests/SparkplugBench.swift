import FirmwareProfiles
import Vocabulary

/// Sparkplug B payloads, encoded here by the published field numbers and not by the code under test.
struct SparkplugSample {
  enum Value {
    case int(Int64), long(Int64), float(Float), double(Double), flag(Bool), text(String), null, bytes([UInt8])
  }

  struct Metric {
    var name: String?
    var alias: UInt64?
    var datatype: UInt64?
    var at: Int64?
    var isHistorical = false
    var quality: Int64?
    var value: Value

    init(
      _ name: String? = nil, alias: UInt64? = nil, type datatype: UInt64? = nil, at: Int64? = nil,
      isHistorical: Bool = false, quality: Int64? = nil, _ value: Value
    ) {
      self.name = name
      self.alias = alias
      self.datatype = datatype
      self.at = at
      self.isHistorical = isHistorical
      self.quality = quality
      self.value = value
    }
  }

  static let now = ForeignBench.now.milliseconds

  static func payload(_ metrics: [Metric], seq: UInt64? = nil, at: Int64? = now) -> [UInt8] {
    var bytes: [UInt8] = []
    if let at { bytes += varint(1, UInt64(at)) }
    for metric in metrics { bytes += nested(2, encoded(metric)) }
    if let seq { bytes += varint(3, seq) }
    return bytes
  }

  static func birthSequence(_ number: Int64) -> Metric { Metric("bdSeq", type: 4, .long(number)) }

  private static func encoded(_ metric: Metric) -> [UInt8] {
    var bytes: [UInt8] = []
    if let name = metric.name { bytes += nested(1, Array(name.utf8)) }
    if let alias = metric.alias { bytes += varint(2, alias) }
    if let at = metric.at { bytes += varint(3, UInt64(at)) }
    if let datatype = metric.datatype { bytes += varint(4, datatype) }
    if metric.isHistorical { bytes += varint(5, 1) }
    if let quality = metric.quality {
      let value = varint(1, 3) + varint(3, UInt64(bitPattern: quality))
      bytes += nested(9, nested(1, Array("Quality".utf8)) + nested(2, value))
    }
    switch metric.value {
    case .int(let number): bytes += varint(10, UInt64(UInt32(truncatingIfNeeded: number)))
    case .long(let number): bytes += varint(11, UInt64(bitPattern: number))
    case .float(let number): bytes += number32(12, number.bitPattern)
    case .double(let number): bytes += number64(13, number.bitPattern)
    case .flag(let flag): bytes += varint(14, flag ? 1 : 0)
    case .text(let text): bytes += nested(15, Array(text.utf8))
    case .bytes(let data): bytes += nested(16, data)
    case .null: bytes += varint(7, 1)
    }
    return bytes
  }

  private static func varint(_ field: UInt64, _ value: UInt64) -> [UInt8] { number(field << 3) + number(value) }

  static func nested(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
    number(field << 3 | 2) + number(UInt64(value.count)) + value
  }

  private static func number32(_ field: UInt64, _ bits: UInt32) -> [UInt8] {
    number(field << 3 | 5) + (0..<4).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
  }

  private static func number64(_ field: UInt64, _ bits: UInt64) -> [UInt8] {
    number(field << 3 | 1) + (0..<8).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
  }

  private static func number(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(truncatingIfNeeded: value) | 0x80] + number(value >> 7)
  }
}
