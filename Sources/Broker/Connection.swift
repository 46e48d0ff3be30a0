import CMosquitto
import Glibc
import Vocabulary

/// One connection to the broker, from CONNECT to its end: the only owner of a libmosquitto handle. It belongs to the
/// thread that made it.
///
/// libmosquitto 2.0 has no manual acknowledgement: it queues the PUBACK of a message before it hands the message over.
/// With `mosquitto_threaded_set` the queue leaves only in `mosquitto_loop_write`, and then all of it. So this type promises:
/// **nothing is written between `read` and `settled`**. Whoever calls `write` before all that was read is settled has made
/// a mistake that loses messages, and is stopped.
final class Connection {
  enum Phase { case connecting, handshaking, accepted }

  let settings: BrokerSettings
  let version: ProtocolVersion
  private(set) var phase = Phase.connecting
  private(set) var isSessionPresent = false
  /// (packet id, reason) of PUBACKs and SUBACKs since they were last taken.
  var confirmations: [(packet: Int32, reason: ReasonCode)] = []
  var grants: [(packet: Int32, reason: ReasonCode)] = []
  var statistics: [BrokerStatistic] = []
  /// Somebody has said that we aren't there: an earlier connection's last will, say.
  private(set) var isDeniedPresence = false

  private let handle: OpaquePointer
  private let since = EventTime.wallClock()
  /// Messages read that nobody has taken yet.
  private(set) var arrived: [Delivery] = []
  /// All messages whose acknowledgements lie in libmosquitto's queue, those that were taken among them.
  private(set) var unsettledCount = 0
  private(set) var unsettledBytes = 0
  private var callbackCount = 0
  /// When the packet in hand was read, or one just before: see `read`.
  private var readAt = EventTime.wallClock()
  private var readsSinceClock = 0
  private static let readsPerClock = 16
  private var symptoms = FailureSymptoms()

  /// Starts to connect; `wildcard` picks the address family. Goes on in `establish`.
  init(_ settings: BrokerSettings, version: ProtocolVersion, wildcard: String?) throws(BrokerError) {
    try Library.initialise()
    guard let handle = mosquitto_new(settings.clientID, settings.isCleanStart, nil) else {
      throw .library(code: errno, text: Library.text(ofSystemError: errno))
    }
    self.handle = handle
    self.settings = settings
    self.version = version
    try setOptions()
    setCallbacks()
    try open(wildcard)
  }

  deinit {
    // Closes the socket without writing what is queued: a batch that wasn't settled stays with the broker.
    mosquitto_destroy(handle)
  }

  var socket: Int32 { mosquitto_socket(handle) }
  var wantsWrite: Bool { mosquitto_want_write(handle) }

  /// What to wait for in `poll`. During the TLS handshake libmosquitto claims to want to write all the time.
  var interest: Int16 {
    switch phase {
    case .connecting: Int16(POLLOUT)
    case .handshaking: Int16(POLLIN) | pollPeerClosed
    case .accepted: wantsWrite ? Int16(POLLIN | POLLOUT) : Int16(POLLIN)
    }
  }

  /// Goes on connecting after `poll` reported `events`; until `phase` is `accepted`.
  func establish(_ events: Int16) throws(BrokerError) {
    if phase == .connecting {
      guard events & Int16(POLLOUT | POLLERR | POLLHUP) != 0 else { return }
      if let cause = connectError(of: socket) {
        let text = Library.text(ofSystemError: cause)
        guard settings.address.transport == .tls, cause == ECONNRESET else {
          throw .unreachable(settings.address, cause: text)
        }
        // The TLS handshake has begun by itself: a reset is the peer's answer to it, not to the connection.
        phase = .handshaking
        try readAlert()
        throw .tlsFailed(settings.address, cause: text)
      }
      phase = .handshaking
      guard settings.address.transport == .tls else { return try write() }
    }
    _ = try read()
    if phase == .accepted { return }
    try write()
    // A peer that hangs up inside the TLS handshake isn't reported as an error.
    if events & (Int16(POLLERR | POLLHUP) | pollPeerClosed) != 0 {
      throw failure(nil, code: MOSQ_ERR_CONN_LOST.rawValue, systemError: 0)
    }
  }

