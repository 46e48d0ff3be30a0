import CaseStore
import ControlProtocol
import Hummingbird
import NIOCore
import Synchronization

/// A list as server-sent events, for `?watch=true` or `Accept: text/event-stream`: `added` for what is there, then `synced`,
/// then `added`, `changed` and `removed` as it happens. `data` is the item as the list has it, `id` the item's id.
///
/// The list is read again only when the store has changed cases since, at most once a second. A client that doesn't read
/// holds up nothing but itself. The command's own `--watch` asks again and again instead: that works for every list and page
/// with any condition, and needs no connection that lives through a restart.
struct WatchStream: Sendable {
  static let parameter = "watch"
  static let type = "text/event-stream"

  struct Item: Sendable {
    var id: String
    var json: [UInt8]
  }

  let store: CaseDatabase
  let board: Board
  let items: @Sendable () throws -> [Item]

  /// How many are being watched.
  private static let open = Atomic<Int>(0)

  static func isAsked(_ request: Request, _ query: Query) throws(ProblemDetails) -> Bool {
    if let word = try query.word(parameter, of: ["true", "false"]) { return word == "true" }
    return request.headers[.accept]?.contains(type) ?? false
  }

  func response() throws -> Response {
    guard Self.open.load(ordering: .relaxed) < Limits.watchers else {
      throw ProblemDetails(
        status: 503, title: "too many watch",
        detail: "\(Limits.watchers) streams are open; end one, or ask for the list")
    }
    let first = try items()
    var headers = HTTPFields()
    headers[.contentType] = Self.type
    headers[.cacheControl] = "no-store"
    return Response(status: .ok, headers: headers, body: ResponseBody { writer in try await follow(first, &writer) })
  }

  private func follow(_ first: [Item], _ writer: inout any ResponseBodyWriter) async throws {
    Self.open.add(1, ordering: .relaxed)
    defer { Self.open.subtract(1, ordering: .relaxed) }
    var known = Changes()
    var revision = store.caseRevision
    try await writer.write(known.events(first) + Self.event("synced"))
    var lastWord = ContinuousClock.now
    while !board.read(\.isStopping) {
      try await Task.sleep(for: .seconds(Limits.watchSeconds))
      var text = ByteBuffer()
      if store.caseRevision != revision {
        revision = store.caseRevision
        text = known.events(try items())
      }
      // So that a connection that is gone is noticed, and one that is there isn't taken for idle.
      if text.readableBytes == 0, ContinuousClock.now - lastWord > .seconds(Limits.watchHeartbeatSeconds) {
        text.writeString(": still here\n\n")
      }
      guard text.readableBytes > 0 else { continue }
      try await writer.write(text)
      lastWord = .now
    }
    try await writer.finish(nil)
  }

  private static func event(_ name: String) -> ByteBuffer { ByteBuffer(string: "event: \(name)\ndata:\n\n") }

  /// What the client has been told: of each item a digest, in the order of the list.
  private struct Changes {
    private var digests: [String: UInt64] = [:]

    mutating func events(_ items: [Item]) -> ByteBuffer {
      var buffer = ByteBuffer()
      var next: [String: UInt64] = [:]
      for item in items {
        var hasher = Hasher()
        hasher.combine(item.json)
        let digest = UInt64(bitPattern: Int64(hasher.finalize()))
        next[item.id] = digest
        guard digests[item.id] != digest else { continue }
        buffer.writeString("event: \(digests[item.id] == nil ? "added" : "changed")\nid: \(item.id)\ndata: ")
        buffer.writeBytes(item.json)
        buffer.writeString("\n\n")
      }
      for id in digests.keys.sorted() where next[id] == nil {
        buffer.writeString("event: removed\nid: \(id)\ndata: {\"id\":\"\(id)\"}\n\n")
      }
      digests = next
      return buffer
    }
  }
}

extension ByteBuffer {
  fileprivate static func + (first: ByteBuffer, second: ByteBuffer) -> ByteBuffer {
    var both = first
    var second = second
    both.writeBuffer(&second)
    return both
  }
}
