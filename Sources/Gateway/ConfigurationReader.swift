import Broker
import CheckedYAML
import DeviceHistory
import FirmwareProfiles
import Logging
import Pipeline
import Triage
import Vocabulary

/// The schema of the configuration file: each key with what it may hold.
struct ConfigurationReader {
  let keys: YAMLMapping
  /// Countries with their parts; a policy for each customer would be consent, which devices say themselves.
  private static let mostRegions = 1000

  func configuration() -> Configuration? {
    var result = Configuration()
    take("state_directory", absolutePath, into: &result.stateDirectory)
    take("profiles", absolutePath, into: &result.profiles)
    if let broker = keys.optional("broker")?.mapping({ broker(result.broker, $0) }) { result.broker = broker }
    if let control = keys.optional("control")?.mapping({ control(result.control, $0) }) { result.control = control }
    _ = keys.optional("http")?.mapping { http -> Bool? in
      if let value = http.optional("listen") { result.httpListen = webListener(value) }
      return true
    }
    _ = keys.optional("store")?.mapping { store -> Bool? in
      takeStore(store, into: &result)
      guard let value = store.optional("url"), let url = value.string() else { return true }
      if url != "sqlite" {
        value.fault("expected sqlite, found \"\(url)\": this version keeps its cases in SQLite only")
      }
      return true
    }
    take("policies", absolutePath, into: &result.policies)
    take("messages", absolutePath, into: &result.messages)
    if let value = keys.optional("desk_locale"), let locale = value.string(maximumBytes: 35) {
      if locale.utf8.count < 2 { value.fault("expected a locale such as de or ja-JP") }
      result.deskLocale = locale
    }
    take("clock", { $0.choice(of: ConfigurableClock.self)?.kind }, into: &result.clock)
    take("clock_quorum", { $0.integer(in: 1...100_000) }, into: &result.clockQuorum)
    take("lateness_days", { $0.integer(in: 1...60) }, into: &result.latenessDays)
    if let policy = keys.optional("consent_default")?.mapping(consentPolicy) { result.consentDefault = policy }
    _ = keys.optional("care")?.mapping { care -> Bool? in
      CareReader(keys: care).take(into: &result)
      return true
    }
    if let schedule = keys.optional("predictions")?.mapping(predictions) { result.predictions = schedule }
    if let sources = keys.optional("sources") { result.sources = SourceReader.sources(sources) }
    if let webhooks = keys.optional("webhooks") { result.webhooks = Self.webhooks(webhooks) }
    if let limits = keys.optional("limits")?.mapping({ limits(result.limits, $0) }) { result.limits = limits }
    take("log_level", { $0.choice(of: ConfigurableLevel.self)?.level }, into: &result.logLevel)
    return result
  }

  private func take<Value>(_ key: String, _ read: (YAMLValue) -> Value?, into target: inout Value) {
    if let value = keys.optional(key).flatMap(read) { target = value }
  }

  private func absolutePath(_ value: YAMLValue) -> String? {
    guard let path = value.string(maximumBytes: 4096) else { return nil }
    guard path.hasPrefix("/") else {
      value.fault("expected an absolute path, found \"\(path)\"")
      return nil
    }
    return path
  }

  private func broker(_ defaults: Configuration.BrokerPart, _ keys: YAMLMapping) -> Configuration.BrokerPart? {
    var part = defaults
    if let value = keys.optional("url"), let url = value.string() {
      do throws(BrokerError) {
        _ = try BrokerAddress(url: url)
        part.url = url
      } catch {
        value.fault(error.description)
      }
    }
    if let value = keys.optional("client_id"), let id = value.string(maximumBytes: 64) {
      if id.isEmpty { value.fault("expected 1 to 64 bytes: the broker keeps the session under this name") }
      part.clientID = id
    }
    if let value = keys.optional("root"), let root = value.string(maximumBytes: 64) {
      if root.isEmpty || root.contains(where: { "/+#".contains($0) }) {
        value.fault("expected one level of a topic, without / + and #; found \"\(root)\"")
      }
      part.root = root
    }
    part.username = keys.optional("username")?.string()
    part.passwordFile = keys.optional("password_file").flatMap(absolutePath)
    part.caFile = keys.optional("ca_file").flatMap(absolutePath)
    part.certificateFile = keys.optional("certificate_file").flatMap(absolutePath)
    part.keyFile = keys.optional("key_file").flatMap(absolutePath)
    part.alsoSubscribe =
      keys.optional("also_subscribe")?.list(count: 0...32).map { furtherFilters($0, part.root) } ?? []
    if part.passwordFile != nil, part.username == nil {
      keys.fault(at: "password_file", "needs `username` beside it")
    }
    return part
  }

