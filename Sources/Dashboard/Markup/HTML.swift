import Terminal

/// A piece of markup. What stands in a literal is ours; whatever is put into one with `\( )` is text and is escaped, so that
/// nothing a device, an operator or a file says becomes markup. Only another piece of `HTML` goes in as it is.
///
/// `let cell: HTML = "<td>\(batch)</td>"`, with the batch `<b>"`: `<td>&lt;b&gt;&quot;</td>`.
///
/// Byte by byte, not by grapheme: a quote that a combining mark follows is another `Character` than a quote, and would close an
/// attribute all the same.
package struct HTML: Hashable, Sendable, ExpressibleByStringInterpolation {
  package private(set) var text: String

  package init(stringLiteral value: String) { text = value }
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
  package init(_ pieces: [HTML], separator: HTML = "") {
    text = pieces.map(\.text).joined(separator: separator.text)
  }

  package static func + (left: HTML, right: HTML) -> HTML { HTML([left, right]) }
  package static func += (left: inout HTML, right: HTML) { left.text += right.text }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }
    package mutating func appendLiteral(_ literal: String) { text += literal }
    package mutating func appendInterpolation(_ markup: HTML) { text += markup.text }
    package mutating func appendInterpolation(_ text: String) { self.text += HTML.escaped(text) }
    package mutating func appendInterpolation(_ number: Int) { text += String(number) }
    /// A coordinate: a tenth of a pixel is fine enough.
    package mutating func appendInterpolation(_ coordinate: Double) {
      text += Phrase.fixed(coordinate.isFinite ? coordinate : 0, 1)
    }
  }

  /// Control characters and marks that turn the direction of text are shown as `\u{1b}`.
  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 > 0x7e || special($0) != nil }) else { return text }
    var bytes: [UInt8] = []
    for byte in Phrase.printable(text).utf8 {
      if let reference = special(byte) { bytes += reference.utf8 } else { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func special(_ byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    default: nil
    }
  }
}

extension Sequence<HTML> {
  func joined(separator: HTML = "") -> HTML { HTML(Array(self), separator: separator) }
}
