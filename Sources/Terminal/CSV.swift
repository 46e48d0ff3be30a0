/// Comma-separated values as RFC 4180 has them: quotes where needed, lines that end in CR LF.
package enum CSV {
  package static func line(_ fields: [String]) -> String {
    fields.map(field).joined(separator: ",") + "\r\n"
  }

  private static func field(_ text: String) -> String {
    // By scalars: a CR followed by an LF is one Character.
    guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  /// All scalar fields of all items, `id` first, the others in the order in which they first appear; fields of inner objects are named by their
  /// path (`probability.mean`). Arrays are left out: JSON has them. What isn't known is empty.
  package static func text(of items: [JSONValue], withHeaders: Bool = true) -> String {
    let columns = columns(of: items)
    guard !columns.isEmpty else { return "" }
    let header = withHeaders ? line(columns) : ""
    return header + items.map { item in line(columns.map { item.text(at: $0) ?? "" }) }.joined()
  }

  package static func columns(of items: [JSONValue]) -> [String] {
    var columns: [String] = []
    var seen: Set<String> = []
    var nested: Set<String> = []
    func walk(_ value: JSONValue, _ path: String) {
      switch value {
      case .object(let members):
        nested.insert(path)
        for member in members { walk(member.value, path.isEmpty ? member.name : "\(path).\(member.name)") }
      case .array: nested.insert(path)
      default: if seen.insert(path).inserted { columns.append(path) }
      }
    }
    for item in items { walk(item, "") }
    // A field that is null in one item and an object in another isn't a scalar.
    columns.removeAll { nested.contains($0) }
    if let place = columns.firstIndex(of: "id") { columns.insert(columns.remove(at: place), at: 0) }
    return columns
  }
}
