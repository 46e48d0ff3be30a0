import Broker
import Foundation
import Vocabulary

/// Keeps what a subscriber was told. `commit` decides what `received` answers and may block: the subscriber's thread, or, if
/// it commits beside, a queue of its own.
final class RecordingHandler: BrokerHandler {
  struct Record {
    var batches: [[Delivery]] = []
    var committed: [Delivery] = []
    /// Handed over and not answered, now and at most.
    var pending = 0
    var mostPending = 0
    var states: [ConnectionState] = []
    var delivered: [Int64] = []
    var rejected: [Int64: String] = [:]
    var statistics: [BrokerStatistic] = []
    var outbox: [OutgoingPublish] = []

    var isConnected: Bool {
      if case .connected = states.last { return true }
      return false
    }
    /// The errors of all states, in order.
    var errors: [BrokerError] {
      states.compactMap {
        switch $0 {
        case .refused(let error, _), .lost(let error, _): error
        case .connecting, .connected, .stopped: nil
        }
      }
    }
  }

  let record = Signalled(Record())
  private let commit: @Sendable ([Delivery]) -> Bool

  private let queue: DispatchQueue?

  init(commitsBeside: Bool = false, commit: @escaping @Sendable ([Delivery]) -> Bool = { _ in true }) {
    self.commit = commit
    queue = commitsBeside ? DispatchQueue(label: "commits") : nil
  }

  var committedTexts: [String] { record.value.committed.map { String(decoding: $0.payload, as: UTF8.self) } }

  func received(_ batch: [Delivery], as receipt: PartReceipt) {
    record.change { record in
      record.batches.append(batch)
      record.pending += 1
      record.mostPending = max(record.mostPending, record.pending)
    }
    let work: @Sendable () -> Void = { [self] in
      let isCommitted = commit(batch)
      record.change { record in
        if isCommitted { record.committed += batch }
        record.pending -= 1
      }
      receipt.answer(isCommitted)
    }
    guard let queue else { return work() }
    receipt.take()
    queue.async(execute: work)
  }
  func outgoing(limit: Int) -> [OutgoingPublish] { Array(record.value.outbox.prefix(limit)) }
  func delivered(_ ids: [Int64]) {
    record.change { record in
      record.delivered += ids
      record.outbox.removeAll { ids.contains($0.id) }
    }
  }
  func rejected(_ id: Int64, reason: String) {
    record.change { record in
      record.rejected[id] = reason
      record.outbox.removeAll { $0.id == id }
    }
  }
  func changed(_ state: ConnectionState) { record.change { $0.states.append(state) } }
  func counted(_ statistic: BrokerStatistic) { record.change { $0.statistics.append(statistic) } }
}

/// A subscriber on a thread of its own, stopped with the object.
final class RunningSubscriber {
  let subscriber: Subscriber
  private let hasEnded = Signalled(false)

  init(_ settings: BrokerSettings, _ handler: RecordingHandler, seed: UInt64 = 1) throws {
    let subscriber = try Subscriber(settings: settings, handler: handler, generator: SeededGenerator(state: seed))
    self.subscriber = subscriber
    let hasEnded = hasEnded
    Thread.detachNewThread {
      subscriber.run()
      hasEnded.change { $0 = true }
    }
  }

  deinit { stop() }

  /// Whether `run` returned in time.
  @discardableResult
  func stop(seconds: Double = 10) -> Bool {
    subscriber.stop()
    return hasEnded.wait(seconds: seconds) { $0 }
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator, Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

func settings(_ url: String, filters: [String] = ["dt/#"], clientID: String = "gateway") throws -> BrokerSettings {
  BrokerSettings(
    address: try BrokerAddress(url: url), clientID: clientID, subscriptions: filters.map { Subscription(filter: $0) })
}

/// Messages "1", "2", … of one topic.
func numbered(_ range: ClosedRange<Int>, topic: String = "dt/t/p/d/report") -> [OutgoingPublish] {
  range.map { OutgoingPublish(id: Int64($0), topic: topic, payload: Array(String($0).utf8)) }
}