  /// Filters that are well formed and overlap neither the gateway's own nor one another: a broker may deliver what matches
  /// two subscriptions twice.
  private func furtherFilters(_ values: [YAMLValue], _ root: String) -> [String] {
    var taken = BrokerAccess.ownFilters(root: root).compactMap(TopicFilter.init)
    var filters: [String] = []
    for value in values {
      guard let text = value.string() else { continue }
      guard let filter = TopicFilter(text) else {
        value.fault("expected a topic filter such as spBv1.0/#, found \"\(text)\"")
        continue
      }
      if let other = taken.first(where: filter.overlaps) {
        value.fault("overlaps \(other), which is subscribed to as well: its messages could come twice")
        continue
      }
      taken.append(filter)
      filters.append(text)
    }
    return filters
  }

  private func control(_ defaults: Configuration.ControlPart, _ keys: YAMLMapping) -> Configuration.ControlPart? {
    var part = defaults
    if let value = keys.optional("socket"), let path = absolutePath(value) {
      if path.utf8.count > 107 { value.fault("a socket's path has at most 107 bytes") }
      part.socket = path
    }
    if let group = keys.optional("readers_group")?.string(maximumBytes: 32) { part.readersGroup = group }
    if let group = keys.optional("operators_group")?.string(maximumBytes: 32) { part.operatorsGroup = group }
    return part
  }

  private func consentPolicy(_ keys: YAMLMapping) -> ConsentPolicy? {
    var policy = ConsentPolicy()
    if let value = keys.optional("telemetry")?.bool() { policy.telemetry = value }
    if let value = keys.optional("contact")?.bool() { policy.contact = value }
    _ = keys.optional("regions")?.mapping { regions -> Bool? in
      let entries = regions.entries()
      for (name, _, value) in entries.prefix(Self.mostRegions) {
        guard Identifier.isValid(name) else {
          regions.fault(at: name, "expected a region's id (\(Identifier.rule))")
          continue
        }
        policy.regions[Symbol(name)] = value.mapping { region in
          ConsentPolicy.Region(
            telemetry: region.optional("telemetry")?.bool(), contact: region.optional("contact")?.bool())
        }
      }
      if entries.count > Self.mostRegions { regions.value.fault("expected at most \(Self.mostRegions) regions") }
      return true
    }
    return policy
  }

  private func webListener(_ value: YAMLValue) -> Configuration.WebListener? {
    guard !value.isNull, let text = value.string(), !text.isEmpty else { return nil }
    if text.hasPrefix("fd:") { return handedOver(String(text.dropFirst(3)), value) }
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65_535).contains(port), colon > text.startIndex
    else {
      value.fault(
        "expected address:port such as 127.0.0.1:9464, fd: for a socket that systemd hands over, or \"\" for none;"
          + " found \"\(text)\"")
      return nil
    }
    let host = text[..<colon].trimmingBrackets
    return .address(Configuration.ListenAddress(host: String(host), port: port))
  }

  /// What systemd takes for the name of a file descriptor.
  private func handedOver(_ name: String, _ value: YAMLValue) -> Configuration.WebListener? {
    guard name.utf8.count <= 255, name.utf8.allSatisfy({ (0x21..<0x7f).contains($0) && $0 != 0x3a }) else {
      value.fault("after fd: expected the FileDescriptorName= of a socket unit, or nothing; found \"\(name)\"")
      return nil
    }
    return .handedOver(name: name.isEmpty ? nil : name)
  }

  private func limits(_ defaults: AdmissionLimits, _ keys: YAMLMapping) -> AdmissionLimits? {
    var limits = defaults
    if let value = keys.optional("device_burst")?.integer(in: 1...1_000_000) { limits.deviceBurst = value }
    if let value = keys.optional("device_messages_per_second")?.double(in: 0.001...100_000) {
      limits.deviceMessagesPerSecond = value
    }
    if let value = keys.optional("unknown_devices")?.integer(in: 0...10_000_000) { limits.unknownDevices = value }
    if let value = keys.optional("devices")?.integer(in: 1...10_000_000) { limits.devices = value }
    if let value = keys.optional("firmwares_per_product")?.integer(in: 1...100_000) { limits.names.firmwares = value }
    return limits
  }

  private func predictions(_ keys: YAMLMapping) -> PredictionSchedule? {
    let days = keys.required("every_days")?.integer(in: 1...365)
    let horizon = keys.optional("horizon_days")?.double(in: 0.01...365)
    return days.map { PredictionSchedule(times: .every(Int64($0) * EventTime.day), horizonDays: horizon) }
  }
}

/// `capture` is a replay's clock, never a daemon's.
private enum ConfigurableClock: String, CaseIterable {
  case wall, event
  var kind: ClockKind { self == .wall ? .wall : .event }
}

private enum ConfigurableLevel: String, CaseIterable {
  case error, warning, notice, info, debug
  var level: Logger.Level {
    switch self {
    case .error: .error
    case .warning: .warning
    case .notice: .notice
    case .info: .info
    case .debug: .debug
    }
  }
}

extension Substring {
  fileprivate var trimmingBrackets: Substring {
    hasPrefix("[") && hasSuffix("]") ? dropFirst().dropLast() : self
  }
}
