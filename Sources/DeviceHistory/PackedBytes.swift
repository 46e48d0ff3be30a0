import Vocabulary

/// Writes a device's packed record: whole numbers as LEB128, zigzag where they may be negative, so that what is usually
/// small takes a byte. Equal values are equal bytes.
/// Into memory of its own, since an array asks at each byte whether it may be written.
struct PackedWriter: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var size = 0

  /// Room for what is usually written, so that it needn't move.
  init(capacity: Int = 384) {
    self.capacity = max(capacity, 16)
    start = .allocate(capacity: self.capacity)
  }

  deinit { start.deallocate() }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: size) }

  @inline(__always)
  private mutating func makeRoom(_ count: Int) {
    if size + count > capacity { grow(count) }
  }

  @inline(never)
  private mutating func grow(_ count: Int) {
    capacity = max(capacity * 2, size + count)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    moved.update(from: start, count: size)
    start.deallocate()
    start = moved
  }

  @inline(__always)
  mutating func byte(_ value: UInt8) {
    makeRoom(1)
    start[size] = value
    size += 1
  }

  @inline(__always)
  mutating func unsigned(_ value: UInt64) {
    makeRoom(10)
    var rest = value
    while rest >= 0x80 {
      start[size] = UInt8(truncatingIfNeeded: rest) | 0x80
      size += 1
      rest >>= 7
    }
    start[size] = UInt8(truncatingIfNeeded: rest)
    size += 1
  }

  mutating func count(_ value: Int) { unsigned(UInt64(value)) }

  mutating func signed(_ value: Int64) { unsigned(UInt64(bitPattern: value << 1 ^ value >> 63)) }

  mutating func fixed(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { append($0) }
  }

  mutating func text(_ value: String) {
    var value = value
    value.withUTF8 {
      count($0.count)
      append(UnsafeRawBufferPointer($0))
    }
  }

  /// Leaves room for the length of what follows; answers where.
  mutating func placeOfLength() -> Int {
    defer { for _ in 0..<RecordPacking.lengthBytes { byte(0) } }
    return size
  }

  /// The length of all that was written since `placeOfLength`.
  mutating func setLength(at place: Int) {
    let length = size - place - RecordPacking.lengthBytes
    precondition(length < 1 << (8 * RecordPacking.lengthBytes), "a part of a record is too long")
    for index in 0..<RecordPacking.lengthBytes {
      start[place + index] = UInt8(truncatingIfNeeded: length >> (8 * index))
    }
  }

  mutating func append(_ other: UnsafeRawBufferPointer) {
    guard let source = other.baseAddress, !other.isEmpty else { return }
    makeRoom(other.count)
    UnsafeMutableRawPointer(start + size).copyMemory(from: source, byteCount: other.count)
    size += other.count
  }

  /// Milliseconds since 2020: six bytes for a present time, three for the midnight of a date.
  mutating func time(_ time: EventTime) {
    let (days, rest) = (time.milliseconds - Packed.epoch).quotientAndRemainder(dividingBy: EventTime.day)
    if rest == 0 { signed(days << 1) } else { signed((time.milliseconds - Packed.epoch) << 1 | 1) }
  }

  /// A decimal fraction of up to six digits after the point as it is usually meant (−71.5 takes two bytes); any other
  /// number whole. Reads back to the very same number.
  mutating func decimal(_ value: Double) {
    let scaled = (value * 1e6).rounded()
    if abs(scaled) < 0x1p53, scaled / 1e6 == value, value != 0 || value.sign == .plus {
      let (digits, exponent) = Packed.withoutTrailingZeros(Int64(scaled))
      if Double(digits) / Packed.powersOfTen[exponent] == value {
        return unsigned(Packed.zigzag(digits) << 3 | UInt64(exponent))
      }
    }
    unsigned(7)
    fixed(value.bitPattern)
  }

  /// A sum of millionths.
  mutating func millionths(_ sum: Int128) {
    guard let small = Int64(exactly: sum), abs(small) < 1 << 58 else {
      unsigned(7)
      return fixed(sum)
    }
    let (digits, exponent) = Packed.withoutTrailingZeros(small)
    unsigned(Packed.zigzag(digits) << 3 | UInt64(exponent))
  }
}

/// Reads what `PackedWriter` wrote. The bytes are our own (those from the store were checked against their digest), so an
/// end in the middle of a value is our mistake and stops the program.
struct PackedReader {
  private var place: UnsafePointer<UInt8>
  private let end: UnsafePointer<UInt8>

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { preconditionFailure("a packed record is empty") }
    place = start
    end = start + bytes.count
  }

  /// Bytes not read yet.
  var left: Int { end - place }

  @inline(__always)
  mutating func byte() -> UInt8 {
    precondition(place < end, "a packed record ends in the middle of a value")
    defer { place += 1 }
    return place.pointee
  }

  @inline(__always)
  mutating func unsigned() -> UInt64 {
    let first = byte()
    guard first >= 0x80 else { return UInt64(first) }
    var value = UInt64(first & 0x7f)
    var shift: UInt64 = 7
    while true {
      let next = byte()
      value |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return value }
      shift += 7
      precondition(shift < 64, "a packed number is too long")
    }
  }

  mutating func count() -> Int { Int(truncatingIfNeeded: unsigned()) }

  @inline(__always)
  mutating func signed() -> Int64 { Packed.unzigzag(unsigned()) }

  mutating func fixed<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number {
    var value = Number.zero
    let size = MemoryLayout<Number>.size
    precondition(end - place >= size, "a packed record ends in the middle of a number")
    withUnsafeMutableBytes(of: &value) { $0.copyMemory(from: UnsafeRawBufferPointer(start: place, count: size)) }
    place += size
    return Number(littleEndian: value)
  }

  mutating func text() -> String {
    let count = count()
    precondition(end - place >= count, "a packed record ends in the middle of a text")
    defer { place += count }
    return String(decoding: UnsafeBufferPointer(start: place, count: count), as: UTF8.self)
  }

  mutating func skip(_ count: Int) {
    precondition(end - place >= count, "a packed record is shorter than it says")
    place += count
  }

  mutating func time() -> EventTime {
    let value = signed()
    let rest = value >> 1
    return EventTime(milliseconds: Packed.epoch + (value & 1 == 0 ? rest * EventTime.day : rest))
  }

  mutating func decimal() -> Double {
    let value = unsigned()
    let exponent = Int(value & 7)
    guard exponent < 7 else { return Double(bitPattern: fixed()) }
    return Double(Packed.unzigzag(value >> 3)) / Packed.powersOfTen[exponent]
  }

  mutating func millionths() -> Int128 {
    let value = unsigned()
    let exponent = Int(value & 7)
    guard exponent < 7 else { return fixed() }
    return Int128(Packed.unzigzag(value >> 3) * Packed.integerPowersOfTen[6 - exponent])
  }
}

enum Packed {
  /// 2020-01-01.
  static let epoch: Int64 = 1_577_836_800_000
  static let powersOfTen: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6]
  static let integerPowersOfTen: [Int64] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000]

  @inline(__always)
  static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
  @inline(__always)
  static func unzigzag(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }

  /// `value` millionths as digits × 10^−exponent with the smallest exponent.
  static func withoutTrailingZeros(_ value: Int64) -> (digits: Int64, exponent: Int) {
    var digits = value
    var exponent = 6
    if digits % 1000 == 0 {
      digits /= 1000
      exponent = 3
    }
    while exponent > 0, digits % 10 == 0 {
      digits /= 10
      exponent -= 1
    }
    return (digits, exponent)
  }
}
