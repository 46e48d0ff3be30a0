import CaseStore
import ControlProtocol
import FirmwareProfiles
import Foundation
import Hummingbird
import Triage
import Vocabulary

/// How the control API answers; `table` (RouteTable.swift) is what it is at a glance. What asks needs a reader, what changes an
/// operator: permission comes first in each.
struct Routes: Sendable {
  let engine: Engine
  let store: CaseDatabase
  let status: StatusReporter
  let access: AccessControl
  let keeper: StoreKeeper
  let reload: @Sendable (_ actor: String) async throws -> ReloadReport

  func router() -> Router<ControlContext> {
    let router = Router(context: ControlContext.self)
    router.add(middleware: ProblemMiddleware())
    for route in table {
      switch route.method {
      case .get: router.get(RouterPath(route.path), use: route.handler)
      case .post: router.post(RouterPath(route.path), use: route.handler)
      }
    }
    return router
  }

  typealias Handler = @Sendable (Request, ControlContext) async throws -> Response

  func reading(_ handler: @escaping Handler) -> Handler {
    { request, context in
      let peer = try await context.peer()
      guard access.permissions.mayRead(peer) else { throw refused(peer, "read", "control.readers_group") }
      return try await handler(request, context)
    }
  }

  func changing(
    _ handler: @escaping @Sendable (Request, ControlContext, Peer) async throws -> Response
  ) -> Handler {
    { request, context in
      let peer = try await context.peer()
      guard access.permissions.mayChange(peer) else {
        throw refused(peer, "change anything", "control.operators_group")
      }
      return try await handler(request, context, peer)
    }
  }

  private func refused(_ peer: Peer, _ act: String, _ key: String) -> ProblemDetails {
    ProblemDetails(
      status: 403, title: "not permitted",
      detail: "\(peer.name) may not \(act): join the group that `\(key)` names in the daemon's configuration")
  }

  func acknowledgeLosses(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    try await engine.acknowledgeLosses()
    return .json(Doctor(store: store, status: status).examine())
  }

  // MARK: Cases

