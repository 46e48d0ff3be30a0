package import Vocabulary

/// Messages that were more than a day ahead of the clock, waiting for it: they are taken by themselves, in the order of
/// their times, as soon as the clock has caught up, before any bucket closes. Bounded in number and bytes: the farthest
/// ahead are forgotten here (they stay in quarantine, where the daemon looks them up as well).
struct EarlyMessages {
  private static let most = 10_000
  /// Their payloads are held in memory: a fleet with a wrong clock must not fill it.
  private static let mostBytes = 16 << 20
  private var waiting: [Yield.Quarantined] = []
  /// The same, by what they say: one message waits once.
  private var known: Set<Key> = []
  private var bytes = 0

  private struct Key: Hashable {
    var topic: String
    var payload: [UInt8]

    init(_ delivery: Delivery) {
      topic = delivery.topic
      payload = delivery.payload
    }
  }

  mutating func add(_ message: Yield.Quarantined) {
    // A retry of one that waits already is refused again: it must not wait twice.
    guard let due = message.dueAt, known.insert(Key(message.delivery)).inserted else { return }
    var low = 0
    var high = waiting.count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(waiting[middle], due, message) { low = middle + 1 } else { high = middle }
    }
    waiting.insert(message, at: low)
    bytes += message.size
    while waiting.count > Self.most || bytes > Self.mostBytes, let last = waiting.popLast() { forget(last) }
  }

  /// The first that is due by `moment`, taken out.
  mutating func next(dueBy moment: EventTime) -> Yield.Quarantined? {
    guard let due = waiting.first?.dueAt, due <= moment else { return nil }
    let first = waiting.removeFirst()
    forget(first)
    return first
  }

  func contains(_ delivery: Delivery) -> Bool { !known.isEmpty && known.contains(Key(delivery)) }

  /// What an erased device said of a day to come must not bring it back.
  mutating func forget(device: String) {
    for message in waiting where message.device == device { forget(message) }
    waiting.removeAll { $0.device == device }
  }

  private mutating func forget(_ message: Yield.Quarantined) {
    bytes -= message.size
    known.remove(Key(message.delivery))
  }

  private func isBefore(_ left: Yield.Quarantined, _ due: EventTime, _ right: Yield.Quarantined) -> Bool {
    let time = left.dueAt ?? .distantPast
    guard time == due else { return time < due }
    guard left.delivery.topic == right.delivery.topic else { return left.delivery.topic < right.delivery.topic }
    return left.delivery.payload.lexicographicallyPrecedes(right.delivery.payload)
  }
}

extension Yield.Quarantined {
  fileprivate var size: Int { delivery.topic.utf8.count + delivery.payload.count }
}

extension Delivery {
  /// The same words on the same topic, whenever they came.
  package func isSameMessage(as other: Delivery) -> Bool { topic == other.topic && payload == other.payload }
}
