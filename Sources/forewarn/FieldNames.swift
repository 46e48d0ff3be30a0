import ArgumentParser
import ControlProtocol
import Terminal

/// The fields of a `--json id,device`: of an answer, or of each item of a list.
struct FieldNames: ExpressibleByArgument, Hashable {
  var names: [String]

  init?(argument: String) {
    names = argument.split(separator: ",").map(String.init)
    guard !names.isEmpty else { return nil }
  }

  /// The schema stays: what reads it must know what it reads.
  func projection(of body: [UInt8]) throws -> [UInt8] {
    guard case .object(let members) = try Session.value(in: body) else { return body }
    guard members.contains(where: { $0.name == "items" }) else {
      let value = JSONValue.object(members)
      try require(in: [value])
      guard case .object(let kept) = value.keeping(names) else { return body }
      let schema = members.filter { $0.name == "schema" && !names.contains("schema") }
      return Array(JSONValue.object(schema + kept).description.utf8)
    }
    let items = try Session.items(in: body)
    try require(in: items)
    let changed = members.map { member in
      member.name == "items" ? .init("items", .array(items.map { $0.keeping(names) })) : member
    }
    return Array(JSONValue.object(changed).description.utf8)
  }

  /// Of one line of a stream: its event, and the fields.
  func projection(ofEvent item: JSONValue) -> JSONValue {
    item.keeping((names.contains("event") ? [] : ["event"]) + names)
  }

  func require(in items: [JSONValue]) throws { try Self.require(names, in: items) }

  static func require(_ names: [String], in items: [JSONValue]) throws {
    guard case .object(let members)? = items.first else { return }
    for name in names where !items.contains(where: { $0.has(name) }) {
      throw noSuch(name, known: members.map(\.name))
    }
  }

  static func noSuch(_ name: String, known: [String]) -> Failure {
    Failure(.usage, "no field \"\(Phrase.printable(name))\" here", advice: "there are \(known.joined(separator: ", "))")
  }
}
