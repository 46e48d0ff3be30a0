import ArgumentParser
import ControlProtocol
import Terminal

/// What is made of a list before it is printed: any field of its JSON may narrow and sort it.
struct Refinement: ParsableArguments {
  @Option(
    name: [.customShort("l"), .customLong("where")],
    help: ArgumentHelp(
      "Only what these conditions hold for: batch=B17,firmware!=3.2.1,probability>0.8,opened_at>-24h.",
      valueName: "conditions"),
    transform: { try FieldExpression($0) })
  var conditions: FieldExpression?
  // Whatever follows: a field may have a - before it.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("By this field; with a - before it the greatest first.", valueName: "field"))
  var sortBy: String?

  /// All that the daemon has must be looked at, whatever is shown of it.
  var needsAll: Bool { conditions != nil || sortBy != nil }

  func validate() throws {
    if let sortBy, sortBy.isEmpty || sortBy == "-" { throw ValidationError("--sort-by wants the name of a field") }
  }

  func applied(to items: [JSONValue], limit: Int?) throws -> [JSONValue] {
    var items = items
    if let conditions {
      if let unknown = conditions.unknownField(in: items) {
        throw FieldNames.noSuch(unknown.field, known: unknown.known)
      }
      let now = StandardStreams.now()
      items = items.filter { conditions.holds(for: $0, now: now) }
    }
    if let sortBy {
      let field = sortBy.first == "-" ? String(sortBy.dropFirst()) : sortBy
      try FieldNames.require([field], in: items)
      items = FieldOrder.sorted(items, by: sortBy)
    }
    if let limit { items = Array(items.prefix(limit)) }
    return items
  }
}
