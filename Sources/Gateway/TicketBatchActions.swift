import CaseStore
import ControlProtocol
import Foundation
import Hummingbird
import Pipeline
import Triage
import Vocabulary

/// One action on many tickets, named or matched by a filter: a transaction and a turn for each part, so that the stream
/// goes on between them.
extension Engine {
  /// Ids that are looked up anew in each part: a ticket may have moved since it was matched.
  func apply(
    _ action: TicketAction, remark: String?, toTickets ids: [String], isDryRun: Bool, actor: String
  ) async throws -> BatchActionReport {
    var report = BatchActionReport(dryRun: isDryRun)
    for start in stride(from: 0, to: ids.count, by: Limits.ticketsAPart) {
      let part = ids[start..<min(start + Limits.ticketsAPart, ids.count)]
      report.items += try await turn { () throws -> [BatchActionReport.Item] in
        var changes: [CaseChange] = []
        let items = try part.map { id in
          let (item, changed) = try self.outcome(of: action, remark, on: id, actor)
          // Judged one after the other: two tickets of a device can't both become live.
          if let changed, !isDryRun { pipeline.apply(.ticket(changed)) }
          if let changed { changes.append(.ticket(changed)) }
          return item
        }
        if !isDryRun, !changes.isEmpty, !(await commit(changes: changes)) { throw ProblemDetails.stopping }
        return items
      }
    }
    return report
  }

  private func outcome(
    of action: TicketAction, _ remark: String?, on id: String, _ actor: String
  ) throws -> (BatchActionReport.Item, Ticket?) {
    func refused(_ why: String, from state: String? = nil) -> (BatchActionReport.Item, Ticket?) {
      (.init(id: id, result: .refused, from: state, to: nil, detail: why), nil)
    }
    guard let stored = try store.ticket(id) else { return refused("there is no ticket \(LogLines.escaped(id))") }
    let state = stored.state.rawValue
    guard !stored.device.hasPrefix("erased/") else { return refused("its device was erased", from: state) }
    do throws(Refusal) {
      let at = judgementTime
      var changed = try pipeline.triage.apply(action, to: stored, at: at, actor: actor)
      if let remark { changed = try pipeline.triage.apply(.note(remark), to: changed, at: at, actor: actor) }
      guard changed != stored else {
        return (.init(id: stored.id, result: .unchanged, from: state, to: state, detail: nil), nil)
      }
      let key = CaseBook.CareKey(device: changed.device, mode: changed.failureMode)
      if changed.state.isLive, let live = pipeline.cases.tickets[key], live.id != changed.id {
        return refused("ticket \(live.id) is live for that device and failure mode", from: state)
      }
      changed.updatedAt = WallClock.now()
      return (
        .init(id: stored.id, result: .changed, from: state, to: changed.state.rawValue, detail: nil), changed
      )
    } catch {
      if error.kind == .wrongUse { throw ProblemDetails(refusal: error) }
      return refused(error.detail, from: state)
    }
  }
}

extension Routes {
  /// `POST /v1/ticket-actions/{verb}`: the filters of `ticket list` in the query, or ids in the body.
  func actOnTickets(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let verb = try context.parameters.require("action")
    let query = try Query(request, allowed: TicketFilter.names + ["dry_run"])
    let isDryRun = try query.word("dry_run", of: ["true", "false"]) == "true"
    let buffer = try await request.body.collect(upTo: Limits.requestBodyBytes)
    let body = try JSONDecoder().decode(BatchActionRequest.self, from: Data(buffer.readableBytesView))
    var ids = body.ids ?? []
    if ids.isEmpty {
      var filter = try TicketFilter(query, now: await engine.judgementTime)
      guard filter != Self.unfiltered(filter.limit) else {
        throw ProblemDetails(
          status: 400, title: "which tickets?", detail: "name ids, or narrow by a filter such as state=open")
      }
      if query["limit"] == nil { filter.limit = Limits.listItems }
      ids = try store.tickets(filter).map(\.id)
    }
    let report = try await engine.apply(
      try TicketAction(verb: verb, body: body.action), remark: body.action.remark(besides: verb), toTickets: ids,
      isDryRun: isDryRun, actor: peer.name)
    return .json(ObjectReply(schema: Schema.name("ticket", verb + "_all"), value: report.counted))
  }

  private static func unfiltered(_ limit: Int) -> TicketFilter {
    var filter = TicketFilter()
    filter.limit = limit
    return filter
  }
}
