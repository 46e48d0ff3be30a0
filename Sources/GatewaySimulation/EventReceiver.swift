import Gateway

/// Whoever listens to the gateway's own messages: each case's must come in order and all of them, some twice.
struct EventReceiver {
  /// What came first, by topic, in order.
  private(set) var received: [String: [[UInt8]]] = [:]
  private var places: [String: [[UInt8]: Int]] = [:]
  /// Of this connection, by topic: where in `received` the last one stands.
  private var position: [String: Int] = [:]

  /// The numbers to confirm.
  mutating func take(_ messages: [SteppedDaemon.Outgoing]) throws -> [Int64] {
    for message in messages where message.topic.hasPrefix("evt/") {
      let topic = message.topic
      let place: Int
      if let known = places[topic]?[message.payload] {
        place = known
      } else {
        place = received[topic, default: []].count
        received[topic, default: []].append(message.payload)
        places[topic, default: [:]][message.payload] = place
      }
      // What wasn't confirmed comes again, from there on in order.
      if let last = position[topic], place > last + 1 {
        throw SimulationFault("a message on \(topic) was skipped: \(place) after \(last)")
      }
      position[topic] = place
    }
    return messages.map(\.id)
  }

  mutating func disconnect() { position = [:] }

  /// The last that was told of a topic.
  func last(_ topic: String) -> [UInt8]? { received[topic]?.last }
}
