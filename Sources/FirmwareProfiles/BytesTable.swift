/// A small table looked up by bytes, for names in payloads: making a `String` of each and hashing it takes longer than
/// everything else that is done with a signal.
struct BytesTable<Value: Sendable>: Sendable {
  private struct Entry: Sendable {
    var name: [UInt8]
    var value: Value
  }
  private var slots: [Entry?]

  init(_ values: [String: Value]) {
    var size = 8
    while size < values.count * 3 { size *= 2 }
    slots = Array(repeating: nil, count: size)
    for (name, value) in values {
      let name = Array(name.utf8)
      var place = name.withUnsafeBufferPointer(Self.hash) & (size - 1)
      while slots[place] != nil { place = (place + 1) & (size - 1) }
      slots[place] = Entry(name: name, value: value)
    }
  }

  subscript(name: UnsafeBufferPointer<UInt8>) -> Value? {
    var place = Self.hash(name) & (slots.count - 1)
    while let entry = slots[place] {
      if entry.name.count == name.count, entry.name.elementsEqual(name) { return entry.value }
      place = (place + 1) & (slots.count - 1)
    }
    return nil
  }

  /// FNV-1a: the names that are looked for come from a profile, not from a device, so that none can be made to collide.
  private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(truncatingIfNeeded: (state ^ state >> 32) & 0xffff_ffff)
  }
}
