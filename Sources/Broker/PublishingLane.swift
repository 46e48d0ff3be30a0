import Glibc

/// One connection of a `Publisher` with what is to go over it. Guarded by the publisher's lock.
final class PublishingLane {
  private static let attempts = 3
  /// Without a single confirmation or byte for so long, the connection counts as broken.
  private static let patience = Duration.seconds(15)

  private let settings: BrokerSettings
  private var families: [String?]
  private var connection: Connection?
  private var version = ProtocolVersion.v5
  private var queue: ArraySlice<OutgoingPublish> = []
  private var underWay: [Int32: (position: Int, message: OutgoingPublish)] = [:]
  private var published = 0
  private var failures = 0
  private var deadline = ContinuousClock.now

  init(_ settings: BrokerSettings) throws(BrokerError) {
    self.settings = settings
    families = [nil]
    if settings.address.transport != .unixSocket {
      let found = try AddressFamily.families(of: settings.address)
      if found.count > 1 { families = found.map(\.wildcard) }
    }
  }

  func accept(_ message: OutgoingPublish) { queue.append(message) }

  /// Forgets what wasn't published, so that it doesn't go out with the next call.
  func abandon() {
    queue.removeAll()
    underWay.removeAll()
    connection = nil
    failures = 0
  }

  func close() {
    connection?.disconnect(withinSeconds: 1)
    connection = nil
  }

  /// Connects what isn't connected and publishes until every lane is empty.
  static func drive(_ lanes: [PublishingLane]) throws(BrokerError) {
    for lane in lanes {
      lane.failures = 0
      lane.deadline = .now + patience
    }
    var busy = lanes
    while true {
      for lane in busy { try lane.advance(0) }
      busy.removeAll { $0.isDone }
      if busy.isEmpty { return }
      var interests = busy.map { lane in
        pollfd(fd: lane.connection?.socket ?? -1, events: lane.connection?.interest ?? 0, revents: 0)
      }
      let count = poll(&interests, nfds_t(interests.count), 1000)
      for (lane, interest) in zip(busy, interests) where count > 0 && interest.revents != 0 {
        try lane.advance(interest.revents)
      }
      for lane in busy { try lane.checkPatience() }
    }
  }

  private var isDone: Bool {
    queue.isEmpty && underWay.isEmpty && connection?.phase == .accepted && connection?.wantsWrite == false
  }

  /// Does what can be done without waiting; `events` is what `poll` reported.
  private func advance(_ events: Int16) throws(BrokerError) {
    do throws(BrokerError) {
      let connection = try open()
      if connection.phase != .accepted {
        guard events != 0 else { return }
        try connection.establish(events)
        if connection.phase != .accepted { return }
      } else if events & ~Int16(POLLOUT) != 0 {
        while try connection.read() {}
      }
      for (packet, reason) in connection.confirmations { try settle(packet, reason) }
      connection.confirmations.removeAll(keepingCapacity: true)
      while underWay.count < settings.outgoingLimit, let message = queue.popFirst() {
        underWay[try connection.publish(message)] = (published, message)
        published += 1
      }
      // Nothing is subscribed to, so there is no batch to settle first.
      if connection.wantsWrite { try connection.write() }
    } catch {
      try recover(from: error)
    }
  }

  private func open() throws(BrokerError) -> Connection {
    if let connection { return connection }
    let connection = try Connection(settings, version: version, wildcard: families.first ?? nil)
    self.connection = connection
    return connection
  }

  private func settle(_ packet: Int32, _ reason: ReasonCode) throws(BrokerError) {
    guard let message = underWay.removeValue(forKey: packet)?.message else { return }
    if reason.isFailure { throw .publishRefused(topic: message.topic, reason: reason.text) }
    failures = 0
    deadline = .now + PublishingLane.patience
  }

  private func checkPatience() throws(BrokerError) {
    guard ContinuousClock.now >= deadline else { return }
    try recover(from: .silent(settings.address, seconds: Int(PublishingLane.patience.components.seconds)))
  }

  /// Starts the connection anew if that can help.
  private func recover(from error: BrokerError) throws(BrokerError) {
    connection = nil
    deadline = .now + PublishingLane.patience
    switch error {
    case .protocolVersionRefused where version == .v5:
      version = .v311
    case .unreachable where families.count > 1:
      families.removeFirst()
    case .closed, .lost, .silent:
      failures += 1
      if failures >= PublishingLane.attempts { throw error }
    default:
      throw error
    }
    let again = underWay.values.sorted { $0.position < $1.position }.map(\.message)
    underWay.removeAll()
    queue = ArraySlice(again + queue)
  }
}
