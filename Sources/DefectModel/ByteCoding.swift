/// A blob that doesn't say what its version promises. The store is damaged, or was written by something else.
package struct BlobFault: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String
}

/// Little-endian bytes; whole numbers as LEB128 (zigzag where they may be negative), so that equal values are equal bytes.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func count(_ value: Int) { unsigned(UInt64(max(value, 0))) }

  mutating func unsigned(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func signed(_ value: Int64) { unsigned(UInt64(bitPattern: value << 1 ^ value >> 63)) }

  mutating func double(_ value: Double) { fixed(value.bitPattern, size: 8) }
  mutating func float(_ value: Float) { fixed(UInt64(value.bitPattern), size: 4) }

  private mutating func fixed(_ value: UInt64, size: Int) {
    for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
  }

  mutating func text(_ value: String) {
    count(value.utf8.count)
    bytes.append(contentsOf: value.utf8)
  }
}

struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func byte() throws(BlobFault) -> UInt8 {
    guard position < bytes.count else { throw BlobFault(description: "the blob ends at byte \(position)") }
    position += 1
    return bytes[position - 1]
  }

  mutating func unsigned() throws(BlobFault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let next = try byte()
      value |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return value }
    }
    throw BlobFault(description: "a number before byte \(position) is too long")
  }

  /// A number of things that take at least a byte each: more than there are bytes left is a fault, not an allocation.
  mutating func count() throws(BlobFault) -> Int {
    let value = try unsigned()
    guard value <= UInt64(bytes.count - position) else {
      throw BlobFault(description: "\(value) entries are announced before byte \(position) of \(bytes.count)")
    }
    return Int(value)
  }

  mutating func signed() throws(BlobFault) -> Int64 {
    let value = try unsigned()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func int32() throws(BlobFault) -> Int32 {
    let value = try signed()
    guard let small = Int32(exactly: value) else { throw BlobFault(description: "\(value) doesn't fit 32 bits") }
    return small
  }

  mutating func double() throws(BlobFault) -> Double { Double(bitPattern: try fixed(size: 8)) }
  mutating func float() throws(BlobFault) -> Float { Float(bitPattern: UInt32(try fixed(size: 4))) }

  private mutating func fixed(size: Int) throws(BlobFault) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<size { value |= UInt64(try byte()) << (8 * UInt64(index)) }
    return value
  }

  mutating func text() throws(BlobFault) -> String {
    let length = try count()
    defer { position += length }
    return String(decoding: bytes[position..<position + length], as: UTF8.self)
  }
}
