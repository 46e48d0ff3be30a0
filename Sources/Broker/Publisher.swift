import Glibc
import Synchronization

/// Publishes many messages fast, as a fleet would: over several connections, at QoS 1, without a session of its own.
/// Messages of one topic go over one connection and keep their order. For simulations, tests and tools; the daemon
/// publishes through its `Subscriber`.
package final class Publisher: Sendable {
  private let lanes: Mutex<[PublishingLane]>

  /// Connects all at once; throws the first failure. Client ids are `<prefix>-<process id>-<number>`.
  package init(
    url: String, clientIDPrefix: String = "forewarn-publisher", connections: Int = 1, username: String? = nil,
    password: String? = nil, caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil
  ) throws(BrokerError) {
    let address = try BrokerAddress(url: url)
    guard (1...1000).contains(connections) else { throw .badSettings("a publisher needs 1 to 1000 connections") }
    var made: [PublishingLane] = []
    for _ in 0..<connections {
      let number = Publisher.lastNumber.add(1, ordering: .relaxed).newValue
      var settings = BrokerSettings(
        address: address, clientID: "\(clientIDPrefix)-\(getpid())-\(number)", username: username, password: password,
        caFile: caFile, certificateFile: certificateFile, keyFile: keyFile)
      settings.isCleanStart = true
      // Between two calls of `publish` nobody answers for the connection.
      settings.keepAliveSeconds = 0
      try settings.validate()
      made.append(try PublishingLane(settings))
    }
    try PublishingLane.drive(made)
    lanes = Mutex(made)
  }

  /// Publishes all of them and returns once the broker has confirmed each. A connection that breaks is opened again, and
  /// what it left unconfirmed sent again, up to three times in a row without progress. After an error some may have been
  /// published.
  package func publish(_ messages: [OutgoingPublish]) throws(BrokerError) {
    try lanes.withLock { lanes throws(BrokerError) in
      for message in messages { lanes[Publisher.lane(of: message.topic, among: lanes.count)].accept(message) }
      do throws(BrokerError) {
        try PublishingLane.drive(lanes)
      } catch {
        for lane in lanes { lane.abandon() }
        throw error
      }
    }
  }

  /// Says goodbye on every connection. `publish` opens them again.
  package func close() {
    lanes.withLock { lanes in
      for lane in lanes { lane.close() }
    }
  }

  private static let lastNumber = Atomic<Int>(0)

  /// FNV-1a over the topic's bytes: the same lane in every run.
  private static func lane(of topic: String, among count: Int) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in topic.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Int(hash % UInt64(count))
  }
}
