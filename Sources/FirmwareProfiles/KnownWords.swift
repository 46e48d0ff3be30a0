import Vocabulary

/// Symbols of short words that came lately, by their bytes: without a text made of them, a lock, or a hash of all of it. A
/// word takes the place of another that falls on the same one.
struct KnownWords: Sendable {
  private struct Entry: Sendable {
    var bytes: UInt128 = 0
    var count = 0
    var symbol = Symbol.unknown
  }
  private static let places = 256
  private var entries = Array(repeating: Entry(), count: Self.places)

  subscript(text: UnsafeBufferPointer<UInt8>) -> Symbol? {
    get {
      guard let bytes = Self.bytes(text) else { return nil }
      let entry = entries[Self.place(bytes)]
      return entry.count == text.count && entry.bytes == bytes ? entry.symbol : nil
    }
    set {
      guard let bytes = Self.bytes(text), let newValue else { return }
      entries[Self.place(bytes)] = Entry(bytes: bytes, count: text.count, symbol: newValue)
    }
  }

  /// `nil`: longer than what fits.
  private static func bytes(_ text: UnsafeBufferPointer<UInt8>) -> UInt128? {
    guard (1...16).contains(text.count) else { return nil }
    var bytes: UInt128 = 0
    for byte in text { bytes = bytes << 8 | UInt128(byte) }
    return bytes
  }

  private static func place(_ bytes: UInt128) -> Int {
    let folded = UInt64(truncatingIfNeeded: bytes ^ bytes >> 64)
    return Int((folded &* 0x9e37_79b9_7f4a_7c15) >> 56)
  }
}
