import ControlProtocol

/// The control API as OpenAPI 3.1 has it, made of the route table: `GET /v1/openapi.json`.
struct OpenAPIDocument {
  let content: JSONNode

  init(_ table: [ControlRoute]) {
    var paths: [String: JSONNode] = [:]
    for path in Set(table.map(\.path)) {
      let routes = table.filter { $0.path == path }
      paths[path] = .object(
        Dictionary(uniqueKeysWithValues: routes.map { ($0.method.rawValue.lowercased(), Self.operation($0)) }))
    }
    content = [
      "openapi": "3.1.0",
      "info": [
        "title": "forewarn control API", "version": .text(StatusReporter.version),
        "description": """
        HTTP/1.1 on the daemon's Unix socket. Who may ask and who may change is told from the peer's uid and groups. \
        Fields are only ever added.
        """,
      ],
      "servers": [["url": "http://localhost", "description": "curl --unix-socket /run/forewarn/forewarn.sock"]],
      "paths": .object(paths),
      "components": [
        "schemas": .object(OpenAPISchemas.all),
        "responses": [
          "problem": [
            "description": "Why not, and what to do next (RFC 9457)",
            "content": ["application/problem+json": ["schema": OpenAPISchemas.reference("Problem")]],
          ]
        ],
      ],
    ]
  }

  private static func operation(_ route: ControlRoute) -> JSONNode {
    var members: [String: JSONNode] = [
      "summary": .text(route.summary), "operationId": .text(name(of: route)),
      "x-needs": .text(route.changes ? "operator" : "reader"),
      "parameters": .list(parameters(route)),
      "responses": ["200": answer(route), "default": ["$ref": "#/components/responses/problem"]],
    ]
    switch route.body {
    case .none: break
    case .json(let component):
      members["requestBody"] = [
        "required": .flag(OpenAPISchemas.isNeeded(component)),
        "content": ["application/json": ["schema": OpenAPISchemas.reference(component)]],
      ]
    case .csv:
      members["requestBody"] = [
        "required": true, "content": ["text/csv": ["schema": ["type": "string"]]],
      ]
    }
    return .object(members)
  }

  /// `get_tickets_id`.
  private static func name(of route: ControlRoute) -> String {
    let words = route.path.split { !$0.isLetter && !$0.isNumber }.dropFirst()
    return ([route.method.rawValue.lowercased()] + words.map(String.init)).joined(separator: "_")
  }

  private static func parameters(_ route: ControlRoute) -> [JSONNode] {
    let inPath = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
    let places = inPath.map { name -> JSONNode in
      let words = ["action", "noun"].contains(name) ? route.words : []
      let schema: JSONNode =
        words.isEmpty ? ["type": "string"] : ["type": "string", "enum": .list(words.map { .text($0) })]
      return ["name": .text(String(name)), "in": "path", "required": true, "schema": schema]
    }
    return places
      + route.query.map { ["name": .text($0), "in": "query", "schema": OpenAPISchemas.parameter($0)] }
  }

  private static func answer(_ route: ControlRoute) -> JSONNode {
    var content: [String: JSONNode] = [:]
    switch route.answer {
    case .list(_, let item):
      content["application/json"] = [
        "schema": [
          "type": "object", "required": ["schema", "items"],
          "properties": [
            "schema": ["const": .text(route.answer.name ?? "")],
            "items": ["type": "array", "items": item.map(OpenAPISchemas.reference) ?? ["type": "object"]],
          ],
        ]
      ]
    case .object(_, let component):
      content["application/json"] = ["schema": object(["const": .text(route.answer.name ?? "")], component)]
    case .action(let noun, let component):
      content["application/json"] = [
        "schema": object(["type": "string", "pattern": .text("^forewarn\\.\(noun)\\.[a-z_]+/1$")], component)
      ]
    case .lines: content["application/x-ndjson"] = ["schema": ["type": "string"]]
    case .bytes(let type): content[type] = ["schema": ["type": "string", "format": "binary"]]
    case .openAPI: content["application/json"] = ["schema": ["type": "object", "required": ["openapi", "paths"]]]
    }
    if route.isWatched {
      content[WatchStream.type] = [
        "schema": [
          "type": "string",
          "description": .text(
            """
            Server-sent events: added, changed and removed with an item each, and synced with {"items", "limit"} after what \
            is there at first. limit cuts as it does the list: an item that others push beyond it is removed, one that \
            moves up is added; as many items as the limit, and there may be more. A comment comes when nothing was said for \
            \(Int(Limits.watchHeartbeatSeconds)) s; a client that reads nothing for \(Int(Limits.watchUnreadSeconds)) s of \
            what is there for it is disconnected.
            """),
        ]
      ]
    }
    return ["description": .text(route.summary), "content": .object(content)]
  }

  private static func object(_ schema: JSONNode, _ component: String?) -> JSONNode {
    let named: JSONNode = ["type": "object", "required": ["schema"], "properties": ["schema": schema]]
    return component.map { ["allOf": [named, OpenAPISchemas.reference($0)]] } ?? named
  }
}
