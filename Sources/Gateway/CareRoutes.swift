import CaseStore
import ControlProtocol
import Hummingbird
import Vocabulary

/// What leaves the gateway: the brake on it, and the outbox.
extension Routes {
  var careRoutes: [ControlRoute] {
    [
      asks("/v1/care", "The brake, and what waits", .object("care.status"), care),
      changes("/v1/care/pause", "Nothing goes out any more", body: .json("Action"), .object("care.pause"), pauseCare),
      changes("/v1/care/resume", "What was held back goes out", .object("care.resume"), resumeCare),
      asks(
        "/v1/outbox", "Messages that go out, or went", query: ["state", "kind", "subject", "webhook", "limit"],
        .list("outbox.list"), outbox),
      changes("/v1/outbox/retry", "All dead letters are tried again", .object("outbox.retry_all"), retryOutbox),
      changes(
        "/v1/outbox/{id}/{action}", "A dead letter is tried again", words: ["retry"], .action("outbox"), outboxAction),
    ]
  }

  private func care(_ request: Request, _ context: ControlContext) async throws -> Response {
    .json(ObjectReply(schema: Schema.name("care", "status"), value: try careStatus()))
  }

  private func careStatus() throws -> CareStatus {
    let brake = status.board.read(\.brake)
    let backlog = try store.outboxBacklog().map {
      CareStatus.Backlog(kind: $0.kind.word, count: $0.count, oldestSince: $0.oldest.description)
    }
    return CareStatus(
      mode: status.careMode, paused: brake != nil, since: brake?.since.description, by: brake?.by,
      reason: brake?.reason, held: brake == nil ? [] : backlog, pending: backlog,
      proposedTickets: status.board.read(\.proposedTickets), deadLetters: try store.deadLetterCount())
  }

  private func pauseCare(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let body = try await actionBody(request)
    try await engine.pauseCare(by: peer.name, reason: body.reason ?? body.note)
    return .json(ObjectReply(schema: Schema.name("care", "pause"), value: try careStatus()))
  }

  private func resumeCare(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let held = try careStatus().held
    try await engine.resumeCare(by: peer.name)
    var now = try careStatus()
    now.released = held
    return .json(ObjectReply(schema: Schema.name("care", "resume"), value: now))
  }

  private func outbox(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["state", "kind", "subject", "webhook", "limit"])
    var filter = OutboxFilter()
    filter.states = try query.choices("state")
    filter.kinds = try query.choices("kind")
    filter.subject = query["subject"]
    filter.webhook = query["webhook"]
    filter.limit = try query.limit()
    let isBraked = status.board.read { $0.brake != nil }
    let items = try store.outbox(filter).map { OutboxItem($0, isBraked: isBraked) }
    return .json(ListReply(schema: Schema.name("outbox", "list"), items: items))
  }

  private func retryOutbox(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let count = try await engine.retryDeadLetters()
    return .json(ObjectReply(schema: Schema.name("outbox", "retry_all"), value: ["messages": count]))
  }

  private func outboxAction(_ request: Request, _ context: ControlContext, _ peer: Peer) async throws -> Response {
    let text = try context.id()
    let verb = try context.parameters.require("action")
    guard verb == "retry" else {
      throw ProblemDetails(
        status: 404, title: "no such action", detail: "a message can be retried; not \(LogLines.escaped(verb))")
    }
    guard let id = Int64(text), let entry = try await engine.retryOutbox(id) else {
      throw ProblemDetails.noSuch("outbox message", text)
    }
    let isBraked = status.board.read { $0.brake != nil }
    return .json(ObjectReply(schema: Schema.name("outbox", "retry"), value: OutboxItem(entry, isBraked: isBraked)))
  }
}

extension OutgoingMessage.Kind {
  /// As operators read it.
  var word: String { self == .offer ? "care_offer" : rawValue }
}
