/// What `GET /v1/status` answers: how the gateway is, problems first. Times are RFC 3339 in UTC.
package struct StatusReport: Hashable, Sendable, Codable {
  package enum State: String, Sendable, Codable, CaseIterable {
    case starting, ready, degraded
  }

  package var schema = Schema.status
  package var state: State
  /// Why it isn't `ready`, in words that say what to do; empty when it is.
  package var reasons: [String]
  package var version: String
  package var pid: Int
  package var startedAt: String
  package var messages: Messages
  package var devices: Int
  package var tickets: Tickets
  package var findings: Findings
  package var broker: Broker
  /// How far the newest committed message is behind its arrival.
  @Known package var lagSeconds: Double?
  /// From arrival to commit, of all messages since the start; `nil` before the first.
  @Known package var latency: Latency?
  /// The time against which everything is judged; unknown until the first report where the stream keeps the clock.
  @Known package var clock: String?
  /// `wall` or `event`.
  package var clockKind: String
  package var profiles: Profiles
  package var database: Database
  /// Signals and events that no profile knows, kept out of the model.
  package var unknownItems: Int
  /// Reports that are missing by their sequence numbers.
  package var sequenceGaps: Int
  package var quarantine: Quarantine
  /// `nil` until a bucket has closed.
  @Known package var lastPass: Pass?
  package var care: Care
  /// `nil` from an older daemon.
  @Known package var limits: Limits?
  /// What the commit in hand has taken so far; `nil`: none is in hand, or an older daemon.
  @Known package var commitSeconds: Double?
  /// How often a language lacked a message, which was said in English then.
  @Known package var missingMessages: Int?
  /// By failure mode, where forecasts have come due; `nil` from an older daemon.
  @Known package var calibration: [Calibration]?

  package init(
    state: State, reasons: [String], version: String, pid: Int, startedAt: String, messages: Messages, devices: Int,
    tickets: Tickets, findings: Findings, broker: Broker, lagSeconds: Double?, clock: String?, clockKind: String,
    profiles: Profiles, database: Database, unknownItems: Int, sequenceGaps: Int, quarantine: Quarantine,
    lastPass: Pass?, care: Care, latency: Latency? = nil, limits: Limits = Limits(), missingMessages: Int = 0,
    calibration: [Calibration] = [], commitSeconds: Double? = nil
  ) {
    self.commitSeconds = commitSeconds
    self.missingMessages = missingMessages
    self.state = state
    self.reasons = reasons
    self.version = version
    self.pid = pid
    self.startedAt = startedAt
    self.messages = messages
    self.devices = devices
    self.tickets = tickets
    self.findings = findings
    self.broker = broker
    self.lagSeconds = lagSeconds
    self.latency = latency
    self.clock = clock
    self.clockKind = clockKind
    self.profiles = profiles
    self.database = database
    self.unknownItems = unknownItems
    self.sequenceGaps = sequenceGaps
    self.quarantine = quarantine
    self.lastPass = lastPass
    self.care = care
    self.limits = limits
    self.calibration = calibration
  }

  private enum CodingKeys: String, CodingKey {
    case schema, state, reasons, version, pid
    case startedAt = "started_at"
    case messages, devices, tickets, findings, broker
    case lagSeconds = "lag_seconds"
    case latency, clock
    case clockKind = "clock_kind"
    case profiles, database
    case unknownItems = "unknown_items"
    case sequenceGaps = "sequence_gaps"
    case quarantine
    case lastPass = "last_pass"
    case care, limits
    case missingMessages = "missing_messages"
    case commitSeconds = "commit_seconds"
    case calibration
  }
}

extension StatusReport {
  /// Everything received ended in exactly one of the other five.
  package struct Messages: Hashable, Sendable, Codable {
    package var received: Int
    package var applied: Int
    package var duplicate: Int
    package var quarantined: Int
    package var unconsented: Int
    package var late: Int

    package init(applied: Int = 0, duplicate: Int = 0, quarantined: Int = 0, unconsented: Int = 0, late: Int = 0) {
      received = applied + duplicate + quarantined + unconsented + late
      self.applied = applied
      self.duplicate = duplicate
      self.quarantined = quarantined
      self.unconsented = unconsented
      self.late = late
    }
  }

  /// `open`: someone may still act on it; `live` adds the resolved ones that aren't closed yet.
  package struct Tickets: Hashable, Sendable, Codable {
    package var open: Int
    package var proposed: Int
    package var live: Int
    package init(open: Int, proposed: Int, live: Int) {
      self.open = open
      self.proposed = proposed
      self.live = live
    }
  }

  package struct Findings: Hashable, Sendable, Codable {
    package var live: Int
    package init(live: Int) { self.live = live }
  }

