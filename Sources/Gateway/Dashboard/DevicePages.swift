import CaseStore
import ControlProtocol
import Dashboard
import DeviceHistory
import Foundation
import Hummingbird
import Pipeline
import Vocabulary

/// Devices and health as pages.
extension DashboardRoutes {
  /// A form asks here and is sent on; pasted ids come with spaces around them.
  func devices(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let id = try query(request, ["device"])["device"]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    if !id.isEmpty, await engine.deviceCard(id) != nil {
      return .redirect(to: Link.device(id).text, type: .normal)
    }
    return try await page { _, _ in
      DeviceSearchPage(devices: status.report().devices, missing: id.isEmpty ? nil : id).page()
    }(request, context)
  }

  func device(_ request: Request, _ context: BasicRequestContext) async throws -> WebPage {
    _ = try query(request, [])
    let id = try id(context)
    guard var card = await engine.deviceCard(id) else { throw ProblemDetails.noSuch("device", id) }
    var filter = TicketFilter()
    filter.device = id
    filter.limit = DashboardLimits.ticketsAPage
    card.tickets = try store.tickets(filter)
    return card.page(now: judgementTime)
  }

  func health(_ request: Request, _ context: BasicRequestContext) async throws -> WebPage {
    _ = try query(request, [])
    let latency = status.board.read(\.latency)
    let bounds = LatencyHistogram.bounds.map { Optional($0) } + [nil]
    return HealthPage(
      status: status.report(), doctor: Doctor(store: store, status: status).examine(), rates: rates.samples,
      latency: zip(bounds, latency.counts).map { (bound: $0, count: $1) }
    ).page()
  }
}

extension Engine {
  /// Without its tickets, which the store has; `nil`: no such device.
  func deviceCard(_ id: String) -> DeviceCard? {
    guard let held = pipeline.history.disclosure(of: id) else { return nil }
    return DeviceCard(
      device: item(held.summary), explanation: explanation(ofDevice: id),
      tallies: held.tallies.map { tally in
        DeviceTally(
          start: tally.bucket.start, length: tally.bucket.length.rawValue, reports: tally.reports,
          firmware: tally.firmware?.text,
          signals: tally.signals.map {
            .init(name: $0.name.text, mean: $0.mean, least: $0.least, greatest: $0.greatest)
          }, events: tally.events.map { ($0.name.text, $0.count) })
      }, onsets: held.onsets.map { (mode: $0.mode.text, count: $0.count, last: $0.last) }, tickets: [])
  }
}
