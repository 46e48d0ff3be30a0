/// One sentence of an explanation before it is put into a language: which message, and the values that go into it. Kept
/// with the ticket, so that it can be read in any language later.
package struct Sentence: Hashable, Sendable, Codable {
  package var key: String
  package var values: [String: SentenceValue]

  package init(_ key: String, _ values: [String: SentenceValue] = [:]) {
    self.key = key
    self.values = values
  }
}

/// A value that each language writes in its own way.
package indirect enum SentenceValue: Hashable, Sendable, Codable {
  /// As it is: ids, titles, versions.
  case text(String)
  case number(Double)
  /// So many of something that `count.<noun>` names.
  case count(Double, noun: String)
  /// A share of 1.
  case percent(Double)
  case percentRange(low: Double, high: Double)
  /// A probability with its interval.
  case probability(mean: Double, low: Double, high: Double)
  case money(Double, currency: String)
  /// The day of a moment, in UTC.
  case date(EventTime)
  case cohort(cause: String, batch: String?, firmware: String?, region: String?)
  /// What something is put down to: `share.<name>` with its share, the largest first.
  case shares([NamedShare])
  /// Explanations that can't be told apart yet.
  case candidates([Likelihood])
  case clause(Sentence)

  package struct NamedShare: Hashable, Sendable, Codable {
    package var name: String
    package var share: Double
    package init(name: String, share: Double) {
      self.name = name
      self.share = share
    }
  }

  package struct Likelihood: Hashable, Sendable, Codable {
    package var cohort: SentenceValue
    package var probability: Double
    package init(cohort: SentenceValue, probability: Double) {
      self.cohort = cohort
      self.probability = probability
    }
  }
}
