package import Vocabulary

/// Little-endian bytes of a record kept by the case store. Symbols are written as text: their numbers hold for one
/// process only.
package struct ByteWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func write(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }
  package mutating func write(_ number: Double) { write(number.bitPattern) }
  package mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }
  package mutating func write(_ text: String) {
    write(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }
  package mutating func write(_ symbol: Symbol) { write(symbol.text) }
  package mutating func write(_ time: EventTime) { write(time.milliseconds) }

  package mutating func write<Value>(_ value: Value?, with body: (inout ByteWriter, Value) -> Void) {
    write(value != nil)
    if let value { body(&self, value) }
  }
  package mutating func write<Element>(
    _ elements: some Collection<Element>, with body: (inout ByteWriter, Element) -> Void
  ) {
    write(UInt32(elements.count))
    for element in elements { body(&self, element) }
  }
}

/// The stored bytes aren't what this version writes: the record is damaged or from another version.
package struct UnreadableRecord: Error, CustomStringConvertible {
  package var description: String
}

package struct ByteReader {
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: [UInt8]) { rest = bytes[...] }

  package var isAtEnd: Bool { rest.isEmpty }

  package mutating func integer<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws(UnreadableRecord)
    -> Number
  {
    let size = MemoryLayout<Number>.size
    guard rest.count >= size else { throw UnreadableRecord(description: "a record ends in the middle of a number") }
    var number = Number.zero
    withUnsafeMutableBytes(of: &number) { $0.copyBytes(from: rest.prefix(size)) }
    rest = rest.dropFirst(size)
    return Number(littleEndian: number)
  }
  package mutating func double() throws(UnreadableRecord) -> Double { Double(bitPattern: try integer()) }
  package mutating func flag() throws(UnreadableRecord) -> Bool { try integer(UInt8.self) != 0 }
  package mutating func text() throws(UnreadableRecord) -> String {
    let count = Int(try integer(UInt32.self))
    guard rest.count >= count, let text = String(validating: rest.prefix(count), as: UTF8.self) else {
      throw UnreadableRecord(description: "a record ends in the middle of a text, or it isn't UTF-8")
    }
    rest = rest.dropFirst(count)
    return text
  }
  package mutating func symbol() throws(UnreadableRecord) -> Symbol { Symbol(try text()) }
  package mutating func time() throws(UnreadableRecord) -> EventTime { EventTime(milliseconds: try integer()) }

  package mutating func optional<Value>(_ body: (inout ByteReader) throws(UnreadableRecord) -> Value)
    throws(UnreadableRecord) -> Value?
  {
    try flag() ? try body(&self) : nil
  }
  package mutating func list<Element>(_ body: (inout ByteReader) throws(UnreadableRecord) -> Element)
    throws(UnreadableRecord) -> [Element]
  {
    let count = Int(try integer(UInt32.self))
    var elements: [Element] = []
    elements.reserveCapacity(min(count, 4096))
    for _ in 0..<count { elements.append(try body(&self)) }
    return elements
  }
}
