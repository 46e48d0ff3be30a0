import DeviceHistory
import FirmwareProfiles
import Logging
import Synchronization
import Triage

/// The configuration in force: as it was read at the start, with what a reload has changed since.
final class RunningConfiguration: Sendable {
  private let content: Mutex<Configuration>

  init(_ configuration: Configuration) { content = Mutex(configuration) }

  var current: Configuration { content.withLock { $0 } }

  /// Takes what can change while the daemon runs from `fresh`, and leaves the rest.
  func take(_ fresh: Configuration) {
    content.withLock { $0 = $0.taking(changeablePartsOf: fresh) }
  }
}

extension Configuration {
  /// What wants a restart: where the state lies, whose session it is, what the evidence was judged by, and the sockets.
  /// By key and value, to be compared.
  var fixedParts: [(key: String, value: String)] {
    [
      ("state_directory", stateDirectory), ("broker.url", broker.url), ("broker.client_id", broker.clientID),
      ("broker.root", broker.root), ("broker.username", "\(broker.username ?? "")"),
      ("control.socket", control.socket), ("http.listen", "\(httpListen.map { "\($0)" } ?? "")"),
      ("clock", clock.rawValue), ("clock_quorum", "\(clockQuorum)"),
      // Identities and open buckets were given up by the old limit: a longer one would count reports twice.
      ("lateness_days", "\(latenessDays)"),
      ("limits", "\(limits)"), ("store", "\(storeLimits)"),
      // Compared in one process, where equal sources have equal hashes.
      ("sources", sources.map { "\($0.hashValue)" }.joined(separator: " ")),
    ]
  }

  /// What a reload changes at once.
  var changeableParts: [(key: String, value: String)] {
    [
      ("profiles", profiles), ("broker.also_subscribe", "\(broker.alsoSubscribe)"),
      ("broker.password_file", "\(broker.passwordFile ?? "")"), ("broker.ca_file", "\(broker.caFile ?? "")"),
      ("broker.certificate_file", "\(broker.certificateFile ?? "")"), ("broker.key_file", "\(broker.keyFile ?? "")"),
      ("control.readers_group", control.readersGroup), ("control.operators_group", control.operatorsGroup),
      ("consent_default", "\(consentDefault)"), ("care.mode", careMode.rawValue),
      ("care.waves", "\(waves)"), ("care.answer_hours", "\(clocks.answerHours)"),
      ("care.owners", "\(clocks.owners.sorted { $0.key < $1.key })"),
      ("policies", "\(policies) \(regionalPolicies.policies)"), ("messages", messages), ("desk_locale", deskLocale),
      ("predictions", "\(predictions)"), ("webhooks", "\(webhooks)"), ("log_level", logLevel.rawValue),
      ("store.integrity_check_days", "\(integrityCheckDays)"),
    ]
  }

  func taking(changeablePartsOf fresh: Configuration) -> Configuration {
    var result = self
    result.profiles = fresh.profiles
    result.broker.alsoSubscribe = fresh.broker.alsoSubscribe
    result.broker.passwordFile = fresh.broker.passwordFile
    result.broker.caFile = fresh.broker.caFile
    result.broker.certificateFile = fresh.broker.certificateFile
    result.broker.keyFile = fresh.broker.keyFile
    result.control.readersGroup = fresh.control.readersGroup
    result.control.operatorsGroup = fresh.control.operatorsGroup
    result.consentDefault = fresh.consentDefault
    result.careMode = fresh.careMode
    result.waves = fresh.waves
    result.clocks = fresh.clocks
    result.messages = fresh.messages
    result.policies = fresh.policies
    result.regionalPolicies = fresh.regionalPolicies
    result.deskLocale = fresh.deskLocale
    result.predictions = fresh.predictions
    result.webhooks = fresh.webhooks
    result.logLevel = fresh.logLevel
    result.integrityCheckDays = fresh.integrityCheckDays
    return result
  }

  /// Keys whose values differ, of the parts that `list` names.
  func differences(
    from other: Configuration, in list: (Configuration) -> [(key: String, value: String)]
  ) -> [String] {
    zip(list(self), list(other)).filter { $0.value != $1.value }.map(\.0.key)
  }
}
