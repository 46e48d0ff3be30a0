import ControlProtocol
import Hummingbird

/// A request's query, with unknown names and words refused in words.
struct Query {
  private let values: [String: [String]]

  init(_ request: Request, allowed: [String]) throws(ProblemDetails) {
    let fields = request.uri.queryParameters.map { (name: String($0.key), value: String($0.value)) }
    try self.init(fields, allowed: allowed)
  }

  init(_ fields: [(name: String, value: String)], allowed: [String]) throws(ProblemDetails) {
    var values: [String: [String]] = [:]
    for (name, value) in fields {
      guard allowed.contains(name) else {
        let known = allowed.isEmpty ? "; none is taken here" : " isn't one of \(allowed.joined(separator: ", "))"
        throw Self.wrongUse("unknown filter", LogLines.escaped(name) + known)
      }
      values[name, default: []].append(value)
    }
    self.values = values
  }

  subscript(name: String) -> String? { values[name]?.last }

  /// A name that must not be empty where it is given.
  func name(_ key: String) throws(ProblemDetails) -> String? {
    guard let text = self[key] else { return nil }
    guard !text.isEmpty else { throw Self.wrongUse("empty", "\(key) is empty; name one or leave it out") }
    return text
  }

  /// Words may be repeated or separated by commas: any of them.
  func choices<Choice: RawRepresentable & CaseIterable>(_ name: String) throws(ProblemDetails) -> [Choice]
  where Choice.RawValue == String {
    var choices: [Choice] = []
    for word in (values[name] ?? []).flatMap({ $0.split(separator: ",") }) {
      guard let choice = Choice(rawValue: String(word)) else {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw Self.wrongUse("unknown word", "\(name) is one of \(words); not \(LogLines.escaped(String(word)))")
      }
      choices.append(choice)
    }
    return choices
  }

  func word(_ name: String, of words: [String]) throws(ProblemDetails) -> String? {
    guard let word = self[name] else { return nil }
    guard words.contains(word) else {
      throw Self.wrongUse(
        "unknown word", "\(name) is one of \(words.joined(separator: ", ")); not \(LogLines.escaped(word))")
    }
    return word
  }

  func number(_ name: String, in range: ClosedRange<Double>) throws(ProblemDetails) -> Double? {
    guard let text = self[name] else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw Self.wrongUse("bad number", "\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func limit() throws(ProblemDetails) -> Int {
    guard let text = self["limit"] else { return Limits.listItemsByDefault }
    guard let number = Int(text), (0...Limits.listItems).contains(number) else {
      throw Self.wrongUse("bad number", "limit is a whole number from 0 to \(Limits.listItems)")
    }
    return number
  }

  private static func wrongUse(_ title: String, _ detail: String) -> ProblemDetails {
    ProblemDetails(status: 400, title: title, detail: detail)
  }
}
