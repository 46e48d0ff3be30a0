import Glibc
import Vocabulary

/// One connection's life in a subscriber: connect, subscribe, then read → commit → acknowledge until it is lost or the
/// subscriber is stopped.
struct SubscriberSession {
  /// A batch ends here even if messages keep trickling in, so that none waits long for its commit.
  private static let batchDuration = Duration.milliseconds(50)
  /// From so many messages on a batch is handed over while more of it are read: enough to be worth a transaction, and few
  /// beside a batch, since its first part is read while nothing is committed.
  private static let partMessages = 256
  /// How often keep-alive, outbox and deadlines are looked at when nothing comes.
  private static let tick = Duration.seconds(1)
  /// For the last acknowledgements, when the socket doesn't take them at once, and for the broker to read them: mosquitto
  /// reads a backlog's 200 000 in 0.3 s, in 2.5 s where it saves its database meanwhile. Together well below what a
  /// shutdown may take.
  private static let flushDuration = Duration.seconds(2)
  private static let farewellSeconds = 3.5
  /// In keep-alives: the broker answers a question that is asked after one. libmosquitto itself waits for two.
  private static let mostSilence = 1.5
  /// A connection that lasted this long starts the waits between attempts from the shortest again.
  private static let servingSeconds = 10.0

  /// As of the beginning of this connection.
  let settings: BrokerSettings
  private let identity: BrokerIdentity
  private let identityRevision: Int
  let plan: SubscriptionPlan
  let handler: any BrokerHandler
  let signal: WakeSignal
  var outgoing: OutgoingWindow

  private var hasCommitted = false
  private var readySince: ContinuousClock.Instant?
  private var pendingSubscriptions: [Int32: Subscription] = [:]
  /// The broker has answered to all of them.
  private var areGranted = false
  /// What this connection has asked for, and the plan's revision that it follows.
  private var asked: Set<Subscription> = []
  private var planRevision: Int?
  private var mayHaveMoreToSend = true
  private var nextTick = ContinuousClock.now
  /// When something last came; while a commit waits for the disk nobody listens.
  private var lastHeard = ContinuousClock.now

  init(
    identity: BrokerIdentity, plan: SubscriptionPlan, handler: any BrokerHandler, signal: WakeSignal,
    outgoing: OutgoingWindow
  ) {
    self.identity = identity
    (settings, identityRevision) = identity.current
    self.plan = plan
    self.handler = handler
    self.signal = signal
    self.outgoing = outgoing
  }

  /// It did its work for a while, so that its end is a new failure and not one more of the same.
  var hasServed: Bool {
    hasCommitted || (readySeconds ?? 0) >= SubscriberSession.servingSeconds
  }

  /// How long ago the broker had accepted connection and subscriptions; `nil`: it hasn't.
  var readySeconds: Double? {
    readySince.map { (ContinuousClock.now - $0) / .seconds(1) }
  }

  /// The broker is to see another certificate or password than this connection's.
  var isOutdated: Bool { identity.revision != identityRevision }

  /// Returns when stopped or outdated; throws why the connection can't go on.
  mutating func run(_ version: ProtocolVersion) throws(BrokerError) {
    guard let connection = try connect(version) else { return }
    try followPlan(on: connection)
    // Its refusal is no failure: a broker other than mosquitto, or one that hides its figures.
    _ = try connection.subscribe(Subscription(filter: BrokerStatistic.droppedMessages, qos: 0))
    // A host application must hear what is said of it, to say otherwise.
    if let presence = settings.presence {
      _ = try connection.subscribe(Subscription(filter: presence.topic, qos: 0, retainHandling: .never))
    }
    // Asked again all the same. But the answers come behind whatever has been queued since, with mosquitto 2.0 behind all of
    // it, and that can take minutes in which nothing is missing.
    if plan.begins(inResumedSession: connection.isSessionPresent) { try becomeReady(connection) }
    try takeGrants(connection)
    lastHeard = .now

    // TLS can hold messages that `poll` doesn't see, as can the packet behind the CONNACK.
    var mayHaveMoreToRead = true
    while !signal.isStopped, !isOutdated {
      let events = wait(for: connection, hasWork: mayHaveMoreToRead)
      if mayHaveMoreToRead || events != 0 {
        mayHaveMoreToRead = try takeBatch(from: connection)
        try takeGrants(connection)
        tellStatistics(connection)
        if readySince != nil, connection.isDeniedPresence { try connection.publishPresence(isOnline: true) }
        if events & Int16(POLLIN) != 0 { lastHeard = .now }
      }
      try followPlan(on: connection)
      try publishMore(on: connection)
      try connection.write()
      if ContinuousClock.now >= nextTick {
        nextTick = .now + SubscriberSession.tick
        mayHaveMoreToSend = true
        try connection.tick()
        try checkSilence()
      }
    }
    try finish(connection)
  }

