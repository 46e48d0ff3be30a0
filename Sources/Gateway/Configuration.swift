package import CaseStore
package import CheckedYAML
package import DeviceHistory
package import FirmwareProfiles
package import Logging
package import Pipeline
package import Triage
package import Vocabulary

/// What the administrator decides, read from one YAML file; every key has a default.
///
/// | key | type | default | range |
/// | --- | --- | --- | --- |
/// | `state_directory` | path | `/var/lib/forewarn` | absolute |
/// | `profiles` | path of a folder | `/etc/forewarn/firmware-profiles` | absolute |
/// | `broker.url` | address | `mqtt://127.0.0.1:1883` | `mqtt://`, `mqtts://`, `unix:///` |
/// | `broker.client_id` | text | `forewarn` | 1–64 bytes |
/// | `broker.root` | one topic level | `forewarn` | no `/`, `+`, `#` |
/// | `broker.username` | text | none | |
/// | `broker.password_file` | path | none; under systemd the credential `mqtt-password` | needs `username` |
/// | `broker.ca_file`, `certificate_file`, `key_file` | paths | none | with `mqtts://` |
/// | `broker.also_subscribe` | list of topic filters | none | at most 32 |
/// | `control.socket` | path | `/run/forewarn/forewarn.sock` | at most 107 bytes |
/// | `control.readers_group` | group | `forewarn` | may ask |
/// | `control.operators_group` | group | `forewarn-ops` | may also change |
/// | `http.listen` | `address:port`, `fd:`, `fd:NAME` | `127.0.0.1:9464` | empty: off; `fd:`: handed over by systemd |
/// | `store.url` | `sqlite` | `sqlite` | nothing else in this version |
/// | `store.quarantine_messages`, `.quarantine_mb` | messages, MB | 10 000, 64 | 100–1 000 000; 1–4096 |
/// | `store.outbox_delivered`, `.outbox_dead` | messages | 10 000, 10 000 | 0–1 000 000; 100–1 000 000 |
/// | `store.contacts`, `.prediction_days` | records, days | 100 000, 400 | 0–10 000 000; 1–4000 |
/// | `store.log_mb`, `.spare_mb` | MB | 64, 128 | 4–4096; 0–65 536 |
/// | `store.database_mb` | MB | none: the disk | 16–16 777 216 |
/// | `store.integrity_check_days` | days | 7 | 0–365; 0: never |
/// | `clock` | `wall`, `event` | `wall` | |
/// | `clock_quorum` | devices | 10 | 1–100 000 |
/// | `lateness_days` | days | 7 | 1–60 |
/// | `consent_default.telemetry`, `.contact` | truth value | true | |
/// | `consent_default.regions.<region>.telemetry`, `.contact` | truth value | as for all | at most 1000 regions |
/// | `messages` | path of a folder | `/usr/share/forewarn/messages` | absolute; without it English is spoken |
/// | `desk_locale` | locale | `en` | 2–35 bytes: of what agents read |
/// | `policies` | path of a folder | `/etc/forewarn/policies` | absolute; each file as `RegionalPolicy` says |
/// | `care.mode` | `off`, `propose`, `send` | `propose` | |
/// | `care.waves.enabled` | truth value | true | |
/// | `care.waves.canary_share`, `.canary_devices` | share, devices | 0.01, 10 | 0–1, 1–100 000 |
/// | `care.waves.growth` | factor | 5 | 1–100 |
/// | `care.waves.observation_days`, `.judged_share`, `.most_bad_share` | days, shares | 3, 0.5, 0.25 | |
/// | `care.waves.limit_a_day` | tickets of a finding | 1000 | |
/// | `care.waves.spread_devices` | devices | 5 | 1–100 000 |
/// | `care.answer_hours` | hours | 24 | 0.1–8760 |
/// | `care.owners.<cause>` | `{owner, queue}` | as `ClockPolicy` says | |
/// | `predictions.every_days`, `.horizon_days` | days | not kept | 1–365 |
/// | `sources` | list | none | at most 32; each as `SourceReader` says |
/// | `webhooks` | list | none | at most 16; each as `Webhook` says |
/// | `limits.device_burst` | messages | 20 000 | 1–1 000 000 |
/// | `limits.device_messages_per_second` | messages | 100 | 0.001–100 000 |
/// | `limits.unknown_devices` | devices | 1 500 000 | 0–10 000 000 |
/// | `limits.devices` | devices | 5 000 000 | 1–10 000 000 |
/// | `limits.firmwares_per_product` | names | 1000 | 1–100 000 |
/// | `log_level` | `error`, `warning`, `notice`, `info`, `debug` | `notice` | |
package struct Configuration: Sendable {
  package var stateDirectory = "/var/lib/forewarn"
  package var profiles = "/etc/forewarn/firmware-profiles"
  package var broker = BrokerPart()
  package var control = ControlPart()
  /// `nil`: no dashboard and no metrics.
  package var httpListen: WebListener? = .address(ListenAddress(host: "127.0.0.1", port: 9464))
  package var clock = ClockKind.wall
  package var clockQuorum = 10
  package var latenessDays = 7
  package var consentDefault = ConsentPolicy()
  package var careMode = TriagePolicy.CareMode.propose
  package var waves = WavePolicy()
  package var clocks = ClockPolicy()
  package var messages = "/usr/share/forewarn/messages"
  package var deskLocale = "en"
  package var policies = "/etc/forewarn/policies"
  /// What the files of `policies` say.
  package var regionalPolicies = RegionalPolicies()
  package var predictions = PredictionSchedule.never
  package var sources: [SourceMapping] = []
  package var limits = AdmissionLimits()
  package var webhooks: [Webhook] = []
  package var logLevel = Logger.Level.notice
  package var storeLimits = StoreLimits()
  /// 0: never.
  package var integrityCheckDays = 7

  package struct BrokerPart: Sendable {
    package var url = "mqtt://127.0.0.1:1883"
    package var clientID = "forewarn"
    package var root = "forewarn"
    package var username: String?
    package var passwordFile: String?
    package var caFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    package var alsoSubscribe: [String] = []
  }

  package struct ControlPart: Sendable {
    package var socket = "/run/forewarn/forewarn.sock"
    package var readersGroup = "forewarn"
    package var operatorsGroup = "forewarn-ops"
  }

  package struct ListenAddress: Sendable, Hashable {
    package var host: String
    package var port: Int
  }

  package enum WebListener: Sendable, Hashable, CustomStringConvertible {
    case address(ListenAddress)
    /// The listening sockets that systemd hands over; with a name (`FileDescriptorName=`) those of that name.
    case handedOver(name: String?)

    package var description: String {
      switch self {
      case .address(let address): "\(address.host):\(address.port)"
      case .handedOver(let name): "fd:\(name ?? "")"
      }
    }
  }

  package init() {}

  package static let defaultPath = "/etc/forewarn/forewarn.yaml"

  package static func load(_ path: String) throws(YAMLFaults) -> Configuration {
    var configuration = try YAMLFile(path: path).read { ConfigurationReader(keys: $0).configuration() }
    configuration.regionalPolicies = try RegionalPolicies.load(configuration.policies)
    return configuration
  }

  package var pipelineSettings: PipelineSettings {
    var policy = TriagePolicy()
    policy.careMode = careMode
    policy.waves = waves
    policy.clocks = clocks
    let consent = consentDefault.with(regionalPolicies)
    policy.contactConsent = consent
    policy.currencies = regionalPolicies.currencies
    return PipelineSettings(
      root: broker.root,
      history: HistorySettings(
        clock: clock, clockQuorum: clockQuorum, latenessDays: latenessDays, consent: consent),
      policy: policy, predictions: predictions, sources: sources, limits: limits)
  }
}
