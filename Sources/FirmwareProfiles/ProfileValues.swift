import CheckedYAML
import Vocabulary

// The kinds of value that profiles are made of.
extension YAMLValue {
  func identifier() -> String? {
    guard let text = string() else { return nil }
    guard Identifier.isValid(text) else {
      fault("expected an id (\(Identifier.rule)), found \"\(text.escaped(maximum: 40))\"")
      return nil
    }
    return text
  }

  func nonemptyText() -> String? {
    guard let text = string() else { return nil }
    guard !text.isEmpty else {
      fault("expected text, found none")
      return nil
    }
    return text
  }

  /// A version in its own spelling, which must begin with a number so that later ones can be told from earlier ones.
  func version() -> String? {
    parsed(as: "a version such as 4.1.0") { FirmwareVersion(numbered: $0[...])?.text }
  }

  func mode(among modes: Set<String>) -> String? {
    guard let name = identifier() else { return nil }
    guard modes.contains(name) else {
      fault("no mode has the id \"\(name)\"\(suggestion(for: name, in: Array(modes)))")
      return nil
    }
    return name
  }

  /// A number in a range with a further condition, which answers what was expected if it doesn't hold.
  func double(in range: ClosedRange<Double>, _ condition: (Double) -> String?) -> Double? {
    guard let value = double(in: range) else { return nil }
    if let expected = condition(value) {
      fault("\(expected), found \(short(value))")
      return nil
    }
    return value
  }

  func closedRange() -> ClosedRange<Double>? {
    guard let items = list(count: 2...2) else { return nil }
    guard let low = items[0].double(), let high = items[1].double() else { return nil }
    guard low < high else {
      fault("expected [low, high] with low < high, found [\(short(low)), \(short(high))]")
      return nil
    }
    return low...high
  }

  /// Edges of bins: 1 to 13 numbers, each larger than the one before.
  func edges(in range: ClosedRange<Double> = -1e15...1e15) -> [Double]? {
    guard let items = list(count: 1...13) else { return nil }
    let edges = items.compactMap { $0.double(in: range) }
    guard edges.count == items.count else { return nil }
    for index in edges.indices.dropFirst() where edges[index] <= edges[index - 1] {
      items[index].fault("expected ascending edges, found \(short(edges[index])) after \(short(edges[index - 1]))")
      return nil
    }
    return edges
  }

  /// Whether a key that the writer chose is an id.
  func checkedName(_ name: String, at keys: YAMLMapping) -> Bool {
    if Identifier.isValid(name) { return true }
    keys.fault(at: name, "expected an id (\(Identifier.rule)) as key")
    return false
  }
}

extension StringProtocol {
  /// For details and faults: control characters and everything beyond ASCII escaped (look-alikes must be seen), cut.
  func escaped(maximum: Int) -> String {
    var result = ""
    for scalar in unicodeScalars.prefix(maximum) {
      result += (0x20...0x7e).contains(scalar.value) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
    }
    return unicodeScalars.count > maximum ? result + "…" : result
  }
}