  package struct Broker: Hashable, Sendable, Codable {
    package var url: String
    package var connected: Bool
    /// Since when it has been connected, or not.
    @Known package var since: String?
    /// Messages that the broker itself says it dropped for us (`$SYS`); `nil` if it doesn't tell.
    @Known package var dropped: Int?
    /// Whether the broker still had our session at the last connect; `nil` before the first.
    @Known package var sessionPresent: Bool?
    package var reconnects: Int
    @Known package var lastError: String?
    /// By how much `dropped` has grown while our session stood, over restarts of daemon and broker.
    @Known package var droppedSince: Int?
    /// How often the broker had forgotten our session, and what it had queued for us.
    @Known package var sessionsLost: Int?

    package init(
      url: String, connected: Bool, since: String?, dropped: Int?, sessionPresent: Bool?, reconnects: Int,
      lastError: String?, droppedSince: Int = 0, sessionsLost: Int = 0
    ) {
      self.droppedSince = droppedSince
      self.sessionsLost = sessionsLost
      self.url = url
      self.connected = connected
      self.since = since
      self.dropped = dropped
      self.sessionPresent = sessionPresent
      self.reconnects = reconnects
      self.lastError = lastError
    }

    private enum CodingKeys: String, CodingKey {
      case url, connected, since, dropped
      case sessionPresent = "session_present"
      case reconnects
      case lastError = "last_error"
      case droppedSince = "dropped_since"
      case sessionsLost = "sessions_lost"
    }
  }

  package struct Profiles: Hashable, Sendable, Codable {
    package var count: Int
    package var revision: String
    package init(count: Int, revision: String) {
      self.count = count
      self.revision = revision
    }
  }

  package struct Database: Hashable, Sendable, Codable {
    package var path: String
    package var bytes: Int
    package init(path: String, bytes: Int) {
      self.path = path
      self.bytes = bytes
    }
  }

  package struct Quarantine: Hashable, Sendable, Codable {
    package var messages: Int
    package var bytes: Int
    package init(messages: Int, bytes: Int) {
      self.messages = messages
      self.bytes = bytes
    }
  }

  /// The last pass of the model: the end of the bucket it closed, and how long it took.
  package struct Pass: Hashable, Sendable, Codable {
    package var bucketEnd: String
    package var seconds: Double
    package init(bucketEnd: String, seconds: Double) {
      self.bucketEnd = bucketEnd
      self.seconds = seconds
    }
    private enum CodingKeys: String, CodingKey {
      case bucketEnd = "bucket_end"
      case seconds
    }
  }

  /// Quantiles of the histogram `forewarn_receive_to_commit_seconds`.
  package struct Latency: Hashable, Sendable, Codable {
    package var p50Seconds: Double
    package var p99Seconds: Double
    package init(p50Seconds: Double, p99Seconds: Double) {
      self.p50Seconds = p50Seconds
      self.p99Seconds = p99Seconds
    }
    private enum CodingKeys: String, CodingKey {
      case p50Seconds = "p50_seconds"
      case p99Seconds = "p99_seconds"
    }
  }

  /// What the intake's limits hold back. All of it is in `messages.quarantined` as well.
  package struct Limits: Hashable, Sendable, Codable {
    /// Messages refused so far because their device was over its share.
    package var throttledMessages: Int
    /// Devices over their share right now, and the names of the latest ones.
    package var throttledDevices: Int
    package var offenders: [String]
    /// Devices known by their reports alone, how many there may be, and messages refused because of that.
    package var unknownDevices: Int
    package var unknownDevicesLimit: Int
    package var newDevicesRefused: Int
    /// Since the start: names of firmware, batches and places that were one too many.
    package var namesRefused: Int
    /// Refused messages that were counted, but not written to quarantine.
    package var quarantineUnkept: Int

    package init(
      throttledMessages: Int = 0, throttledDevices: Int = 0, offenders: [String] = [], unknownDevices: Int = 0,
      unknownDevicesLimit: Int = 0, newDevicesRefused: Int = 0, namesRefused: Int = 0, quarantineUnkept: Int = 0
    ) {
      self.throttledMessages = throttledMessages
      self.throttledDevices = throttledDevices
      self.offenders = offenders
      self.unknownDevices = unknownDevices
      self.unknownDevicesLimit = unknownDevicesLimit
      self.newDevicesRefused = newDevicesRefused
      self.namesRefused = namesRefused
      self.quarantineUnkept = quarantineUnkept
    }

    private enum CodingKeys: String, CodingKey {
      case throttledMessages = "throttled_messages"
      case throttledDevices = "throttled_devices"
      case offenders
      case unknownDevices = "unknown_devices"
      case unknownDevicesLimit = "unknown_devices_limit"
      case newDevicesRefused = "new_devices_refused"
      case namesRefused = "names_refused"
      case quarantineUnkept = "quarantine_unkept"
    }
  }

  package struct Care: Hashable, Sendable, Codable {
    package var mode: String
    /// The brake is on: nothing leaves.
    @Known package var paused: Bool?
    package init(mode: String, paused: Bool = false) {
      self.mode = mode
      self.paused = paused
    }
  }
}
