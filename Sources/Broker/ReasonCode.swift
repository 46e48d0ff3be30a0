import CMosquitto

/// The reason of a CONNACK, SUBACK, PUBACK or DISCONNECT: MQTT 5 (section 2.4), and for CONNACK the five of MQTT 3.1.1
/// (table 3.1).
struct ReasonCode: Hashable {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  static let takenOver = ReasonCode(0x8E)

  /// 0x80 and above are failures, also of a SUBACK in MQTT 3.1.1.
  var isFailure: Bool { number >= 0x80 }

  var text: String {
    let name = mosquitto_reason_string(number).map { String(cString: $0) } ?? "unknown"
    return "\(name), reason 0x\(String(number, radix: 16, uppercase: true))"
  }

  /// The error that a CONNACK with this reason is; `nil`: accepted.
  func connectFailure(_ settings: BrokerSettings, version: ProtocolVersion) -> BrokerError? {
    switch (version, number) {
    case (_, 0): return nil
    case (.v5, 0x84), (.v311, 1): return .protocolVersionRefused
    case (.v5, 0x85), (.v311, 2): return .clientIDRefused(settings.clientID)
    case (.v5, 0x86), (.v5, 0x87), (.v5, 0x8C): return .loginRefused(username: settings.username, reason: text)
    case (.v311, 4), (.v311, 5):
      return .loginRefused(username: settings.username, reason: String(cString: mosquitto_connack_string(number)))
    case (.v311, _): return .connectionRefused(reason: String(cString: mosquitto_connack_string(number)))
    case (.v5, _): return .connectionRefused(reason: text)
    }
  }
}

enum ProtocolVersion: Sendable {
  case v5, v311

  var number: Int32 { self == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311 }
}
