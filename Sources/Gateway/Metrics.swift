import ControlProtocol
import Vocabulary

/// Prometheus exposition of what `status` tells. Labels come from closed sets: never a device, topic or batch.
enum Metrics {
  static func text(_ status: StatusReport, latency: LatencyHistogram) -> String {
    var lines: [String] = []
    func family(_ name: String, _ type: String, _ help: String, _ samples: [(labels: String, value: Double)]) {
      lines.append("# HELP \(name) \(help)")
      lines.append("# TYPE \(name) \(type)")
      for sample in samples { lines.append("\(name)\(sample.labels) \(number(sample.value))") }
    }
    let messages = status.messages
    family(
      "forewarn_messages_total", "counter", "Messages received, by fate.",
      [
        ("applied", messages.applied), ("duplicate", messages.duplicate), ("quarantined", messages.quarantined),
        ("unconsented", messages.unconsented), ("late", messages.late),
      ].map { ("{fate=\"\($0.0)\"}", Double($0.1)) })
    family(
      "forewarn_state", "gauge", "1 for the state the daemon is in.",
      StatusReport.State.allCases.map { ("{state=\"\($0.rawValue)\"}", $0 == status.state ? 1 : 0) })
    func gauge(_ name: String, _ help: String, _ value: Double?) {
      if let value { family(name, "gauge", help, [("", value)]) }
    }
    gauge("forewarn_devices", "Devices heard or imported.", Double(status.devices))
    gauge("forewarn_tickets_open", "Tickets someone may still act on.", Double(status.tickets.open))
    gauge("forewarn_findings_live", "Findings that aren't cleared.", Double(status.findings.live))
    gauge("forewarn_broker_connected", "1 while the session with the broker stands.", status.broker.connected ? 1 : 0)
    gauge(
      "forewarn_broker_dropped_messages", "Messages the broker says it has dropped since it started.",
      status.broker.dropped.map(Double.init))
    let limits = status.limits ?? StatusReport.Limits()
    func counter(_ name: String, _ help: String, _ value: Int) {
      family(name, "counter", help, [("", Double(value))])
    }
    counter(
      "forewarn_broker_lost_messages_total", "Messages the broker dropped while our session stood.",
      status.broker.droppedSince ?? 0)
    counter(
      "forewarn_broker_sessions_lost_total", "How often the broker had forgotten our session.",
      status.broker.sessionsLost ?? 0)
    family(
      "forewarn_limited_messages_total", "counter", "Messages refused by a limit of the intake, as quarantined.",
      [
        ("device_share", limits.throttledMessages), ("new_devices", limits.newDevicesRefused),
        ("names", limits.namesRefused),
      ].map { ("{limit=\"\($0.0)\"}", Double($0.1)) })
    gauge("forewarn_throttled_devices", "Devices over their share.", Double(limits.throttledDevices))
    gauge(
      "forewarn_unknown_devices", "Devices known by their reports alone.", Double(limits.unknownDevices))
    counter(
      "forewarn_quarantine_unkept_total", "Refused messages that were counted, but not kept.",
      limits.quarantineUnkept)
    gauge("forewarn_care_paused", "1 while the brake is on: nothing leaves.", status.care.paused == true ? 1 : 0)
    gauge("forewarn_lag_seconds", "How long the last committed batch had been here.", status.lagSeconds)
    let histogram = "forewarn_receive_to_commit_seconds"
    lines.append("# HELP \(histogram) From a message's arrival to the commit that holds it.")
    lines.append("# TYPE \(histogram) histogram")
    var below = 0
    for (bound, count) in zip(LatencyHistogram.bounds, latency.counts) {
      below += count
      lines.append("\(histogram)_bucket{le=\"\(number(bound))\"} \(below)")
    }
    lines.append("\(histogram)_bucket{le=\"+Inf\"} \(latency.count)")
    lines.append("\(histogram)_sum \(number(latency.sumSeconds.toSixDigits))")
    lines.append("\(histogram)_count \(latency.count)")
    gauge("forewarn_quarantine_messages", "Messages kept in quarantine.", Double(status.quarantine.messages))
    gauge("forewarn_database_bytes", "Size of the case store on disk.", Double(status.database.bytes))
    gauge("forewarn_last_pass_seconds", "How long the last model pass took.", status.lastPass?.seconds)
    let calibration = (status.calibration ?? []).map { item in
      (labels: "{product=\"\(item.product)\",failure_mode=\"\(item.failureMode)\"}", item: item)
    }
    family(
      "forewarn_calibration_ratio", "gauge",
      "Failures that came of late over those foretold, by failure mode; 1 is right.",
      calibration.map { ($0.labels, $0.item.ratio) })
    family(
      "forewarn_calibration_drifting", "gauge", "1 while a failure mode's forecasts drift.",
      calibration.map { ($0.labels, $0.item.isDrifting ? 1 : 0) })
    family(
      "forewarn_sequence_gaps_total", "counter", "Reports missing by their sequence numbers.",
      [("", Double(status.sequenceGaps))])
    counter(
      "forewarn_missing_messages_total", "Messages that a language lacked, said in English instead.",
      status.missingMessages ?? 0)
    family(
      "forewarn_build_info", "gauge", "1, with the version as a label.", [("{version=\"\(status.version)\"}", 1)])
    return lines.joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