  /// What the peer said before it reset the connection is still there to be read: in TLS 1.3 a client's certificate is refused
  /// after the handshake, and the reset that answers our CONNECT comes with the alert that names the fault.
  private func readAlert() throws(BrokerError) {
    do throws(BrokerError) {
      _ = try read()
    } catch {
      if symptoms.nameTLSFault { throw error }
    }
  }

  /// Takes packets from the socket, usually one; returns whether any of note came.
  func read() throws(BrokerError) -> Bool {
    let before = callbackCount
    // Asking for the time costs a hundredth of a message; sixteen are read within a tenth of a millisecond.
    if readsSinceClock == 0 { readAt = .wallClock() }
    readsSinceClock = (readsSinceClock + 1) % Connection.readsPerClock
    let code = mosquitto_loop_read(handle, 1)
    let systemError = errno
    if code != MOSQ_ERR_SUCCESS.rawValue || socket < 0 {
      throw failure(symptoms.connectReason, code: code, systemError: systemError)
    }
    // The socket is empty: the next packet may be long in coming.
    if callbackCount == before { readsSinceClock = 0 }
    return callbackCount != before
  }

  /// Whether the limits of a batch let more be read before what was read is settled.
  var hasRoom: Bool { unsettledCount < settings.batchLimit && unsettledBytes < settings.batchBytes }

  /// Hands over what has arrived since the last call; it stays unsettled.
  func takeArrived() -> [Delivery] {
    defer { arrived = [] }
    return arrived
  }

  /// All that was read is committed: its acknowledgements may leave with the next `write`.
  func settled() {
    precondition(arrived.isEmpty, "what nobody has taken can't be committed")
    unsettledCount = 0
    unsettledBytes = 0
    // Time has passed with the commit.
    readsSinceClock = 0
  }

  /// Sends what is queued, acknowledgements among it, as far as the socket takes it.
  func write() throws(BrokerError) {
    precondition(unsettledCount == 0, "acknowledgements leave only after the commit")
    guard wantsWrite || phase != .accepted else { return }
    // libmosquitto writes packet by packet. Uncorked, the second of two small ones would wait for the peer's
    // acknowledgement of the first, which the peer's kernel may hold back for 40 ms; together they are one segment.
    let socket = socket
    cork(socket, true)
    let code = mosquitto_loop_write(handle, 1)
    let systemError = errno
    if mosquitto_socket(handle) == socket { cork(socket, false) }
    if code != MOSQ_ERR_SUCCESS.rawValue { throw failure(nil, code: code, systemError: systemError) }
  }

