import ControlProtocol
import Synchronization
import Terminal
import Vocabulary

/// Looks through everything of one kind, as it streams by, and keeps what conditions hold for: a list is at most a part of it.
final class EveryItem: ControlClient.BodySink {
  private struct State {
    var rest: [UInt8] = []
    var kept: [JSONValue] = []
    var first: JSONValue?
    /// Fields of the conditions that no item has had so far.
    var unseen: Set<String>
  }

  private let conditions: FieldExpression?
  private let filters: [(name: String, value: String)]
  private let now: EventTime
  private let state: Mutex<State>

  /// - Parameter filters: that the daemon doesn't apply to the stream; each is a field that must be equal.
  init(_ conditions: FieldExpression?, filters: [(name: String, value: String)], now: EventTime) {
    self.conditions = conditions
    self.filters = filters
    self.now = now
    state = Mutex(State(unseen: Set(conditions?.fields ?? [])))
  }

  func begin(bytes: Int64?) throws {}

  func take(_ part: UnsafeRawBufferPointer) throws {
    try state.withLock { state in
      state.rest += part
      guard let end = state.rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
      for line in state.rest[...end].split(separator: UInt8(ascii: "\n")) {
        let item = try JSONValue(reading: Array(line))
        state.first = state.first ?? item
        if !state.unseen.isEmpty { state.unseen = state.unseen.filter { !item.has($0) } }
        guard filters.allSatisfy({ item.text(at: $0.name) == $0.value }) else { continue }
        if conditions?.holds(for: item, now: now) ?? true { state.kept.append(item) }
      }
      state.rest.removeFirst(state.rest.index(after: end))
    }
  }

  func finish() throws -> [JSONValue] {
    try state.withLock { state in
      guard state.rest.isEmpty else {
        throw Failure(.failed, "the last line isn't whole", advice: "the daemon stopped meanwhile; ask again")
      }
      if let unknown = state.unseen.min(), case .object(let members)? = state.first {
        throw FieldNames.noSuch(unknown, known: members.map(\.name))
      }
      return state.kept
    }
  }
}

extension Session {
  /// Nouns that may have more items than one answer holds.
  private static let streamed = [Route.tickets: "tickets", Route.findings: "findings", Route.devices: "devices"]

  static func isStreamed(_ path: String) -> Bool { streamed[path] != nil }

  /// All items of a noun for which the conditions hold; `nil` if there is no stream of it.
  func everyItem(
    _ path: String, filters: [(name: String, value: String?)], _ conditions: FieldExpression?
  ) async throws -> [JSONValue]? {
    guard let noun = Self.streamed[path] else { return nil }
    // Of devices the stream takes no filters.
    let isOurs = path == Route.devices
    let given = filters.compactMap { filter in filter.value.map { (name: filter.name, value: $0) } }
    let sink = EveryItem(conditions, filters: isOurs ? given : [], now: StandardStreams.now())
    var request = ControlClient.Request("GET", Route.query(Route.export(noun), isOurs ? [] : filters))
    request.sink = sink
    var client = client
    // As long as it takes; a daemon that hangs shows in that nothing comes.
    client.timeoutSeconds = 1e9
    _ = try await client.send(request)
    return try sink.finish()
  }
}
