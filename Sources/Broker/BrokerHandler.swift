package import Vocabulary

/// A message to publish. `id` is the sender's own number for it, by which it is confirmed.
package struct OutgoingPublish: Sendable, Hashable {
  package var id: Int64
  package var topic: String
  package var payload: [UInt8]
  package var isRetained: Bool
  /// Not to be published while the handler `isHolding`, not even if it was handed over before.
  package var mayBeHeld: Bool
  package var qos: QoS

  package enum QoS: Int32, Sendable {
    /// It has gone once it is written.
    case atMostOnce
    case atLeastOnce
  }

  package init(
    id: Int64, topic: String, payload: [UInt8], isRetained: Bool = false, mayBeHeld: Bool = false,
    qos: QoS = .atLeastOnce
  ) {
    self.id = id
    self.topic = topic
    self.payload = payload
    self.isRetained = isRetained
    self.mayBeHeld = mayBeHeld
    self.qos = qos
  }
}

package enum ConnectionState: Sendable, Hashable {
  case connecting
  /// Ready: the broker accepted the connection and every subscription. Messages of a kept session can come before.
  case connected(sessionPresent: Bool)
  /// The broker, or the way to it, said no.
  case refused(BrokerError, nextAttemptSeconds: Double)
  /// It was connected and no longer is.
  case lost(BrokerError, nextAttemptSeconds: Double)
  case stopped
}

/// A figure that the broker publishes about itself.
package struct BrokerStatistic: Sendable, Hashable {
  /// Messages the broker has thrown away since it started, whoever was to get them. The only sign of a full queue:
  /// their publishers saw them acknowledged. It starts again at 0 with the broker.
  package static let droppedMessages = "$SYS/broker/publish/messages/dropped"

  package var name: String
  package var value: Int64
}

/// What the subscriber's owner does with what comes. All of it is called on the thread that is in `Subscriber.run`, one
/// call at a time; while a call lasts nothing is read or acknowledged.
package protocol BrokerHandler: Sendable {
  /// Messages in the order in which they came. They are acknowledged only when the receipt answers that they are committed;
  /// when it answers that they aren't, the connection is dropped without acknowledging anything, and the broker sends them
  /// again. Once they are taken in the next may be handed over, to be committed after them.
  func received(_ batch: [Delivery], as receipt: PartReceipt)

  /// The oldest messages that are still to be published, at most `limit`. May contain ones that are already under way:
  /// they are recognised by their id. Asked at the start of a connection, after batches and confirmations, after
  /// `Subscriber.wake` and about once a second.
  func outgoing(limit: Int) -> [OutgoingPublish]

  /// Messages that may be held are given back unpublished: they come again through `outgoing`.
  var isHolding: Bool { get }

  /// The broker has these; they need not be published again.
  func delivered(_ ids: [Int64])

  /// The broker won't take this one, and trying again won't help without a change.
  func rejected(_ id: Int64, reason: String)

  func changed(_ state: ConnectionState)

  func counted(_ statistic: BrokerStatistic)
}

extension BrokerHandler {
  package func outgoing(limit: Int) -> [OutgoingPublish] { [] }
  package var isHolding: Bool { false }
  package func delivered(_ ids: [Int64]) {}
  package func rejected(_ id: Int64, reason: String) {}
  package func changed(_ state: ConnectionState) {}
  package func counted(_ statistic: BrokerStatistic) {}
}
