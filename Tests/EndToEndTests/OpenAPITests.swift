import Foundation
import Rig
import Testing

/// The document at `/v1/openapi.json` against a real daemon's answers.
@Suite(.serialized, .watchedFleet) struct OpenAPITests {
  private let fleet: WatchedFleet
  private var site: Installation { fleet.site }

  init() throws { fleet = try WatchedFleet.current }

  private func document() async throws -> JSON {
    try JSON(parsing: String(decoding: try await site.daemon.request("GET", "/v1/openapi.json").body, as: UTF8.self))
  }

  private func operations(_ document: JSON) -> [(method: String, path: String, operation: JSON)] {
    (document["paths"]?.keys ?? []).sorted().flatMap { path in
      (document["paths"]?[path]?.keys ?? []).sorted().compactMap { method in
        document["paths"]?[path]?[method].map { (method.uppercased(), path, $0) }
      }
    }
  }

  private func parameters(_ operation: JSON, in place: String) -> [JSON] {
    operation["parameters"]?.items.filter { $0["in"] == .text(place) } ?? []
  }

  @Test func `every route is there, has a name of its own and takes only what it says`() async throws {
    let document = try await document()
    #expect(document["openapi"] == .text("3.1.0"))
    let operations = operations(document)
    #expect(operations.count >= 50)
    #expect(Set(operations.compactMap { $0.operation["operationId"]?.text }).count == operations.count)
    for (method, path, operation) in operations {
      let names = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
      #expect(parameters(operation, in: "path").compactMap { $0["name"]?.text } == names, "\(path)")
      // A parameter that isn't in the document is refused, and the ones that are are named.
      let reply = try await site.daemon.request(
        method, filled(path, operation).replacing("{id}", with: "none") + "?nonsense=1")
      #expect(reply.status == 400 && reply.contentType == "application/problem+json", "\(method) \(path)")
      let detail = try JSON(parsing: String(decoding: reply.body, as: UTF8.self))["detail"]?.text ?? ""
      let query = parameters(operation, in: "query").compactMap { $0["name"]?.text }
      let known = query.isEmpty ? "; none is taken here" : " isn't one of \(query.joined(separator: ", "))"
      #expect(detail == "nonsense" + known, "\(method) \(path)")
    }
  }

  @Test func `what every reading route answers is what the document says`() async throws {
    let document = try await document()
    let known = try await ids()
    var asked = 0
    for (method, path, operation) in operations(document) where method == "GET" {
      let target = known.reduce(filled(path, operation)) { $0.replacing($1.key, with: $1.value) }
      guard !target.contains("{") else { continue }
      let reply = try await site.daemon.request(method, target)
      guard reply.status == 200 else {
        // A question that needs more than its address, or of something that the fleet doesn't have.
        #expect([400, 403, 404, 409].contains(reply.status), "\(target): \(reply.status)")
        #expect(reply.contentType == "application/problem+json", "\(target)")
        let problem = try JSON(parsing: String(decoding: reply.body, as: UTF8.self))
        #expect(faults(problem, document["components"]?["schemas"]?["Problem"], document, "problem") == [])
        continue
      }
      asked += 1
      let content = operation["responses"]?["200"]?["content"]
      let type = String(reply.contentType.prefix { $0 != ";" })
      #expect(content?.keys.contains(type) == true, "\(target) answers \(type)")
      guard type == "application/json" else { continue }
      let answer = try JSON(parsing: String(decoding: reply.body, as: UTF8.self))
      #expect(faults(answer, content?[type]?["schema"], document, target) == [])
    }
    #expect(asked > 25)
  }

  @Test func `a request without a body is unreadable where the document requires one, and nowhere else`() async throws {
    var required = 0
    for (method, path, operation) in operations(try await document()) {
      guard let body = operation["requestBody"], body["content"]?.keys.contains("application/json") == true,
        path.contains("{")
      else { continue }
      let isRequired = body["required"] == .flag(true)
      if isRequired { required += 1 }
      let reply = try await site.daemon.request(method, filled(path, operation).replacing("{id}", with: "none"))
      #expect((reply.status == 400) == isRequired, "\(method) \(path): \(reply.status)")
    }
    #expect(required == 2)
  }

  /// An action's words stand for its parameter; an id stays to be filled in.
  private func filled(_ path: String, _ operation: JSON) -> String {
    parameters(operation, in: "path").reduce(path) { path, parameter in
      guard let name = parameter["name"]?.text, let word = parameter["schema"]?["enum"]?.items.first?.text else {
        return path
      }
      return path.replacing("{\(name)}", with: word)
    }.replacing("{id}", with: path.hasPrefix("/v1/firmware") ? "4.1.0" : "{id}")
  }

  private func ids() async throws -> [String: String] {
    func first(_ noun: String, _ key: String) async throws -> String? {
      try await site.list(noun).first?[key]?.text
    }
    return [
      "tickets/{id}": "tickets/\(try await first("ticket", "id") ?? "")",
      "findings/{id}": "findings/\(try await first("finding", "id") ?? "")",
      "devices/{id}": "devices/\(try await first("device", "device") ?? "")",
      "profiles/{id}": "profiles/\(try await first("profile", "product") ?? "")",
      "quarantine/{id}": "quarantine/999999", "batches/{id}": "batches/none",
    ]
  }

  /// Where a value isn't what a schema says; the part of JSON Schema that the document uses.
  private func faults(_ value: JSON, _ schema: JSON?, _ document: JSON, _ place: String) -> [String] {
    guard let schema else { return ["\(place): no schema"] }
    if let reference = schema["$ref"]?.text {
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      return faults(value, document["components"]?["schemas"]?[name], document, place)
    }
    if let parts = schema["allOf"]?.items, !parts.isEmpty {
      return parts.flatMap { faults(value, $0, document, place) }
    }
    if let ways = schema["anyOf"]?.items, !ways.isEmpty {
      let found = ways.map { faults(value, $0, document, place) }
      return found.contains([]) ? [] : found[0]
    }
    if let only = schema["const"], only != value { return ["\(place): \(value) is not \(only)"] }
    if let words = schema["enum"]?.items, !words.isEmpty, !words.contains(value) { return ["\(place): \(value)"] }
    switch (schema["type"]?.text, value) {
    case (nil, _), ("string", .text), ("number", .number), ("boolean", .flag), ("null", .null): return []
    case ("integer", .number(let number)): return number == number.rounded() ? [] : ["\(place): \(number)"]
    case ("array", .list(let items)):
      return items.prefix(50).flatMap { item in
        schema["items"].map { faults(item, $0, document, place + "[]") } ?? []
      }
    case ("object", .object(let members)):
      let missing = (schema["required"]?.items ?? []).compactMap(\.text).filter { members[$0] == nil }
      return missing.map { "\(place): no \($0)" }
        + (schema["properties"]?.keys ?? []).sorted().flatMap { name in
          members[name].map { faults($0, schema["properties"]?[name], document, "\(place).\(name)") } ?? []
        }
    default: return ["\(place): \(value) is no \(schema["type"]?.text ?? "?")"]
    }
  }
}
