import CaseStore
import ControlProtocol
import Hummingbird
import NIOCore
import Synchronization

/// A list as server-sent events, for `?watch=true` or `Accept: text/event-stream`: `added` for what is there, then `synced`,
/// then `added`, `changed` and `removed` as it happens. `data` is the item as the list has it, `id` the item's id; of `synced`
/// it is `{"items", "limit"}`.
///
/// What is watched is what the list would be, cut at its limit: an item that others push beyond that is `removed`, one that
/// moves up in its place `added`. So the first twenty of what is to do can be watched; that all are seen, `synced` says.
///
/// The list is read again only when the store has changed cases since, at most once in `Limits.watchSeconds`. A client that
/// doesn't read holds up nothing but itself, and not for long (`ReadingPace`); the place of one that has gone is free at the
/// next look. The command's own `--watch` asks again and again instead: that works for every list and page with any
/// condition, and needs no connection that lives through a restart.
struct WatchStream: Sendable {
  static let parameter = "watch"
  static let type = "text/event-stream"

  struct Item: Sendable {
    var id: String
    var json: [UInt8]
  }

  let store: CaseDatabase
  let board: Board
  /// To the client.
  let channel: any Channel
  /// At which `items` is cut.
  let limit: Int
  /// An item may come and go without a commit.
  var changesWithTime = false
  let items: @Sendable () throws -> [Item]

  static func isAsked(_ request: Request, _ query: Query) throws(ProblemDetails) -> Bool {
    if let word = try query.word(parameter, of: ["true", "false"]) { return word == "true" }
    return request.headers[.accept]?.contains(type) ?? false
  }

  func response() throws -> Response {
    guard let place = Place.taken() else {
      throw ProblemDetails(
        status: 503, title: "too many watch",
        detail: "\(Limits.watchers) streams are open; end one, or ask for the list")
    }
    // Before the list: a commit between the two is told once more instead of never.
    let revision = store.caseRevision
    place.keep(try items())
    var headers = HTTPFields()
    headers[.contentType] = Self.type
    headers[.cacheControl] = "no-store"
    let body = ResponseBody { writer in try await follow(place, since: revision, &writer) }
    return Response(status: .ok, headers: headers, body: body)
  }

  private func follow(_ place: Place, since revision: Int, _ writer: inout any ResponseBodyWriter) async throws {
    let reading = ReadingPace.watch(channel)
    defer { reading.cancel() }
    var known = Changes()
    var revision = revision
    try await writer.write(known.opening(place.handOver(), limit: limit))
    var lastWord = ContinuousClock.now
    var lastLook = lastWord
    while !board.read(\.isStopping) {
      try await Task.sleep(for: .seconds(Limits.watchSeconds))
      // Nothing has to be said first to notice that nobody hears it.
      guard channel.isActive else { return }
      var text = ByteBuffer()
      let isStale = changesWithTime && ContinuousClock.now - lastLook > .seconds(Limits.watchHeartbeatSeconds)
      if store.caseRevision != revision || isStale {
        revision = store.caseRevision
        lastLook = .now
        text = known.events(try items())
      }
      // So that a client can tell a quiet stream from a broken one, and we one that reads from one that was stopped.
      if text.readableBytes == 0, ContinuousClock.now - lastWord > .seconds(Limits.watchHeartbeatSeconds) {
        text.writeString(": still here\n\n")
      }
      guard text.readableBytes > 0 else { continue }
      try await writer.write(text)
      lastWord = .now
    }
    try await writer.finish(nil)
  }

  /// One of the streams that may be open: given back when nobody holds it any more, since a body isn't even begun when its
  /// client has gone. Carries the first list to the body, which would keep it as long as the stream lasts.
  private final class Place: Sendable {
    private static let count = Atomic<Int>(0)
    private let first = Mutex<[Item]>([])

    /// `nil`: all are taken.
    static func taken() -> Place? {
      guard count.add(1, ordering: .relaxed).newValue > Limits.watchers else { return Place() }
      count.subtract(1, ordering: .relaxed)
      return nil
    }

    private init() {}

    deinit { Place.count.subtract(1, ordering: .relaxed) }

    func keep(_ items: [Item]) { first.withLock { $0 = items } }

    func handOver() -> [Item] {
      first.withLock { items in
        defer { items = [] }
        return items
      }
    }
  }

  /// What the client has been told: of each item a digest, in the order of the list.
  private struct Changes {
    private var digests: [String: UInt64] = [:]

    mutating func opening(_ items: [Item], limit: Int) -> ByteBuffer {
      var buffer = events(items)
      buffer.writeString("event: synced\ndata: {\"items\":\(items.count),\"limit\":\(limit)}\n\n")
      return buffer
    }

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
