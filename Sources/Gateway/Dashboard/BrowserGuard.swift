import ControlProtocol
import Dashboard
import Glibc
import Hummingbird

/// What keeps pages harmless in a browser: nothing is loaded from elsewhere or framed, and a name that somebody else points at
/// this machine (DNS rebinding) isn't answered to. Faults are told as a page.
struct BrowserGuard: RouterMiddleware {
  typealias Context = BasicRequestContext

  let listen: Configuration.ListenAddress
  let status: StatusReporter

  static let policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
    + " form-action 'self'; frame-ancestors 'none'"

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    // Prometheus asks by whatever name it was given, and no browser runs what it is answered.
    guard request.uri.path != "/metrics" else { return try await next(request, context) }
    var response: Response
    do {
      guard let authority = request.head.authority, Self.isOurs(authority, listen: listen.host) else {
        throw ProblemDetails(
          status: 421, title: "another name",
          detail: "this dashboard answers to localhost, to numeric addresses and to \(listen.host) only; reach it as"
            + " http://localhost:\(listen.port), from another machine through ssh -L")
      }
      response = try await next(request, context)
    } catch {
      guard let problem = ProblemDetails.known(error, path: request.uri.path) else { throw error }
      response = told(problem)
    }
    response.headers[.contentSecurityPolicy] = Self.policy
    response.headers[.xContentTypeOptions] = "nosniff"
    for (name, value) in Self.further { response.headers[name] = value }
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    return response
  }

  private static let further: [(HTTPFields.Element.Name, String)] = [
    ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"), ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
  ].compactMap { name, value in HTTPFields.Element.Name(name).map { ($0, value) } }

  /// `localhost`, a numeric address (no name can be pointed at it) or the host that `http.listen` names.
  static func isOurs(_ authority: String, listen: String) -> Bool {
    let host = host(of: authority.lowercased())
    return host == "localhost" || host == listen.lowercased() || isNumeric(host)
  }

  /// Without the port, and without the brackets of an IPv6 address.
  private static func host(of authority: String) -> String {
    guard authority.hasPrefix("[") else { return String(authority.prefix { $0 != ":" }) }
    return String(authority.dropFirst().prefix { $0 != "]" })
  }

  private static func isNumeric(_ host: String) -> Bool {
    var four = in_addr()
    var six = in6_addr()
    return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1
  }

  private func told(_ problem: ProblemDetails) -> Response {
    let page = ProblemPage(status: problem.status, title: problem.title, detail: problem.detail).page()
    let text = page.document(state: status.report().state.rawValue, now: WallClock.now())
    return .bytes(
      Array(text.utf8), status: .init(code: problem.status, reasonPhrase: problem.title),
      type: "text/html; charset=utf-8")
  }
}
