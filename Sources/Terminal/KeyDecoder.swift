/// Keys in the bytes that a terminal sends for them.
package enum KeyDecoder {
  /// The longer sequence first: a lone escape byte is the escape key.
  private static let sequences: [(bytes: [UInt8], key: TopView.Key)] = [
    ([0x1b, 0x5b, 0x41], .up), ([0x1b, 0x4f, 0x41], .up), ([0x1b, 0x5b, 0x42], .down), ([0x1b, 0x4f, 0x42], .down),
    ([0x0d], .enter), ([0x0a], .enter), ([0x09], .tab), ([0x7f], .backspace), ([0x08], .backspace),
  ]

  package static func keys(in bytes: [UInt8]) -> [TopView.Key] {
    var keys: [TopView.Key] = []
    var rest = bytes[...]
    while let first = rest.first {
      if let known = sequences.first(where: { rest.starts(with: $0.bytes) }) {
        keys.append(known.key)
        rest = rest.dropFirst(known.bytes.count)
      } else if first == 0x1b {
        if rest.count == 1 { keys.append(.escape) }
        // Another key's sequence: to its last byte.
        rest = rest.dropFirst(2).drop { !(0x40...0x7e).contains($0) }.dropFirst()
      } else {
        // A character's bytes come together.
        let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
        let text = String(decoding: rest.prefix(length), as: UTF8.self)
        if first >= 0x20, let character = text.first { keys.append(.character(character)) }
        rest = rest.dropFirst(length)
      }
    }
    return keys
  }
}
