import CaseStore
import ControlProtocol
import Dashboard
import Foundation
import Hummingbird
import Vocabulary

/// The pages at a glance. They read what the control API reads, change nothing, and hold the engine up no longer than a
/// `forewarn … list` does.
struct DashboardRoutes: Sendable {
  let engine: Engine
  let store: CaseDatabase
  let status: StatusReporter
  let rates: RateRecorder
  let listen: Configuration.ListenAddress

  func add(to router: Router<BasicRequestContext>) {
    router.add(middleware: BrowserGuard(listen: listen, status: status))
    router.get("/", use: page(overview))
    router.get("/tickets", use: page(tickets))
    router.get("/tickets/:id", use: page(ticket))
    router.get("/findings", use: page(findings))
    router.get("/findings/:id", use: page(finding))
    router.get("/model", use: page(model))
    router.get("/devices", use: devices)
    router.get("/devices/:id", use: page(device))
    router.get("/health", use: page(health))
    router.get("/model/:product/:mode", use: page(mode))
    for asset in Asset.all {
      router.get("/assets/\(asset.name)") { _, _ in
        var response = Response.bytes(Array(asset.text.utf8), type: asset.type)
        response.headers[.cacheControl] = "no-cache"
        return response
      }
    }
  }

  typealias Maker = @Sendable (Request, BasicRequestContext) async throws -> WebPage

  /// The page itself, or with `?format=csv` the table behind it.
  func page(_ make: @escaping Maker) -> @Sendable (Request, BasicRequestContext) async throws -> Response {
    { request, context in
      let asked = Dictionary(fields(request).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
      let format = asked["format"]
      guard format == nil || format == "csv" || format == "html" else {
        throw ProblemDetails(status: 400, title: "unknown format", detail: "format is html or csv")
      }
      let page = try await make(request, context)
      guard format == "csv" else {
        let text = page.document(state: status.report().state.rawValue, now: WallClock.now())
        return .bytes(Array(text.utf8), type: "text/html; charset=utf-8")
      }
      let name = asked["table"]
      guard let csv = page.csv(name) else {
        let names = page.tables.map(\.name).joined(separator: ", ")
        throw ProblemDetails(
          status: 404, title: "no such table", detail: names.isEmpty ? "this page has none" : "table is one of \(names)"
        )
      }
      var response = Response.bytes(Array(csv.utf8), type: "text/csv; charset=utf-8; header=present")
      let table = name ?? page.tables.first?.name ?? "table"
      response.headers[.contentDisposition] = "attachment; filename=\"forewarn-\(page.section.rawValue)-\(table).csv\""
      return response
    }
  }

  /// A page's own fields of the query; `format` and `table` are everyone's.
  func query(_ request: Request, _ names: [String]) throws -> Query {
    try Query(fields(request), allowed: names + ["format", "table"])
  }

  /// As a form sends them: spaces are `+`, and empty fields come along.
  func fields(_ request: Request) -> [(name: String, value: String)] {
    (request.uri.query ?? "").split(separator: "&").compactMap { field in
      let parts = field.split(separator: "=", maxSplits: 1).map { part in
        let spaced = part.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
      }
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
  }

  private func overview(_ request: Request, _ context: BasicRequestContext) async throws -> WebPage {
    _ = try query(request, [])
    var live = FindingFilter()
    live.states = [.confirmed, .known, .suspected]
    live.limit = DashboardLimits.overviewRows
    var urgent = TicketFilter()
    urgent.states = [.open, .proposed]
    urgent.limit = DashboardLimits.overviewRows
    return OverviewPage(
      status: status.report(), findings: try store.findings(live), tickets: try store.ticketCounts(),
      urgent: try store.tickets(urgent), rates: rates.samples
    ).page(now: judgementTime)
  }

  /// By which cases are young or overdue: that of the evidence.
  var judgementTime: EventTime { status.board.read(\.clock) ?? WallClock.now() }
}

/// What a page shows at most; the rest is a page further, or the CLI's.
enum DashboardLimits {
  /// A wall shows about so many lines beside the rest.
  static let overviewRows = 12
  /// A screen or two to a page.
  static let ticketsAPage = 50
  /// The store passes over what stands before a page: a filter finds faster what stands behind this many.
  static let pages = 1000
  /// There are as many as there are defects.
  static let findings = 500
}
