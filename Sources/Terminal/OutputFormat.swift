/// How a command prints. JSON holds all; the others are parts of it.
package enum OutputFormat: String, Sendable, CaseIterable {
  case table, wide, json, ndjson, csv, name
}

/// The bytes of an answer in one of the formats for programs.
package enum MachineOutput {
  /// One object a line for `ndjson`, the scalar fields for `csv`, what each thing is called for `name`. JSON goes through byte by byte; only the line feed
  /// after it is ours.
  package static func bytes(of body: [UInt8], as format: OutputFormat, withHeaders: Bool) throws(JSONFault) -> [UInt8] {
    switch format {
    case .table, .wide, .json:
      return body.last == UInt8(ascii: "\n") ? body : body + [UInt8(ascii: "\n")]
    case .ndjson:
      return Array(try items(in: body).map { $0.description + "\n" }.joined().utf8)
    case .csv:
      return Array(CSV.text(of: try items(in: body), withHeaders: withHeaders).utf8)
    case .name:
      return Array(try items(in: body).compactMap(name).map { $0 + "\n" }.joined().utf8)
    }
  }

  /// By which other commands take it; `nil` of what has no name, as a status.
  private static func name(_ item: JSONValue) -> String? {
    ["id", "device", "batch", "product", "number", "name"].lazy.compactMap { item.text(at: $0) }.first
  }

  /// The items of a list, or the one object.
  package static func items(in body: [UInt8]) throws(JSONFault) -> [JSONValue] {
    let value = try JSONValue(reading: body)
    if case .array(let items) = value["items"] { return items }
    return [value]
  }
}
