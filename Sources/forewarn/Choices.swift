import ArgumentParser

/// One word of a closed set, or several with commas between them: any of these.
struct Choices<Word: RawRepresentable & CaseIterable & Sendable>: ExpressibleByArgument, Sendable
where Word.RawValue == String {
  var words: [Word]

  init?(argument: String) {
    words = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let word = Word(rawValue: String(part)) else { return nil }
      words.append(word)
    }
  }

  static var allValueStrings: [String] { Word.allCases.map(\.rawValue) }

  /// As the control API takes them.
  var query: String { words.map(\.rawValue).joined(separator: ",") }
}
