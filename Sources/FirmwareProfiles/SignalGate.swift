import Vocabulary

/// What a signal's value must be to be let in, as plain numbers: asked for each signal of each report.
struct SignalGate: Sendable {
  private enum Kind: Sendable { case gauge, count, flag, word }

  let name: Symbol
  private let kind: Kind
  private let least: Double
  private let greatest: Double
  /// Of a word: which list it is from.
  private let list: Int

  /// `lists` takes up the words of a closed list.
  init(_ name: Symbol, _ declaration: SignalDeclaration, lists: inout [[String]]) {
    self.name = name
    least = declaration.range?.lowerBound ?? -.infinity
    greatest = declaration.range?.upperBound ?? .infinity
    var list = -1
    switch declaration.kind {
    case .gauge: kind = .gauge
    case .count: kind = .count
    case .flag: kind = .flag
    case .word(let words):
      kind = .word
      list = lists.count
      lists.append(words)
    }
    self.list = list
  }

  /// `nil` where the value isn't what was declared.
  func number(_ value: JSONNode, lists: [[String]]) -> Double? {
    switch kind {
    case .gauge, .count:
      guard let number = value.number, abs(number) <= DecodingLimits.signalMagnitude, number >= least,
        number <= greatest, kind == .gauge || number >= 0
      else { return nil }
      return number
    case .flag: return value.bool.map { $0 ? 1 : 0 }
    case .word:
      guard value.isString, let text = value.utf8 else { return nil }
      return lists[list].firstIndex { $0.utf8.elementsEqual(text) }.map(Double.init)
    }
  }
}
