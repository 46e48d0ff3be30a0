import Vocabulary

/// What a broker keeps for the gateway: in order, until it hears that a batch has been taken.
struct SimulatedBroker {
  private(set) var queue: [Message] = []

  mutating func publish(_ message: Message) { queue.append(message) }

  /// The next messages; they stay in the queue.
  func next(_ count: Int, shuffle: UInt64?) -> [Message] {
    let batch = Array(queue.prefix(count))
    guard let shuffle else { return batch }
    var dice = Dice(seed: shuffle)
    return batch.shuffled(using: &dice)
  }

  mutating func forget(_ count: Int) { queue.removeFirst(min(count, queue.count)) }

  mutating func loseSession() { queue.removeAll() }
}
