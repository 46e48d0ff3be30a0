import Synchronization

/// A word that many records share (a product, batch, firmware version, region, signal …), kept once and compared by
/// number. Ordering is by the word's bytes, never by the number, so that results don't depend on who came first.
///
/// Words are never forgotten: only names from a bounded set may become symbols (device ids may not).
package struct Symbol: Hashable, Sendable {
  package let number: UInt32

  package init(_ text: String) {
    number = words.withLock { $0.number(of: text) }
  }

  /// The symbol of a word that someone asks about; `nil` where nothing ever bore that name.
  package init?(known text: String) {
    guard let number = words.withLock({ $0.numbers[text] }) else { return nil }
    self.number = number
  }

  package var text: String {
    words.withLock { $0.texts[Int(number)] }
  }

  /// How many words are kept: a figure for the memory report.
  package static var count: Int {
    words.withLock { $0.texts.count }
  }

  /// What stands where a fact isn't known: the batch `unknown`, the region `unknown`.
  package static let unknown = Symbol("unknown")
}

extension Symbol: Comparable {
  package static func < (left: Symbol, right: Symbol) -> Bool {
    guard left.number != right.number else { return false }
    return left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

extension Symbol: CustomStringConvertible, ExpressibleByStringLiteral {
  package var description: String { text }
  package init(stringLiteral text: String) { self.init(text) }
}

extension Symbol: Codable {
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

private struct Words {
  var texts: [String] = []
  var numbers: [String: UInt32] = [:]

  mutating func number(of text: String) -> UInt32 {
    if let known = numbers[text] { return known }
    let number = UInt32(texts.count)
    texts.append(text)
    numbers[text] = number
    return number
  }
}

// The one lock of the pure stages: a table that only grows and whose content can't change a result.
private let words = Mutex(Words())
