package import Vocabulary

/// Messages that were more than a day ahead of the clock, waiting for it: they are taken by themselves, in the order of
/// their times, as soon as the clock has caught up, before any bucket closes. Bounded: the farthest ahead are forgotten
/// here (they stay in quarantine, where the daemon looks them up as well).
struct EarlyMessages {
  private static let most = 10_000
  private var waiting: [Yield.Quarantined] = []

  mutating func add(_ message: Yield.Quarantined) {
    // A retry of one that waits already is refused again: it must not wait twice.
    guard let due = message.dueAt, !contains(message.delivery) else { return }
    var low = 0
    var high = waiting.count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(waiting[middle], due, message) { low = middle + 1 } else { high = middle }
    }
    waiting.insert(message, at: low)
    if waiting.count > Self.most { waiting.removeLast() }
  }

  /// The first that is due by `moment`, taken out.
  mutating func next(dueBy moment: EventTime) -> Yield.Quarantined? {
    guard let due = waiting.first?.dueAt, due <= moment else { return nil }
    return waiting.removeFirst()
  }

  func contains(_ delivery: Delivery) -> Bool { waiting.contains { $0.delivery.isSameMessage(as: delivery) } }

  private func isBefore(_ left: Yield.Quarantined, _ due: EventTime, _ right: Yield.Quarantined) -> Bool {
    let time = left.dueAt ?? .distantPast
    guard time == due else { return time < due }
    guard left.delivery.topic == right.delivery.topic else { return left.delivery.topic < right.delivery.topic }
    return left.delivery.payload.lexicographicallyPrecedes(right.delivery.payload)
  }
}

extension Delivery {
  /// The same words on the same topic, whenever they came.
  package func isSameMessage(as other: Delivery) -> Bool { topic == other.topic && payload == other.payload }
}
