import FleetSimulation

/// Changes inputs as hostile and broken senders do: bytes, pieces of other inputs, numbers at their limits, nesting. By a seed.
package struct SeededMutation {
  private var numbers: SplitMix

  package init(seed: UInt64) { numbers = SplitMix(state: seed) }

  private mutating func draw(below limit: Int) -> Int { Int(numbers.next() % UInt64(max(1, limit))) }

  private static let words = [
    "-1", "0", "1e999", "-1e-400", "9223372036854775808", "18446744073709551615", "NaN", "null", "true", "\"\"", "[]",
    "{}",
    "[[[[[[[[[[", "{\"a\":", "\\u0000", "\\ud800", "\u{202e}", "\u{0}", ",", ":", "\n", "- ", "&a *a", "<<: ",
    "!!binary ",
    "\u{FEFF}", "//", "+", "#", "$",
  ].map { Array($0.utf8) }

  package mutating func mutated(_ seeds: [[UInt8]]) -> [UInt8] {
    var bytes = seeds[draw(below: seeds.count)]
    for _ in 0...draw(below: 4) {
      let place = draw(below: bytes.count + 1)
      let end = min(bytes.count, place + draw(below: 12))
      switch draw(below: 7) {
      case 0 where place < bytes.count: bytes[place] ^= UInt8(1 << draw(below: 8))
      case 1 where place < bytes.count: bytes[place] = UInt8(draw(below: 256))
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4: bytes.replaceSubrange(place..<end, with: Self.words[draw(below: Self.words.count)])
      case 5: bytes.removeLast(bytes.count - place)
      default:
        let other = seeds[draw(below: seeds.count)]
        bytes = Array(bytes.prefix(place)) + other.suffix(draw(below: other.count + 1))
      }
    }
    return bytes
  }
}
