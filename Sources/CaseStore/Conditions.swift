import GRDB

/// A WHERE clause put together from constants, its values bound: nothing of a request becomes SQL.
struct Conditions {
  private var clauses: [String] = []
  private(set) var arguments = StatementArguments()

  var sql: String { clauses.isEmpty ? "" : "WHERE " + clauses.joined(separator: " AND ") }

  mutating func require(_ column: StaticString, _ value: String?) {
    guard let value else { return }
    clauses.append("\(column) = ?")
    arguments += [value]
  }

  /// A condition of its own, with `?` where the value goes.
  mutating func require(_ condition: StaticString, with value: String?) {
    guard let value else { return }
    clauses.append("\(condition)")
    arguments += [value]
  }

  mutating func require<Word: RawRepresentable<String>>(_ column: StaticString, oneOf words: [Word]) {
    guard !words.isEmpty else { return }
    clauses.append("\(column) IN (\(words.map { _ in "?" }.joined(separator: ", ")))")
    arguments += StatementArguments(words.map(\.rawValue))
  }
}