  private func cork(_ socket: Int32, _ isHeld: Bool) {
    guard settings.address.transport != .unixSocket, phase == .accepted else { return }
    var value: Int32 = isHeld ? 1 : 0
    // Refused, it only costs time.
    setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Keep-alive; to be called about once a second. A PINGREQ is only queued.
  func tick() throws(BrokerError) {
    let code = mosquitto_loop_misc(handle)
    if code != MOSQ_ERR_SUCCESS.rawValue { throw failure(nil, code: code, systemError: errno) }
  }

  /// Queues a message and returns its packet id.
  func publish(_ message: OutgoingPublish) throws(BrokerError) -> Int32 {
    var packet: Int32 = 0
    let code = message.payload.withUnsafeBytes { payload in
      mosquitto_publish(
        handle, &packet, message.topic, Int32(clamping: payload.count), payload.baseAddress, message.qos.rawValue,
        message.isRetained)
    }
    guard code != MOSQ_ERR_SUCCESS.rawValue else { return packet }
    let text =
      code == MOSQ_ERR_INVAL.rawValue ? "it is no topic to publish to" : String(cString: mosquitto_strerror(code))
    throw .publishRefused(topic: message.topic, reason: text)
  }

  /// Queues the message that says whether we are there.
  func publishPresence(isOnline: Bool) throws(BrokerError) {
    guard let presence = settings.presence else { return }
    isDeniedPresence = false
    let payload = presence.payload(isOnline: isOnline, since: since)
    // Nobody waits for its confirmation: a broker that refuses it serves us all the same.
    _ = try publish(OutgoingPublish(id: 0, topic: presence.topic, payload: payload, isRetained: true))
  }

  /// Queues a SUBSCRIBE and returns its packet id.
  func subscribe(_ subscription: Subscription) throws(BrokerError) -> Int32 {
    let retain =
      switch subscription.retainHandling {
      case .always, .once: MQTT_SUB_OPT_SEND_RETAIN_ALWAYS
      case .ifNew: MQTT_SUB_OPT_SEND_RETAIN_NEW
      case .never: MQTT_SUB_OPT_SEND_RETAIN_NEVER
      }
    var packet: Int32 = 0
    let code = mosquitto_subscribe_v5(
      handle, &packet, subscription.filter, Int32(subscription.qos), Int32(retain.rawValue), nil)
    if code == MOSQ_ERR_SUCCESS.rawValue { return packet }
    throw .subscriptionRefused(filter: subscription.filter, reason: String(cString: mosquitto_strerror(code)))
  }

  /// Queues an UNSUBSCRIBE. Its answer doesn't matter: a filter that isn't subscribed to is as good as gone.
  func unsubscribe(_ filter: String) throws(BrokerError) {
    try Library.check(mosquitto_unsubscribe(handle, nil, filter))
  }

  /// Sends DISCONNECT, which leaves the session to its expiry interval. The socket is held open until the broker has
  /// closed it, and with that has taken all acknowledgements: mosquitto takes one at each turn of its loop, so that after a
  /// backlog tens of thousands may still be on their way. What it sends us meanwhile, or a new connection of ours, would
  /// make it close the old one with those unread, and deliver all those messages again.
  func disconnect(withinSeconds seconds: Double) {
    let held = dup(socket)
    defer { if held >= 0 { close(held) } }
    guard unsettledCount == 0, mosquitto_disconnect(handle) == MOSQ_ERR_SUCCESS.rawValue,
      mosquitto_loop_write(handle, 1) == MOSQ_ERR_SUCCESS.rawValue, held >= 0
    else { return }
    shutdown(held, Int32(SHUT_WR))
    let end = ContinuousClock.now + .seconds(seconds)
    var scrap = [UInt8](repeating: 0, count: 65_536)
    while true {
      let left = ContinuousClock.now.duration(to: end).milliseconds
      var interest = pollfd(fd: held, events: Int16(POLLIN), revents: 0)
      guard left > 0, poll(&interest, 1, left) > 0, Glibc.read(held, &scrap, scrap.count) > 0 else { return }
    }
  }
}

// MARK: - Opening

extension Connection {
  private func setOptions() throws(BrokerError) {
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    try Library.check(mosquitto_threaded_set(handle, true))
    try Library.check(mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version.number))
    try Library.check(mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(settings.receiveMaximum)))
    try Library.check(mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, Int32(settings.outgoingLimit)))
    if let username = settings.username {
      try Library.check(mosquitto_username_pw_set(handle, username, settings.password))
    }
    if let presence = settings.presence {
      let payload = presence.payload(isOnline: false, since: since)
      try Library.check(mosquitto_will_set(handle, presence.topic, Int32(payload.count), payload, 1, true))
    }
    guard settings.address.transport == .tls else { return }
    try checkReadable("ca_file", settings.caFile)
    try checkReadable("certificate_file", settings.certificateFile)
    try checkReadable("key_file", settings.keyFile)
    let systemCertificates = settings.caFile == nil ? "/etc/ssl/certs" : nil
    // Without a callback OpenSSL would ask for the password of an encrypted key on the terminal.
    let noPassword: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
      _, _, _, _ in 0
    }
    try Library.check(
      mosquitto_tls_set(
        handle, settings.caFile, systemCertificates, settings.certificateFile, settings.keyFile, noPassword))
  }

  private func checkReadable(_ key: String, _ path: String?) throws(BrokerError) {
    guard let path else { return }
    if access(path, R_OK) != 0 {
      throw .unusableFile(key: key, path: path, cause: Library.text(ofSystemError: errno))
    }
  }

  private func open(_ wildcard: String?) throws(BrokerError) {
    let keepAlive = Int32(settings.keepAliveSeconds)
    if version == .v5, !settings.isCleanStart {
      var properties: OpaquePointer?
      defer { mosquitto_property_free_all(&properties) }
      try Library.check(
        mosquitto_property_add_int32(
          &properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), settings.sessionExpirySeconds))
      try Library.check(
        mosquitto_property_add_int32(
          &properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), settings.maximumPacketBytes))
      // Only the blocking call takes CONNECT properties, and a black-holed broker would hold it, and `stop`, for two
      // minutes. With an empty socket path it fails at once, but keeps the properties for the call below.
      _ = mosquitto_connect_bind_v5(handle, "", 0, keepAlive, nil, properties)
    }
    if let wildcard { try Library.check(mosquitto_string_option(handle, MOSQ_OPT_BIND_ADDRESS, wildcard)) }
    let code = mosquitto_connect_bind_async(
      handle, settings.address.host, Int32(settings.address.port), keepAlive, nil)
    let systemError = errno
    if code > MOSQ_ERR_SUCCESS.rawValue { throw failure(nil, code: code, systemError: systemError) }
  }

  private func failure(_ refusal: ReasonCode?, code: Int32, systemError: Int32) -> BrokerError {
    symptoms.failure(refusal, code: code, systemError: systemError, in: phase, settings, version)
  }
}

