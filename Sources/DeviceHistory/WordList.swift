import Vocabulary

/// The words of the packed records by small numbers of their own, in the order in which they came: unlike a symbol's
/// number, these hold from one run of the program to the next, since the list is kept in the store.
struct WordList: Sendable {
  private(set) var words: [Symbol] = []
  /// By the symbol's number: 1 + the word's, 0 where it has none yet.
  private var numbers: [UInt32] = []

  mutating func number(of word: Symbol) -> UInt64 {
    let place = Int(word.number)
    if place < numbers.count, numbers[place] > 0 { return UInt64(numbers[place] - 1) }
    if place >= numbers.count {
      numbers.append(contentsOf: repeatElement(0, count: place + 64 - numbers.count))
    }
    words.append(word)
    numbers[place] = UInt32(words.count)
    return UInt64(words.count - 1)
  }

  @inline(__always)
  subscript(number: UInt64) -> Symbol { words[Int(number)] }
}
