import ControlProtocol
import Hummingbird

/// One line of the control API: who may ask, what it takes, what it answers. The router and the OpenAPI document are both
/// made of these, so that neither knows a route that the other doesn't.
struct ControlRoute: Sendable {
  enum Method: String, Sendable { case get = "GET", post = "POST" }

  /// What a good answer is.
  enum Answer: Sendable {
    /// `{"schema", "items": […]}`; of what, where the document describes it.
    case list(String, of: String? = nil)
    case object(String, String? = nil)
    /// The schema's name ends in what was done: `forewarn.ticket.ack/1`.
    case action(String, String? = nil)
    /// One object a line.
    case lines
    case bytes(type: String)
    case openAPI

    /// As in the answer's `schema`.
    var name: String? {
      switch self {
      case .list(let name, _), .object(let name, _): "forewarn.\(name)/1"
      case .action, .lines, .bytes, .openAPI: nil
      }
    }
  }

  /// What a request carries.
  enum Body: Sendable {
    case none
    /// A component of the document.
    case json(String)
    case csv
  }

  var method: Method
  /// With its parameters in braces: `/v1/tickets/{id}`.
  var path: String
  var summary: String
  /// Parameters of the query; any other is refused before the handler sees it.
  var query: [String] = []
  /// The words that `{action}` or `{noun}` may be.
  var words: [String] = []
  var body = Body.none
  var answer: Answer
  /// A list that can be watched.
  var isWatched = false
  var changes: Bool
  var handler: Routes.Handler
}

extension Routes {
  func asks(
    _ path: String, _ summary: String, query: [String] = [], words: [String] = [], _ answer: ControlRoute.Answer,
    _ handler: @escaping Handler
  ) -> ControlRoute {
    let isWatched = query.contains(WatchStream.parameter)
    return ControlRoute(
      method: .get, path: path, summary: summary, query: query, words: words, answer: answer, isWatched: isWatched,
      changes: false, handler: reading(Self.checking(query, handler)))
  }

  func changes(
    _ path: String, _ summary: String, query: [String] = [], words: [String] = [], body: ControlRoute.Body = .none,
    _ answer: ControlRoute.Answer,
    _ handler: @escaping @Sendable (Request, ControlContext, Peer) async throws -> Response
  ) -> ControlRoute {
    ControlRoute(
      method: .post, path: path, summary: summary, query: query, words: words, body: body, answer: answer,
      changes: true,
      handler: changing { request, context, peer in
        _ = try Query(request, allowed: query)
        return try await handler(request, context, peer)
      })
  }

  private static func checking(_ query: [String], _ handler: @escaping Handler) -> Handler {
    { request, context in
      _ = try Query(request, allowed: query)
      return try await handler(request, context)
    }
  }
}
