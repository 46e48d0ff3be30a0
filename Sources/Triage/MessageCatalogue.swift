package import Vocabulary

/// One language's messages by key, such as `ticket.cause`; values stand in them as `{name}`.
package struct MessageCatalogue: Hashable, Sendable {
  package var locale: String
  package var messages: [String: String]

  package init(locale: String, messages: [String: String]) {
    self.locale = locale
    self.messages = messages
  }

  /// The names in braces, in order: `["cohort", "probability"]`.
  package static func names(in message: String) -> [String] {
    parts(of: message).compactMap { part in
      if case .value(let name) = part { name } else { nil }
    }
  }

  enum Part {
    case words(Substring)
    case value(String)
  }

  /// Braces that name nothing are words.
  static func parts(of message: String) -> [Part] {
    var parts: [Part] = []
    var rest = Substring(message)
    // By bytes, since a pass writes thousands of texts; a brace is one byte, and no part of another character's.
    let (begin, end) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
    while let open = rest.utf8.firstIndex(of: begin), let close = rest[open...].utf8.firstIndex(of: end) {
      parts.append(.words(rest[..<open]))
      parts.append(.value(String(rest[rest.utf8.index(after: open)..<close])))
      rest = rest[rest.utf8.index(after: close)...]
    }
    parts.append(.words(rest))
    return parts
  }
}

/// All languages that explanations can be read in. English is always there.
package struct Messages: Hashable, Sendable {
  package private(set) var catalogues: [String: MessageCatalogue] = ["en": .english]

  package static let english = Messages()

  package init(_ catalogues: [MessageCatalogue] = []) {
    for catalogue in catalogues { self.catalogues[catalogue.locale.lowercased()] = catalogue }
  }

  /// What was read: in which language, and which messages that language lacks.
  package struct Reading: Hashable, Sendable {
    package var text: String
    package var locale: String
    /// `de ticket.cause`, or `fr` where there is none of the language.
    package var missing: Set<String>
  }

  /// - Parameter locale: such as `de-AT`; the nearest of `de-at` and `de` is taken, English where there is none.
  package func read(_ sentences: [Sentence], in locale: String?) -> Reading {
    let wanted = locale ?? "en"
    var missing: Set<String> = []
    let own = catalogue(for: wanted)
    if own == nil { missing.insert(Self.language(of: wanted)) }
    var reader = SentenceReader(own: own ?? .english)
    let text = reader.text(of: sentences)
    missing.formUnion(reader.missing.map { "\(own?.locale ?? "en") \($0)" })
    return Reading(text: text, locale: own?.locale ?? "en", missing: missing)
  }

  private func catalogue(for locale: String) -> MessageCatalogue? {
    var name = Substring(locale.lowercased().replacing("_", with: "-"))
    while !name.isEmpty {
      if let found = catalogues[String(name)] { return found }
      guard let dash = name.lastIndex(of: "-") else { return nil }
      name = name[..<dash]
    }
    return nil
  }

  private static func language(of locale: String) -> String {
    String(locale.lowercased().prefix { $0.isLetter }.prefix(8))
  }
}
