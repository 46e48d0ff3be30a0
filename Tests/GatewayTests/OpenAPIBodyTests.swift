import ControlProtocol
import Foundation
import Testing

@testable import Gateway

/// The bodies that the OpenAPI document describes are the ones that the routes read.
struct OpenAPIBodyTests {
  private static let action = ActionRequest(
    reason: "r", note: "n", outcome: "confirmed", until: "2025-11-23T00:00:00Z", limit: 1, force: true)

  /// Of a body with all fields, those that are in the document, and those without which it isn't read.
  private func expectSame<Body: Codable>(_ component: String, _ full: Body) throws {
    let data = try JSONEncoder().encode(full)
    let fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    guard case .object(let schema)? = OpenAPISchemas.all[component],
      case .object(let properties)? = schema["properties"]
    else {
      Issue.record("\(component) is described as no object")
      return
    }
    #expect(properties.keys.sorted() == fields.keys.sorted(), "\(component)")
    var required: [String] = []
    for name in fields.keys.sorted() {
      let rest = try JSONSerialization.data(withJSONObject: fields.filter { $0.key != name })
      do {
        _ = try JSONDecoder().decode(Body.self, from: rest)
      } catch {
        required.append(name)
      }
    }
    var described: [String] = []
    if case .list(let names)? = schema["required"] {
      for case .text(let name) in names { described.append(name) }
    }
    #expect(described.sorted() == required, "\(component)")
    #expect(OpenAPISchemas.isNeeded(component) == !required.isEmpty, "\(component)")
  }

  @Test func `each body has the fields that are read, and those that must be there are required`() throws {
    try expectSame("Action", Self.action)
    try expectSame("BatchAction", BatchActionRequest(ids: ["T-1"], action: Self.action))
    try expectSame("Diagnosis", DiagnoseRequest(failureMode: "m", result: "fault", detail: "d"))
  }
}
