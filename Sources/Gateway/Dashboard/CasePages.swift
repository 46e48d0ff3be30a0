import CaseStore
import ControlProtocol
import Dashboard
import Foundation
import Hummingbird
import Triage
import Vocabulary

/// Tickets and findings as pages.
extension DashboardRoutes {
  func tickets(_ request: Request, _ context: BasicRequestContext) async throws -> WebPage {
    let query = try query(request, TicketFilter.names + ["page"])
    let page = Int(try query.number("page", in: 1...Double(DashboardLimits.pages)) ?? 1)
    var filter = try TicketFilter(query, now: judgementTime)
    let size = min(filter.limit, DashboardLimits.ticketsAPage)
    filter.limit = size + 1
    filter.offset = (page - 1) * size
    let found = try store.tickets(filter)
    return TicketListPage(
      filters: fields(request).filter { TicketFilter.names.contains($0.name) }, tickets: Array(found.prefix(size)),
      page: page,
      hasMore: found.count > size
    ).page(now: judgementTime)
  }

  func ticket(_ request: Request, _ context: BasicRequestContext) async throws -> WebPage {
    _ = try query(request, [])
    let id = try id(context)
    guard let ticket = try store.ticket(id) else { throw ProblemDetails.noSuch("ticket", id) }
    return TicketCard(engine.worded(ticket, in: nil).ticket).page(now: judgementTime)
  }

  func findings(_ request: Request, _ context: BasicRequestContext) async throws -> WebPage {
    let query = try query(request, FindingFilter.names)
    var filter = try FindingFilter(query)
    filter.limit = min(filter.limit, DashboardLimits.findings)
    let filters = FindingFilter.names.compactMap { name in query[name].map { (name: name, value: $0) } }
    return FindingListPage(findings: try store.findings(filter), filters: filters).page(now: judgementTime)
  }

  func id(_ context: BasicRequestContext) throws -> String {
    let encoded = try context.parameters.require("id")
    return encoded.removingPercentEncoding ?? encoded
  }
}