  /// A line that was cut somewhere on the way looks like one on which nothing is said.
  private func checkSilence() throws(BrokerError) {
    let seconds = Double(settings.keepAliveSeconds) * SubscriberSession.mostSilence
    guard seconds > 0, ContinuousClock.now - lastHeard > .seconds(seconds) else { return }
    throw .lost(
      settings.address, cause: "nothing was heard of the broker for \(Int(seconds)) s; check the network between")
  }

  /// Asks the broker for what is newly wanted and takes back what no longer is.
  private mutating func followPlan(on connection: Connection) throws(BrokerError) {
    guard planRevision != plan.revision else { return }
    let wish = plan.wish
    planRevision = wish.revision
    // Taken back first: of two filters that overlap never both stand.
    for filter in wish.retired.sorted() { try connection.unsubscribe(filter) }
    let known = Set(asked.map(\.filter)).subtracting(wish.retired)
    for subscription in wish.subscriptions where !known.contains(subscription.filter) {
      pendingSubscriptions[try connection.subscribe(subscription)] = subscription
    }
    asked = Set(wish.subscriptions)
    areGranted = false
  }

  /// Tries each address family once; `nil`: stopped or outdated meanwhile.
  private func connect(_ version: ProtocolVersion) throws(BrokerError) -> Connection? {
    var wildcards: [String?] = [nil]
    if settings.address.transport != .unixSocket {
      let families = try AddressFamily.families(of: settings.address)
      if families.count > 1 { wildcards = families.map(\.wildcard) }
    }
    var failure: BrokerError?
    for wildcard in wildcards {
      do throws(BrokerError) {
        return try establish(Connection(settings, version: version, wildcard: wildcard))
      } catch .unreachable(let address, let cause) {
        failure = failure ?? .unreachable(address, cause: cause)
      } catch {
        throw error
      }
    }
    throw failure ?? .unreachable(settings.address, cause: "the host name has no IP address")
  }

  private func establish(_ connection: Connection) throws(BrokerError) -> Connection? {
    let deadline = ContinuousClock.now + .seconds(settings.connectTimeoutSeconds)
    while !signal.isStopped, !isOutdated {
      let left = ContinuousClock.now.duration(to: deadline).milliseconds
      guard left > 0 else { throw .silent(settings.address, seconds: settings.connectTimeoutSeconds) }
      let events = poll(connection, milliseconds: left)
      if events != 0 { try connection.establish(events) }
      if connection.phase == .accepted { return connection }
    }
    return nil
  }

  /// Reads and has committed until the socket has nothing more, the batch is full or has taken long enough. Under load a
  /// batch is handed over in parts: while one is written to disk the next is taken in, and one more is read.
  /// Acknowledgements leave when all of them are down. Returns whether there may be more to read. What was read is committed
  /// even if the connection broke meanwhile: it is true all the same, and the broker sends it again.
  private mutating func takeBatch(from connection: Connection) throws(BrokerError) -> Bool {
    let end = ContinuousClock.now + SubscriberSession.batchDuration
    var failure: BrokerError?
    var hasMore = true
    var parts = PartsUnderWay()
    repeat {
      do throws(BrokerError) {
        hasMore = try readPart(from: connection, beside: parts, until: end)
      } catch {
        failure = error
        hasMore = false
      }
      guard !connection.arrived.isEmpty else { continue }
      handler.received(connection.takeArrived(), as: parts.next())
    } while hasMore && connection.hasRoom && ContinuousClock.now < end
    guard parts.areCommitted() else { throw .notCommitted }
    if connection.unsettledCount > 0 {
      connection.settled()
      hasCommitted = true
      mayHaveMoreToSend = true
    }
    confirm(connection)
    if let failure { throw failure }
    return hasMore
  }

