/// An object whose page is nothing but its fields: one a line, inner objects by their path, arrays of words joined.
package enum FieldsPage {
  package static func text(_ value: JSONValue, omitting omitted: Set<String> = [], on screen: Screen) -> String {
    let fields = rows(value, "").filter { $0.name != "schema" && !omitted.contains($0.name) }
    let column = (fields.map(\.name.count).max() ?? 0) + 2
    let lines = fields.flatMap { Layout.field($0.name, $0.text, width: screen.width, column: column) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func rows(_ value: JSONValue, _ path: String) -> [(name: String, text: String)] {
    switch value {
    case .object(let members):
      members.flatMap { rows($0.value, path.isEmpty ? $0.name : "\(path).\($0.name)") }
    case .array(let items):
      [(path, items.map { $0.scalar ?? $0.description }.joined(separator: ", "))]
    case .null: [(path, "-")]
    case .bool, .number, .string: [(path, value.scalar ?? "")]
    }
  }
}
