/// The colours, in light and dark, and what stands on what: a test computes the contrast of each pair.
package struct Palette: Hashable, Sendable {
  /// By the name of the CSS variable.
  package var colours: [(name: String, hex: UInt32)]

  package static func == (left: Palette, right: Palette) -> Bool { left.css == right.css }
  package func hash(into hasher: inout Hasher) { hasher.combine(css) }

  package static let light = Palette(colours: [
    ("page", 0xf6f7f9), ("card", 0xffffff), ("text", 0x1a1f29), ("muted", 0x565f6f), ("line", 0xd5dae2),
    ("edge", 0x7d8798), ("link", 0x0b57b8), ("accent", 0x0b57b8), ("grey", 0x6b7586), ("hot", 0xb3261e),
    ("cool", 0x0b6e6e), ("band", 0xd6e4f7), ("good", 0x17663a), ("good-back", 0xdff3e5), ("warn", 0x7a4a00),
    ("warn-back", 0xfdeccb), ("bad", 0xa11a13), ("bad-back", 0xfce1de), ("strong", 0x0a4a9c), ("strong-back", 0xdde9fb),
  ])
  package static let dark = Palette(colours: [
    ("page", 0x11141a), ("card", 0x1a1f27), ("text", 0xe7eaf0), ("muted", 0xa6afbf), ("line", 0x323946),
    ("edge", 0x747f92), ("link", 0x8ab8ff), ("accent", 0x6fa8ff), ("grey", 0x929cae), ("hot", 0xff8078),
    ("cool", 0x4fc4c0), ("band", 0x24395a), ("good", 0x7fdba0), ("good-back", 0x143522), ("warn", 0xffc766),
    ("warn-back", 0x3d2c0b), ("bad", 0xffa49d), ("bad-back", 0x471b18), ("strong", 0xa9caff), ("strong-back", 0x1b3358),
  ])

  /// Words on their ground: 4.5 to 1 by WCAG 2.2 AA.
  package static let texts: [(front: String, back: String)] = [
    ("text", "page"), ("text", "card"), ("muted", "page"), ("muted", "card"), ("link", "page"), ("link", "card"),
    ("good", "good-back"), ("warn", "warn-back"), ("bad", "bad-back"), ("strong", "strong-back"), ("text", "band"),
    ("hot", "card"), ("text", "bad-back"), ("text", "warn-back"), ("text", "good-back"),
  ]
  /// What a plot or a control is made of: 3 to 1.
  package static let shapes: [(front: String, back: String)] = [
    ("accent", "card"), ("grey", "card"), ("hot", "card"), ("cool", "card"), ("edge", "card"), ("edge", "page"),
    ("accent", "page"),
  ]

  /// `nil`: no colour of that name.
  package func contrast(_ front: String, _ back: String) -> Double? {
    guard let first = luminance(front), let second = luminance(back) else { return nil }
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  /// The same where a colour lies over the ground with that opacity.
  package func contrast(_ front: String, _ back: String, under: String, opacity: Double) -> Double? {
    guard let ground = hex(back), let cover = hex(under), let first = luminance(front) else { return nil }
    var mixed: UInt32 = 0
    for shift: UInt32 in [0, 8, 16] {
      let (below, above) = (Double(ground >> shift & 0xff), Double(cover >> shift & 0xff))
      mixed |= UInt32((below + (above - below) * opacity).rounded()) << shift
    }
    let second = Self.luminance(mixed)
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  private func hex(_ name: String) -> UInt32? { colours.first { $0.name == name }?.hex }
  private func luminance(_ name: String) -> Double? { hex(name).map(Self.luminance) }

  /// WCAG's relative luminance: white is 1, black 0.
  private static func luminance(_ hex: UInt32) -> Double {
    func channel(_ shift: UInt32) -> Double {
      let value = Double(hex >> shift & 0xff) / 255
      return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055)
    }
    return 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
  }

  /// x^2.4 as x² · x^(2/5), the fifth root by Newton's steps.
  private static func power(_ x: Double) -> Double {
    guard x > 0 else { return 0 }
    let square = x * x
    var root = 1.0
    for _ in 0..<60 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
    return square * root
  }

  var css: String {
    colours.map { name, hex in
      let digits = String(hex, radix: 16)
      return "--\(name):#" + String(repeating: "0", count: 6 - digits.count) + digits
    }.joined(separator: ";")
  }
}