  /// Returns whether there may be more to read.
  private func readPart(
    from connection: Connection, beside parts: PartsUnderWay, until end: ContinuousClock.Instant
  ) throws(BrokerError) -> Bool {
    var packets = 0
    while connection.hasRoom {
      guard try connection.read() else { return false }
      packets += 1
      if connection.arrived.count >= SubscriberSession.partMessages, parts.haveRoom { return true }
      // The clock is read every 64 packets: it costs as much as a hundredth of a message.
      if packets & 63 == 0, ContinuousClock.now >= end { return true }
    }
    return true
  }

  private mutating func confirm(_ connection: Connection) {
    guard !connection.confirmations.isEmpty else { return }
    var delivered: [Int64] = []
    for (packet, reason) in connection.confirmations {
      guard let message = outgoing.settle(packet: packet) else { continue }
      if reason.isFailure {
        handler.rejected(message.id, reason: "the broker answered: \(reason.text)")
      } else {
        delivered.append(message.id)
      }
    }
    connection.confirmations.removeAll(keepingCapacity: true)
    if !delivered.isEmpty {
      handler.delivered(delivered)
      // Not after refusals alone: a handler that offers the same again would keep both sides busy.
      mayHaveMoreToSend = true
    }
  }

  private mutating func takeGrants(_ connection: Connection) throws(BrokerError) {
    for (packet, reason) in connection.grants {
      guard let subscription = pendingSubscriptions.removeValue(forKey: packet), reason.isFailure else { continue }
      throw .subscriptionRefused(filter: subscription.filter, reason: reason.text)
    }
    connection.grants.removeAll()
    guard pendingSubscriptions.isEmpty, !areGranted else { return }
    areGranted = true
    plan.wereGranted(asOf: planRevision)
    try becomeReady(connection)
  }

  /// The broker's retained figure comes with its grants: whoever hears it must know by then whose session this is.
  private func tellStatistics(_ connection: Connection) {
    guard readySince != nil, !connection.statistics.isEmpty else { return }
    for statistic in connection.statistics { handler.counted(statistic) }
    connection.statistics.removeAll()
  }

  private mutating func becomeReady(_ connection: Connection) throws(BrokerError) {
    guard readySince == nil else { return }
    try connection.publishPresence(isOnline: true)
    readySince = .now
    handler.changed(.connected(sessionPresent: connection.isSessionPresent))
  }

  private mutating func publishMore(on connection: Connection) throws(BrokerError) {
    guard readySince != nil else { return }
    if mayHaveMoreToSend, outgoing.hasRoom {
      mayHaveMoreToSend = false
      outgoing.accept(handler.outgoing(limit: settings.outgoingLimit))
    }
    while let message = outgoing.next() {
      if message.mayBeHeld, handler.isHolding {
        outgoing.drop(message)
        continue
      }
      do throws(BrokerError) {
        outgoing.sent(message, packet: try connection.publish(message))
      } catch .publishRefused(_, let reason) {
        outgoing.drop(message)
        handler.rejected(message.id, reason: reason)
      } catch {
        throw error
      }
    }
  }

  /// Waits for the socket, a wake-up or the next tick; with work in hand it only looks.
  private mutating func wait(for connection: Connection, hasWork: Bool) -> Int16 {
    let left = ContinuousClock.now.duration(to: nextTick).milliseconds
    return poll(connection, milliseconds: hasWork ? 0 : left) { mayHaveMoreToSend = true }
  }

  private func poll(_ connection: Connection, milliseconds: Int32, woken: () -> Void = {}) -> Int16 {
    var interests = [
      pollfd(fd: connection.socket, events: connection.interest, revents: 0),
      pollfd(fd: signal.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    guard Glibc.poll(&interests, 2, milliseconds) > 0 else { return 0 }
    if interests[1].revents != 0, signal.lower() { woken() }
    return interests[0].revents
  }

  /// Everything read is committed here; what is left is to get the acknowledgements out.
  private func finish(_ connection: Connection) throws(BrokerError) {
    // A DISCONNECT takes the last will back.
    if readySince != nil { try connection.publishPresence(isOnline: false) }
    let end = ContinuousClock.now + SubscriberSession.flushDuration
    while connection.wantsWrite {
      try connection.write()
      let left = ContinuousClock.now.duration(to: end).milliseconds
      guard connection.wantsWrite, left > 0 else { break }
      var interest = pollfd(fd: connection.socket, events: Int16(POLLOUT), revents: 0)
      _ = Glibc.poll(&interest, 1, left)
    }
    connection.disconnect(withinSeconds: SubscriberSession.farewellSeconds)
  }
}
