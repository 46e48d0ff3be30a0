/// What the daemon asks the broker for.
package struct Subscription: Sendable, Hashable {
  /// When the broker sends the retained messages that match. MQTT 3.1.1 knows only `always`.
  package enum RetainHandling: Sendable, Hashable {
    /// At every (re)connection: heals what a restored database has forgotten.
    case always
    /// Only where the session doesn't have the subscription yet.
    case ifNew
    /// `always` until the broker has granted it, `ifNew` from then on: for a memory that is younger than its session.
    case once
    case never
  }

  package var filter: String
  /// 0 or 1. QoS 2 is refused: libmosquitto acknowledges it in a way that loses messages on a crash.
  package var qos: Int
  package var retainHandling: RetainHandling

  package init(filter: String, qos: Int = 1, retainHandling: RetainHandling = .always) {
    self.filter = filter
    self.qos = qos
    self.retainHandling = retainHandling
  }
}

/// How to reach the broker, who we are there, and how much may be under way. Checked by `validate`, which `Subscriber`
/// and `Publisher` call before they connect.
package struct BrokerSettings: Sendable {
  package var address: BrokerAddress
  /// Fixed: the broker keeps the session, and with it what was not yet acknowledged, under this name.
  package var clientID: String
  package var username: String?
  package var password: String?
  /// PEM files, for `mqtts://` only. Without `caFile` the system's certificates are trusted.
  package var caFile: String?
  package var certificateFile: String?
  package var keyFile: String?
  /// 5…65 535, or 0: none.
  package var keepAliveSeconds = 30
  /// How long the broker keeps the session of an absent daemon (MQTT 5). A week outlasts a long weekend.
  package var sessionExpirySeconds: UInt32 = 7 * 86_400
  /// Messages the broker may send ahead of our acknowledgements. libmosquitto's own default of 20 would cap a batch at
  /// 20 and is 15 times slower.
  package var receiveMaximum = 4000
  /// Most messages of one batch, that is, of one commit. At most half of `receiveMaximum`, so that the broker goes on
  /// sending while a batch is committed.
  package var batchLimit = 2000
  /// A batch ends here even if it holds few messages, so that large ones can't fill the memory: what is more waits in the
  /// socket and at the broker.
  package var batchBytes = 8 << 20
  /// The largest packet that the broker may send (MQTT 5; it then drops larger ones instead). Far above what a payload may
  /// hold, so that one that is too large still comes in and is quarantined as such; a packet of MQTT's 256 MB never does.
  package var maximumPacketBytes: UInt32 = 16 << 20
  /// Own publishes that may wait for their PUBACK.
  package var outgoingLimit = 200
  /// How long TCP, TLS and CONNACK may take together, for each address family of the host.
  package var connectTimeoutSeconds = 15
  package var subscriptions: [Subscription]
  /// Tells others whether we are there.
  package var presence: Presence?
  /// Filters that an earlier run subscribed to: a session that the broker resumes holds them until they are taken back.
  package var heldFilters: Set<String> = []
  /// Throws the session away at the start; for publishers, which have none.
  var isCleanStart = false

  package init(
    address: BrokerAddress, clientID: String, username: String? = nil, password: String? = nil, caFile: String? = nil,
    certificateFile: String? = nil, keyFile: String? = nil, subscriptions: [Subscription] = []
  ) {
    self.address = address
    self.clientID = clientID
    self.username = username
    self.password = password
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.subscriptions = subscriptions
  }

  package func validate() throws(BrokerError) {
    func require(_ isMet: Bool, _ otherwise: String) throws(BrokerError) {
      if !isMet { throw .badSettings(otherwise) }
    }
    try require(!clientID.isEmpty && clientID.utf8.count <= 65_535, "client_id must have 1 to 65535 bytes")
    try require(
      keepAliveSeconds == 0 || (5...65_535).contains(keepAliveSeconds), "the keep-alive must be 0 or 5 to 65535 seconds"
    )
    try require((2...65_535).contains(receiveMaximum), "the receive maximum must be 2 to 65535 messages")
    try require(
      (1...receiveMaximum / 2).contains(batchLimit), "a batch must hold 1 message to half of the receive maximum")
    try require(batchBytes > 0, "a batch must hold at least a byte")
    try require(maximumPacketBytes >= 1024, "the largest packet must be 1 KiB or more")
    try require((1...65_535).contains(outgoingLimit), "the outgoing limit must be 1 to 65535 messages")
    try require((1...600).contains(connectTimeoutSeconds), "the connect timeout must be 1 to 600 seconds")
    try require(password == nil || username != nil, "a password needs a username")
    try require(
      (certificateFile == nil) == (keyFile == nil), "certificate_file and key_file must be given together")
    let filesNeedTLS = address.transport != .tls && (caFile != nil || certificateFile != nil)
    try require(!filesNeedTLS, "ca_file, certificate_file and key_file need an address that begins with mqtts://")
    for subscription in subscriptions {
      try require(
        subscription.qos == 0 || subscription.qos == 1, "the subscription to \(subscription.filter) needs QoS 0 or 1")
    }
  }
}
