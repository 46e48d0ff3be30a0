/// A small table looked up by bytes, for names in payloads: making a `String` of each and hashing it takes longer than
/// everything else that is done with a signal.
struct BytesTable<Value: Sendable>: Sendable {
  /// Numbers only: a look at one counts no references.
  private struct Slot: Sendable {
    var start = 0
    var count = 0
    /// Where the value lies; −1: nothing.
    var value = -1
  }
  private var slots: [Slot]
  /// All names, one behind the other.
  private var names: [UInt8] = []
  private var values: [Value] = []

  init(_ entries: [String: Value]) {
    var size = 8
    while size < entries.count * 3 { size *= 2 }
    slots = Array(repeating: Slot(), count: size)
    for (name, value) in entries {
      let name = Array(name.utf8)
      var place = name.withUnsafeBufferPointer(Self.hash) & (size - 1)
      while slots[place].value >= 0 { place = (place + 1) & (size - 1) }
      slots[place] = Slot(start: names.count, count: name.count, value: values.count)
      names += name
      values.append(value)
    }
  }

  subscript(name: UnsafeBufferPointer<UInt8>) -> Value? {
    var place = Self.hash(name) & (slots.count - 1)
    while slots[place].value >= 0 {
      let slot = slots[place]
      if slot.count == name.count, isName(name, at: slot.start) { return values[slot.value] }
      place = (place + 1) & (slots.count - 1)
    }
    return nil
  }

  private func isName(_ name: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    for place in name.indices where names[start + place] != name[place] { return false }
    return true
  }

  /// FNV-1a: the names that are looked for come from a profile, not from a device, so that none can be made to collide.
  private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(truncatingIfNeeded: (state ^ state >> 32) & 0xffff_ffff)
  }
}
