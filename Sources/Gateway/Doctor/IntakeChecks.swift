import CaseStore
import ControlProtocol

/// What comes in, and what of it can't be used.
enum IntakeChecks {
  static let all = [lag, sequenceGaps, quarantine, throttled, unknownDevices]

  /// A batch waits 50 ms at most for its commit: seconds mean that the disk or the processor doesn't follow.
  private static let longestLagSeconds = 5.0
  /// A share of the messages, and a number, from which quarantine is more than a few strays.
  private static let largestQuarantineShare = 0.01
  private static let fewQuarantined = 10

  static let lag = Check("lag") { patient in
    guard let lag = patient.status.lagSeconds else { return .sound("nothing was received yet") }
    guard lag > longestLagSeconds else { return .sound("\(lag) s from arrival to commit") }
    return .fault(
      "\(lag) s from arrival to commit", fix: "look for what keeps the disk or the processor busy: iostat -x 1, top")
  }

  static let sequenceGaps = Check("sequence-gaps") { patient in
    let gaps = patient.status.sequenceGaps
    guard gaps > 0 else { return .sound("no report is missing by its sequence number") }
    return .fault(
      "\(gaps) reports are missing by their sequence numbers",
      fix:
        "devices that publish at QoS 0, or a broker that drops, lose them; which devices: forewarn device list -o json "
        + "(sequence_gaps)")
  }

  static let quarantine = Check("quarantine") { patient in
    let messages = patient.status.messages
    let reasons = patient.store.quarantineByReason.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    let text =
      "\(messages.quarantined) of \(messages.received) messages" + (reasons.isEmpty ? "" : "; kept: \(reasons)")
    guard messages.quarantined > fewQuarantined,
      Double(messages.quarantined) > largestQuarantineShare * Double(messages.received)
    else { return .sound(text) }
    return .fault(
      text, fix: "read what is wrong with them: forewarn quarantine list; mend the profile, then retry them")
  }

  static let throttled = Check("device-share") { patient in
    guard let limits = patient.status.limits, limits.throttledDevices > 0 else {
      return .sound("no device is over its share")
    }
    return .fault(
      "\(limits.throttledDevices) devices are over their share: \(limits.offenders.reversed().joined(separator: ", "))",
      fix: "mend or block them at the broker; if they are sound, raise limits.device_messages_per_second and "
        + "limits.device_burst")
  }

  static let unknownDevices = Check("unknown-devices") { patient in
    guard let limits = patient.status.limits, limits.unknownDevicesLimit > 0 else { return .sound("no limit is set") }
    let text =
      "\(limits.unknownDevices) of at most \(limits.unknownDevicesLimit) devices are known by their reports alone"
    guard limits.newDevicesRefused > 0 || limits.unknownDevices * 10 > limits.unknownDevicesLimit * 9 else {
      return .sound(text)
    }
    return .fault(
      "\(text); \(limits.newDevicesRefused) messages of others were refused",
      fix:
        "let the registry publish their states, import them (forewarn device import), or raise limits.unknown_devices; "
        + "made-up ids: let the broker's ACL tie topics to users")
  }
}
