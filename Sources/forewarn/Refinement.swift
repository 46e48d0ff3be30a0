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
  @Option(
    name: .customLong("json"),
    help: ArgumentHelp("As JSON, of each only these fields, with commas between them.", valueName: "fields"))
  var fields: String?

  /// All that the daemon has must be looked at, whatever is shown of it.
  var needsAll: Bool { conditions != nil || sortBy != nil }

  func validate() throws {
    if let sortBy, sortBy.isEmpty || sortBy == "-" { throw ValidationError("--sort-by wants the name of a field") }
    if let fields, fields.isEmpty { throw ValidationError("--json wants the names of fields") }
  }

  func applied(to items: [JSONValue], limit: Int?) throws -> [JSONValue] {
    var items = items
    if let conditions {
      if let unknown = conditions.unknownField(in: items) { throw Self.noSuchField(unknown.field, unknown.known) }
      let now = StandardStreams.screen().now
      items = items.filter { conditions.holds(for: $0, now: now) }
    }
    if let sortBy {
      let field = sortBy.first == "-" ? String(sortBy.dropFirst()) : sortBy
      try Self.require([field], of: items)
      items = FieldOrder.sorted(items, by: sortBy)
    }
    if let limit { items = Array(items.prefix(limit)) }
    guard let fields else { return items }
    let names = fields.split(separator: ",").map(String.init)
    try Self.require(names, of: items)
    return items.map { $0.keeping(names) }
  }

  private static func require(_ fields: [String], of items: [JSONValue]) throws {
    guard !items.isEmpty else { return }
    for field in fields where !items.contains(where: { $0.has(field) }) {
      guard case .object(let members) = items[0] else { return }
      throw noSuchField(field, members.map(\.name))
    }
  }

  private static func noSuchField(_ field: String, _ known: [String]) -> Failure {
    Failure(
      .usage, "no field \"\(Phrase.printable(field))\" here", advice: "there are \(known.joined(separator: ", "))")
  }
}
