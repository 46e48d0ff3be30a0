/// A 64-bit digest that is the same in every run and on every machine (Swift's own `Hasher` is seeded anew each time).
/// FNV-1a, finished as splitmix64 does because FNV mixes its high bits badly; it guards against mix-ups, not attackers.
/// Of the empty string: `f52a15e9a9b5e89b`.
/// Inlined, since a report's digest is part of taking it in.
@frozen package struct Digest {
  @usableFromInline var state: UInt64 = 0xcbf2_9ce4_8422_2325

  @inlinable package init() {}

  @inlinable package mutating func combine(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  @inlinable package mutating func combine(_ number: UInt64) {
    state = Self.mix(state ^ number)
  }

  @inlinable package var value: UInt64 { Self.mix(state) }

  /// 16 hexadecimal digits.
  package var hex: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Each part's end counts, so that `ab`, `c` isn't `a`, `bc`.
  @inlinable package static func of(parts: [String]) -> Digest {
    var digest = Digest()
    for part in parts {
      digest.combine(part.utf8)
      digest.combine(CollectionOfOne(0xff))
    }
    return digest
  }

  @inlinable package static func of(_ bytes: some Sequence<UInt8>) -> Digest {
    var digest = Digest()
    digest.combine(bytes)
    return digest
  }

  /// The finisher of splitmix64 (Steele, Lea & Flood, OOPSLA 2014).
  @inlinable package static func mix(_ number: UInt64) -> UInt64 {
    var state = number
    state = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
    state = (state ^ state >> 27) &* 0x94d0_49bb_1331_11eb
    return state ^ state >> 31
  }
}
