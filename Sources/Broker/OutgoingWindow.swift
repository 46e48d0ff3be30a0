/// Own publishes from being handed over until the broker has confirmed them, in order. It outlives connections: what
/// a lost one left unconfirmed is published again first.
struct OutgoingWindow {
  let limit: Int
  private var waiting: ArraySlice<OutgoingPublish> = []
  private var underWay: [Int32: (position: Int, message: OutgoingPublish)] = [:]
  private var ids: Set<Int64> = []
  private var published = 0

  init(limit: Int) { self.limit = limit }

  /// Half empty: worth asking for more.
  var hasRoom: Bool { ids.count <= limit / 2 }

  /// Takes messages over; those that are here already are left out. Returns how many were new.
  @discardableResult
  mutating func accept(_ messages: [OutgoingPublish]) -> Int {
    let known = ids.count
    for message in messages where ids.insert(message.id).inserted { waiting.append(message) }
    return ids.count - known
  }

  /// The next message to publish, as long as fewer than `limit` are under way.
  mutating func next() -> OutgoingPublish? {
    underWay.count < limit ? waiting.popFirst() : nil
  }

  mutating func sent(_ message: OutgoingPublish, packet: Int32) {
    underWay[packet] = (published, message)
    published += 1
  }

  /// The message that the broker confirmed or refused; `nil` for a packet that isn't under way.
  mutating func settle(packet: Int32) -> OutgoingPublish? {
    guard let message = underWay.removeValue(forKey: packet)?.message else { return nil }
    ids.remove(message.id)
    return message
  }

  /// Gives up a message that could not be published.
  mutating func drop(_ message: OutgoingPublish) { ids.remove(message.id) }

  /// The connection is gone: all that was under way waits again, in its old order.
  mutating func restart() {
    let again = underWay.values.sorted { $0.position < $1.position }.map(\.message)
    underWay.removeAll()
    waiting = ArraySlice(again + waiting)
  }
}
