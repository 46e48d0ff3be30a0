import Vocabulary

/// A key that scatters its own bits: a cell is looked up some hundred million times a day at a million devices, and a
/// keyed hash of its 28 bytes would take most of that time. The bits are numbers in the order of arrival, which nobody
/// outside can choose.
protocol ScatteredKey: Sendable {
  var scattered: UInt64 { get }
  func isSame(as other: Self) -> Bool
}

extension UInt64: ScatteredKey {
  @inline(__always)
  var scattered: UInt64 {
    let product = self &* 0x9e37_79b9_7f4a_7c15
    return (product ^ product >> 29) &* 0xbf58_476d_1ce4_e5b9
  }

  @inline(__always)
  func isSame(as other: UInt64) -> Bool { self == other }
}

extension Symbol: ScatteredKey {
  @inline(__always)
  var scattered: UInt64 { UInt64(number).scattered }

  @inline(__always)
  func isSame(as other: Symbol) -> Bool { number == other.number }
}

/// Small numbers for keys, so that sums run over arrays. They follow the order of arrival: nothing may be summed or
/// compared in their order. Open addressing with linear probing, at most two thirds full.
struct Numbering<Key: ScatteredKey>: Sendable {
  private(set) var keys: ContiguousArray<Key> = []
  private var slots: ContiguousArray<Int32>
  private var mask: Int

  /// - Parameter capacity: how many keys are expected.
  init(capacity: Int = 4) {
    var size = 8
    while size * 2 < capacity * 3 { size *= 2 }
    slots = ContiguousArray(repeating: -1, count: size)
    mask = size - 1
    keys.reserveCapacity(capacity)
  }

  var count: Int { keys.count }

  @inline(__always)
  func known(_ key: Key) -> Int? {
    var slot = Int(truncatingIfNeeded: key.scattered >> 32) & mask
    while slots[slot] >= 0 {
      if keys[Int(slots[slot])].isSame(as: key) { return Int(slots[slot]) }
      slot = (slot + 1) & mask
    }
    return nil
  }

  @inline(__always)
  mutating func number(of key: Key) -> Int {
    var slot = Int(truncatingIfNeeded: key.scattered >> 32) & mask
    while slots[slot] >= 0 {
      if keys[Int(slots[slot])].isSame(as: key) { return Int(slots[slot]) }
      slot = (slot + 1) & mask
    }
    return insert(key, at: slot)
  }

  @inline(never)
  private mutating func insert(_ key: Key, at slot: Int) -> Int {
    slots[slot] = Int32(keys.count)
    keys.append(key)
    if keys.count * 3 > slots.count * 2 { grow() }
    return keys.count - 1
  }

  private mutating func grow() {
    mask = slots.count * 2 - 1
    slots = ContiguousArray(repeating: -1, count: mask + 1)
    for (number, key) in keys.enumerated() {
      var slot = Int(truncatingIfNeeded: key.scattered >> 32) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }
}
