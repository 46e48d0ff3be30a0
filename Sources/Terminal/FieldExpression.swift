package import Vocabulary

/// Conditions on the fields of a list's objects, all of which must hold: `batch=B17,firmware!=3.2.1,probability>0.8`.
///
/// A field is a path in the object's JSON (`evidence.device_reports`); an interval stands for its mean. `=` and `!=` compare
/// text, or numbers where both sides are; `<`, `<=`, `>`, `>=` compare numbers, times (also `today`, and `-24h`, `7d` from now) and
/// versions (3.10 comes after 3.9). `field` alone: it is known; `!field`: it isn't. What a field that isn't known is compared
/// with by order doesn't hold.
package struct FieldExpression: Hashable, Sendable {
  enum Comparison: String, CaseIterable {
    // The longer ones first: `<=` is no `<` of `=…`.
    case notEqual = "!=", atMost = "<=", atLeast = ">=", equal = "=", below = "<", above = ">"
  }

  struct Condition: Hashable, Sendable {
    var field: String
    /// `nil`: whether the field is known.
    var comparison: Comparison?
    var value: String
    var isNegated = false
  }

  package struct Fault: Error, Hashable, CustomStringConvertible {
    package var description: String
  }

  package let text: String
  /// That conditions are about.
  package var fields: [String] { conditions.map(\.field) }
  let conditions: [Condition]

  package init(_ text: String) throws(Fault) {
    self.text = text
    var conditions: [Condition] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      conditions.append(try Self.condition(part.trimmed))
    }
    self.conditions = conditions
  }

  private static func condition(_ part: String) throws(Fault) -> Condition {
    var found: (at: String.Index, comparison: Comparison)?
    for comparison in Comparison.allCases {
      guard let range = part.firstRange(of: comparison.rawValue), range.lowerBound > part.startIndex else { continue }
      if found.map({ range.lowerBound < $0.at }) ?? true { found = (range.lowerBound, comparison) }
    }
    guard let found else {
      let isNegated = part.first == "!"
      let field = isNegated ? String(part.dropFirst()) : part
      guard isField(field) else { throw fault(part) }
      return Condition(field: field, comparison: nil, value: "", isNegated: isNegated)
    }
    let field = String(part[..<found.at]).trimmed
    guard isField(field) else { throw fault(part) }
    var value = part[found.at...].dropFirst(found.comparison.rawValue.count)
    // `==` is `=`.
    if found.comparison == .equal, value.first == "=" { value = value.dropFirst() }
    return Condition(field: field, comparison: found.comparison, value: value.trimmed)
  }

  private static func fault(_ part: String) -> Fault {
    Fault(
      description: "expected conditions such as batch=B17,probability>0.8, found \"\(Phrase.printable(part))\"")
  }

  private static func isField(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
          UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  // MARK: Objects

  package func holds(for item: JSONValue, now: EventTime) -> Bool {
    conditions.allSatisfy { Self.holds($0, for: item, now) }
  }

  private static func holds(_ condition: Condition, for item: JSONValue, _ now: EventTime) -> Bool {
    let value = item.comparable(at: condition.field)
    guard let comparison = condition.comparison else { return (value != nil) != condition.isNegated }
    switch comparison {
    case .equal: return value.map { isEqual($0, condition.value) } ?? (condition.value == "null")
    case .notEqual: return value.map { !isEqual($0, condition.value) } ?? (condition.value != "null")
    case .below: return order(value, condition.value, now).map { $0 < 0 } ?? false
    case .atMost: return order(value, condition.value, now).map { $0 <= 0 } ?? false
    case .above: return order(value, condition.value, now).map { $0 > 0 } ?? false
    case .atLeast: return order(value, condition.value, now).map { $0 >= 0 } ?? false
    }
  }

  private static func isEqual(_ left: JSONValue, _ right: String) -> Bool {
    if case .number(let number) = left, let left = Double(number), let right = Double(right) { return left == right }
    return left.scalar == right
  }

  private static func order(_ left: JSONValue?, _ right: String, _ now: EventTime) -> Int? {
    guard let left else { return nil }
    if case .number = left { return Double(right).map { FieldOrder.compare(left, .number("\($0)")) } }
    return FieldOrder.compare(left, .string(TimeInput.moment(right, now: now)?.description ?? right))
  }

  /// A field that no object has, and how the fields that there are are called.
  package func unknownField(in items: [JSONValue]) -> (field: String, known: [String])? {
    guard !items.isEmpty else { return nil }
    for condition in conditions where !items.contains(where: { $0.has(condition.field) }) {
      guard case .object(let members) = items[0] else { return nil }
      return (condition.field, members.map(\.name))
    }
    return nil
  }
}

/// How two fields are put in order: numbers as such, texts as times, else as versions, which words are a kind of.
package enum FieldOrder {
  /// Below 0: left comes first.
  static func compare(_ left: JSONValue, _ right: JSONValue) -> Int {
    if case .number(let first) = left, case .number(let second) = right, let left = Double(first),
      let right = Double(second)
    {
      return left < right ? -1 : left > right ? 1 : 0
    }
    let (first, second) = (left.scalar ?? "", right.scalar ?? "")
    if let first = EventTime(first), let second = EventTime(second) {
      return first < second ? -1 : first > second ? 1 : 0
    }
    let (older, newer) = (FirmwareVersion(first), FirmwareVersion(second))
    return older < newer ? -1 : newer < older ? 1 : 0
  }

  /// By a field, the greatest first where it has a `-` before it; objects without it come last; equal ones stay in order.
  package static func sorted(_ items: [JSONValue], by field: String) -> [JSONValue] {
    let isDescending = field.first == "-"
    let path = isDescending ? String(field.dropFirst()) : field
    let keyed = items.enumerated().map { (offset: $0, item: $1, key: $1.comparable(at: path)) }
    return keyed.sorted { left, right in
      switch (left.key, right.key) {
      case (nil, nil): return left.offset < right.offset
      case (nil, _): return false
      case (_, nil): return true
      case (let leftKey?, let rightKey?):
        let order = compare(leftKey, rightKey)
        return order == 0 ? left.offset < right.offset : isDescending ? order > 0 : order < 0
      }
    }.map(\.item)
  }
}

extension JSONValue {
  /// A field that isn't made of others; of an interval its mean.
  func comparable(at path: String) -> JSONValue? {
    guard let value = value(at: path) else { return nil }
    return value.scalar == nil ? value["mean"] : value
  }

  /// Whether the field is there, known or not.
  package func has(_ path: String) -> Bool {
    var value = self
    for name in path.split(separator: ".") {
      guard let next = value[String(name)] else { return value == .null }
      value = next
    }
    return true
  }

  /// An object with these fields alone, by their paths.
  package func keeping(_ fields: [String]) -> JSONValue {
    .object(fields.map { .init($0, value(at: $0) ?? .null) })
  }
}

extension String {
  fileprivate var trimmed: String { Substring(self).trimmed }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
