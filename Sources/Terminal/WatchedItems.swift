/// A list, or one object, that is looked at again and again: what has come, changed and gone since the last look.
package struct WatchedItems: Sendable {
  private var known: [String: JSONValue] = [:]
  /// As they were listed last.
  private var order: [String] = []

  package init() {}

  /// Each object with its `event` in front: `added`, `changed` (as it is now), `removed` (as it was).
  package mutating func take(_ items: [JSONValue]) -> [JSONValue] {
    var next: [String: JSONValue] = [:]
    var names: [String] = []
    var events: [JSONValue] = []
    for item in items {
      var name = Self.identity(of: item)
      // Two that can't be told apart are told apart by their place.
      while next[name] != nil { name += "+" }
      names.append(name)
      next[name] = item
      if let old = known[name] {
        if old != item { events.append(Self.event("changed", item)) }
      } else {
        events.append(Self.event("added", item))
      }
    }
    events += order.filter { next[$0] == nil }.compactMap { known[$0] }.map { Self.event("removed", $0) }
    (known, order) = (next, names)
    return events
  }

  private static func identity(of item: JSONValue) -> String {
    if let id = item.text(at: "id") ?? item.text(at: "number") { return id }
    return ["product", "batch", "device", "failure_mode", "as_of", "source"].map { item.text(at: $0) ?? "" }
      .joined(separator: "\u{1f}")
  }

  private static func event(_ word: String, _ item: JSONValue) -> JSONValue {
    guard case .object(let members) = item else { return item }
    return .object([.init("event", .string(word))] + members)
  }
}