  func tickets(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: TicketFilter.names + [WatchStream.parameter])
    let filter = try TicketFilter(query, now: await engine.judgementTime)
    if try WatchStream.isAsked(request, query) {
      let isByTime = filter.overdueAt != nil
      return try WatchStream(
        store: store, board: status.board, channel: context.channel, limit: filter.limit, changesWithTime: isByTime
      ) { [store, status] in
        var filter = filter
        // What is overdue is judged by the time of each look, not by that of the request.
        if isByTime { filter.overdueAt = status.board.read(\.clock) ?? WallClock.now() }
        return try store.tickets(filter).map { .init(id: $0.id, json: JSONText.bytes($0)) }
      }.response()
    }
    return .json(ListReply(schema: Schema.name("ticket", "list"), items: try store.tickets(filter)))
  }

  func ticket(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    guard let ticket = try store.ticket(id) else { throw ProblemDetails.noSuch("ticket", id) }
    let locale = try Query(request, allowed: ["locale"])["locale"]
    return .json(ObjectReply(schema: Schema.name("ticket", "show"), value: engine.worded(ticket, in: locale)))
  }

  func ticketAction(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let id = try context.id()
    let verb = try context.parameters.require("action")
    let body = try await actionBody(request)
    let ticket = try await engine.apply(
      try TicketAction(verb: verb, body: body), remark: body.remark(besides: verb), toTicket: id, actor: peer.name)
    return .json(ObjectReply(schema: Schema.name("ticket", verb), value: ticket))
  }

  func findings(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: FindingFilter.names + [WatchStream.parameter])
    let filter = try FindingFilter(query)
    if try WatchStream.isAsked(request, query) {
      return try WatchStream(store: store, board: status.board, channel: context.channel, limit: filter.limit) {
        [store] in
        try store.findings(filter).map { found in
          .init(
            id: found.finding.id,
            json: JSONText.bytes(FindingReply(finding: found.finding, open: found.open, closed: found.closed)))
        }
      }.response()
    }
    let items = try store.findings(filter).map {
      FindingReply(finding: $0.finding, open: $0.open, closed: $0.closed)
    }
    return .json(ListReply(schema: Schema.name("finding", "list"), items: items))
  }

  func finding(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    guard let found = try store.finding(id) else { throw ProblemDetails.noSuch("finding", id) }
    let reply = FindingReply(
      finding: found.finding, open: found.open, closed: found.closed, batch: try batchFacts(of: found.finding))
    return .json(ObjectReply(schema: Schema.name("finding", "show"), value: reply))
  }

  func findingAction(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let id = try context.id()
    let verb = try context.parameters.require("action")
    let body = try await actionBody(request)
    if verb == "release" {
      let reply = try await engine.release(
        finding: id, isForced: body.force ?? false, reason: body.reason ?? body.note, actor: peer.name)
      return .json(ObjectReply(schema: Schema.name("finding", "release"), value: reply))
    }
    let reply = try await engine.apply(
      try FindingAction(verb: verb, body: body), toFinding: id, actor: peer.name)
    return .json(ObjectReply(schema: Schema.name("finding", verb), value: reply))
  }

  func actionBody(_ request: Request) async throws -> ActionRequest {
    let buffer = try await request.body.collect(upTo: Limits.requestBodyBytes)
    guard buffer.readableBytes > 0 else { return ActionRequest() }
    return try JSONDecoder().decode(ActionRequest.self, from: Data(buffer.readableBytesView))
  }

  // MARK: Devices

  func devices(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["product", "batch", "firmware", "region", "customer", "limit"])
    let filter = Engine.DeviceFilter(
      product: query["product"], batch: query["batch"], firmware: query["firmware"], region: query["region"],
      customer: query["customer"], limit: try query.limit())
    return .json(ListReply(schema: Schema.name("device", "list"), items: await engine.devices(filter)))
  }

  func device(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    guard var device = await engine.device(id) else { throw ProblemDetails.noSuch("device", id) }
    device.tickets = try store.tickets(.live(of: id)).map(\.id).sorted()
    return .json(ObjectReply(schema: Schema.name("device", "show"), value: device))
  }

  func score(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    let query = try Query(request, allowed: ["horizon_days", "humidity", "firmware"])
    let scenario = DeviceScore.Scenario(
      horizonDays: try query.number("horizon_days", in: 0.01...3650),
      humidity: try query.word("humidity", of: ["humid", "dry"]), firmware: try query.name("firmware"))
    guard let score = await engine.score(id, scenario) else {
      guard await engine.device(id) != nil else { throw ProblemDetails.noSuch("device", id) }
      throw ProblemDetails(
        status: 409, title: "not scored", detail: "device \(id) is retired, or nothing was heard yet to judge it by")
    }
    return .json(ObjectReply(schema: Schema.name("device", "score"), value: score))
  }

  // MARK: Profiles

  func profiles(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["product", "limit"])
    let items = await engine.catalogue.profiles.map(ProfileItem.init).filter { item in
      query["product"].map { $0 == item.product } ?? true
    }
    return .json(ListReply(schema: Schema.name("profile", "list"), items: Array(items.prefix(try query.limit()))))
  }

  func reloadProfiles(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    .json(ObjectReply(schema: Schema.name("profile", "reload"), value: try await reload(peer.name)))
  }

  func profile(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    let items = await engine.catalogue.profiles.filter { $0.product.text == id }.map(ProfileItem.init)
    return try .shown(items, "profile", id)
  }

  // MARK: Messages

  func quarantine(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["reason", "limit"])
    let reasons: [RejectionReason] = try query.choices("reason")
    let items = try store.quarantine(reason: reasons.first, limit: try query.limit()).map(QuarantineItem.init)
    return .json(ListReply(schema: Schema.name("quarantine", "list"), items: items))
  }

  func quarantined(_ request: Request, _ context: ControlContext) async throws -> Response {
    let entry = try await quarantineEntry(context)
    return .json(ObjectReply(schema: Schema.name("quarantine", "show"), value: QuarantineDetail(entry)))
  }

  private func quarantineEntry(_ context: ControlContext) async throws -> QuarantineEntry {
    let text = try context.id()
    guard let id = Int64(text), let entry = try store.quarantineEntry(id) else {
      throw ProblemDetails.noSuch("quarantined message", text)
    }
    return entry
  }

  func quarantineAction(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let entry = try await quarantineEntry(context)
    switch try context.parameters.require("action") {
    case "retry":
      let report = try await engine.retryQuarantine(entry.id)
      return .json(ObjectReply(schema: Schema.name("quarantine", "retry"), value: report))
    case "drop":
      try await engine.dropQuarantine(entry.id)
      return .json(ObjectReply(schema: Schema.name("quarantine", "drop"), value: QuarantineDetail(entry)))
    case let other:
      throw ProblemDetails(
        status: 404, title: "no such action", detail: "a quarantined message can be retried or dropped, not \(other)ed")
    }
  }

  func retryQuarantine(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let reasons: [RejectionReason] = try Query(request, allowed: ["reason"]).choices("reason")
    let report = try await engine.retryQuarantine(reason: reasons.first)
    return .json(ObjectReply(schema: Schema.name("quarantine", "retry_all"), value: report))
  }

  func dropQuarantine(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let reasons: [RejectionReason] = try Query(request, allowed: ["reason"]).choices("reason")
    let report = try await engine.dropQuarantine(reason: reasons.first)
    return .json(ObjectReply(schema: Schema.name("quarantine", "drop_all"), value: report))
  }

  func predictions(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["device", "product", "failure_mode", "limit"])
    let filter = PredictionFilter(
      device: query["device"], product: query["product"], failureMode: query["failure_mode"],
      limit: try query.limit())
    let items = try store.predictions(filter).map(PredictionItem.init)
    return .json(ListReply(schema: Schema.name("prediction", "list"), items: items))
  }
}
