import CaseStore
import ControlProtocol
import Hummingbird
import NIOCore

/// How routes answer: JSON of the contract's shapes, problems as RFC 9457.
extension Response {
  static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    bytes(JSONText.bytes(value), status: status, type: "application/json")
  }

  /// What is shown under an id that several may have: the one, or a list of all.
  static func shown(_ items: [some Codable & Sendable], _ noun: String, _ id: String) throws(ProblemDetails) -> Response
  {
    guard let first = items.first else { throw .noSuch(noun, id) }
    let schema = Schema.name(noun, "show")
    return items.count == 1
      ? .json(ObjectReply(schema: schema, value: first)) : .json(ListReply(schema: schema, items: items))
  }

  static func bytes(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, type: String) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = type
    headers[.contentLength] = "\(bytes.count)"
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  static func problem(_ problem: ProblemDetails) -> Response {
    bytes(
      JSONText.bytes(problem), status: .init(code: problem.status, reasonPhrase: problem.title),
      type: ProblemDetails.contentType)
  }
}

/// Turns every error into an answer that says what to do next.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      guard let problem = ProblemDetails.known(error, path: request.uri.path) else { throw error }
      return .problem(problem)
    }
  }
}

extension ProblemDetails {
  /// `nil`: a fault that nobody foresaw.
  static func known(_ error: any Error, path: String) -> ProblemDetails? {
    switch error {
    case let problem as ProblemDetails: return problem
    case let error as StoreError:
      if case .ambiguous = error {
        return ProblemDetails(status: 400, title: "ambiguous id", detail: error.description)
      }
      return ProblemDetails(status: 500, title: "the case store failed", detail: error.description)
    case let error as HTTPError:
      let detail = error.status == .notFound ? "there is no \(path); see: forewarn --help" : error.body ?? ""
      return ProblemDetails(
        status: error.status.code, title: error.status.reasonPhrase.lowercased(), detail: detail)
    case is NIOTooManyBytesError:
      return ProblemDetails(
        status: 413, title: "the body is too large",
        detail: "at most \(Limits.requestBodyBytes >> 20) MiB at a time: in parts, of a table each with the header")
    case is DecodingError:
      return ProblemDetails(
        status: 400, title: "unreadable body", detail: "expected a JSON object such as {\"note\": \"…\"}")
    default: return nil
    }
  }
}
