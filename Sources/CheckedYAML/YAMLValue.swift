import Yams

/// A value with its place and dotted key. Each reader answers `nil` after it has recorded a fault.
package struct YAMLValue {
  let node: Node
  /// `modes[2].onset.count`.
  package let key: String
  package let position: YAMLPosition
  let context: ReadingContext

  /// Nothing, `~` or `null` stands there.
  package var isNull: Bool {
    guard let plain = plainText else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(plain)
  }

  package func fault(_ message: String) {
    context.faults.add(position, key: key, message)
  }

  /// The scalar's own text, whatever it looks like: `4.10` stays `4.10`.
  package func string(maximumBytes: Int = 1024) -> String? {
    guard case .scalar(let scalar) = node, !isNull else { return mismatch("text") }
    guard scalar.string.utf8.count <= maximumBytes else {
      fault("expected at most \(maximumBytes) bytes, found \(scalar.string.utf8.count)")
      return nil
    }
    return scalar.string
  }

  /// Text of another form, such as a duration or a version; `expected` describes it.
  package func parsed<Result>(as expected: String, _ parse: (String) -> Result?) -> Result? {
    guard case .scalar(let scalar) = node, !isNull else { return mismatch(expected) }
    guard let result = parse(scalar.string) else { return mismatch(expected) }
    return result
  }

  package func integer(in range: ClosedRange<Int>) -> Int? {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard let text = plainText, let value = Int(text), range.contains(value) else { return mismatch(expected) }
    return value
  }

  package func double(in range: ClosedRange<Double> = -1e15...1e15) -> Double? {
    guard let value = finiteNumber else { return mismatch("a number") }
    guard range.contains(value) else {
      return mismatch("a number from \(short(range.lowerBound)) to \(short(range.upperBound))")
    }
    return value
  }

  package func bool() -> Bool? {
    switch plainText {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return mismatch("true or false")
    }
  }

  /// A date of the Gregorian calendar, `2025-03-01`, quoted or not.
  package func date() -> CalendarDate? {
    parsed(as: "a date such as 2025-03-01", CalendarDate.init)
  }

  /// One of an enumeration's words.
  package func choice<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type = Choice.self) -> Choice?
  where Choice.RawValue == String {
    let words = Choice.allCases.map(\.rawValue)
    guard case .scalar(let scalar) = node, !isNull else { return mismatch("one of \(words.joined(separator: ", "))") }
    guard let choice = Choice(rawValue: scalar.string) else {
      fault(
        "expected one of \(words.joined(separator: ", ")), found \(found)\(suggestion(for: scalar.string, in: words))")
      return nil
    }
    return choice
  }

  /// The items of a list, each to be read by itself.
  package func list(count range: ClosedRange<Int> = 0...1000) -> [YAMLValue]? {
    guard case .sequence(let items) = node else { return mismatch("a list") }
    guard range.contains(items.count) else {
      fault("expected \(range.lowerBound) to \(range.upperBound) items, found \(items.count)")
      return nil
    }
    return items.enumerated().map { index, item in
      YAMLValue(node: item, key: "\(key)[\(index)]", position: item.position ?? position, context: context)
    }
  }

  /// Reads a mapping. Keys that `schema` hasn't asked for when it returns are faults.
  package func mapping<Result>(_ schema: (YAMLMapping) -> Result?) -> Result? {
    guard case .mapping(let pairs) = node else { return mismatch("keys and values") }
    let mapping = YAMLMapping(pairs, of: self)
    let result = schema(mapping)
    mapping.reportUnknownKeys()
    return result
  }

  /// Whether it is a mapping, for a key that takes either.
  package var isMapping: Bool {
    if case .mapping = node { true } else { false }
  }

  private func mismatch<Result>(_ expected: String) -> Result? {
    fault("expected \(expected), found \(found)")
    return nil
  }

  private var found: String {
    switch node {
    case .mapping: "keys and values"
    case .sequence: "a list"
    case .alias: "an alias"
    case .scalar(let scalar):
      isNull
        ? "nothing" : plainText == nil ? "the text \"\(printable(scalar.string))\"" : "\"\(printable(scalar.string))\""
    }
  }

  /// The text of a scalar without quotes: only such a one may be a number, a truth value or nothing.
  private var plainText: String? {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return nil }
    return scalar.string
  }

  private var finiteNumber: Double? {
    // Swift also reads hexadecimal, `inf` and `nan`.
    guard let text = plainText, text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text),
      value.isFinite
    else { return nil }
    return value
  }
}

/// A date of the proleptic Gregorian calendar that exists.
package struct CalendarDate: Hashable, Sendable {
  package let year: Int
  package let month: Int
  package let day: Int

  /// Reads `YYYY-MM-DD`.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), year >= 1, (1...12).contains(month)
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    guard (1...days).contains(day) else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }
}

/// At most 40 characters, with control characters escaped: a fault is one line.
func printable(_ text: String) -> String {
  let scalars = text.unicodeScalars.prefix(40).map { scalar in
    scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
      ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
  }
  return scalars.joined() + (text.unicodeScalars.count > 40 ? "…" : "")
}

/// `3` rather than `3.0`.
package func short(_ number: Double) -> String {
  abs(number) < 1e15 && number == number.rounded() ? String(Int(number)) : String(number)
}