// MARK: - Callbacks

extension Connection {
  private func setCallbacks() {
    mosquitto_connect_v5_callback_set(handle) { _, context, reason, flags, _ in
      Connection.from(context)?.connected(ReasonCode(reason), sessionPresent: flags & 1 != 0)
    }
    mosquitto_disconnect_v5_callback_set(handle) { _, context, reason, _ in
      // Below 0x80 it is an error of the library, which its caller gets as well.
      guard let connection = Connection.from(context), reason >= 0x80 else { return }
      connection.symptoms.disconnectReason = ReasonCode(reason)
    }
    mosquitto_message_callback_set(handle) { _, context, message in
      guard let message else { return }
      Connection.from(context)?.received(message.pointee)
    }
    mosquitto_publish_v5_callback_set(handle) { _, context, packet, reason, _ in
      guard let connection = Connection.from(context) else { return }
      connection.callbackCount += 1
      connection.confirmations.append((packet, ReasonCode(reason)))
    }
    mosquitto_subscribe_v5_callback_set(handle) { _, context, packet, count, granted, _ in
      guard let connection = Connection.from(context), count > 0, let granted else { return }
      connection.callbackCount += 1
      connection.grants.append((packet, ReasonCode(granted.pointee)))
    }
    mosquitto_log_callback_set(handle) { handle, context, level, text in
      guard level == MOSQ_LOG_ERR, let text, let connection = Connection.from(context) else { return }
      connection.symptoms.note(String(cString: text), of: handle, connection.settings.address)
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> Connection? {
    context.map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
  }

  private func connected(_ reason: ReasonCode, sessionPresent: Bool) {
    callbackCount += 1
    symptoms.connectReason = reason
    guard reason.number == 0 else { return }
    isSessionPresent = sessionPresent
    phase = .accepted
    // From here on the log would only cost: libmosquitto formats a line for every message.
    mosquitto_log_callback_set(handle, nil)
  }

  private func received(_ message: mosquitto_message) {
    callbackCount += 1
    guard let topicBytes = message.topic else { return }
    let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
    if strncmp(topicBytes, "$SYS/", 5) == 0 {
      if let value = Int64(String(decoding: payload, as: UTF8.self)) {
        statistics.append(BrokerStatistic(name: String(cString: topicBytes), value: value))
      }
      return
    }
    if let presence = settings.presence, strcmp(topicBytes, presence.topic) == 0, message.qos == 0 {
      isDeniedPresence = presence.isDenied(by: payload)
      return
    }
    // `String(cString:)` repairs what isn't UTF-8. A broker refuses such topics; a repaired one ends in quarantine.
    unsettledCount += 1
    unsettledBytes += payload.count
    arrived.append(
      Delivery(
        topic: String(cString: topicBytes), payload: [UInt8](payload), isRetained: message.retain,
        receivedAt: readAt))
  }
}

/// POLLRDHUP, which Swift's Glibc doesn't show.
private let pollPeerClosed: Int16 = 0x2000

extension EventTime {
  fileprivate static func wallClock() -> EventTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return EventTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
