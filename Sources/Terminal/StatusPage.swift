package import ControlProtocol
import Vocabulary

/// How the gateway is: the state and its reasons on the first lines, the inventory below.
package enum StatusPage {
  package static func text(_ status: StatusReport, on screen: Screen) -> String {
    let word = screen.painted(status.state.rawValue.uppercased(), Tones.of(status.state.rawValue))
    var lines: [String] = []
    switch status.reasons.count {
    case 0: lines.append("\(word)  \(summary(status))")
    case 1: lines += headline(word, status.state.rawValue.count, status.reasons[0], screen)
    default:
      lines += headline(word, status.state.rawValue.count, status.reasons[0], screen)
      for reason in status.reasons.dropFirst() {
        lines += headline(
          String(repeating: " ", count: status.state.rawValue.count), status.state.rawValue.count, reason, screen)
      }
    }
    for (label, value) in inventory(status, screen) {
      lines += Layout.field(label, value, width: screen.width)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func headline(_ word: String, _ length: Int, _ reason: String, _ screen: Screen) -> [String] {
    var lines = Layout.wrapped(reason, width: screen.width, indent: String(repeating: " ", count: length + 2))
    lines[0] = word + "  " + lines[0].dropFirst(length + 2)
    return lines
  }

  private static func summary(_ status: StatusReport) -> String {
    "\(Phrase.count(status.devices, "device")), \(Phrase.count(status.tickets.open, "open ticket")),"
      + " \(Phrase.count(status.findings.live, "live finding"))"
  }

  private static func inventory(_ status: StatusReport, _ screen: Screen) -> [(String, String)] {
    var fields = [("broker", broker(status.broker, screen))]
    let lag = status.lagSeconds.map { "\(Phrase.fixed($0, $0 < 10 ? 1 : 0)) s" } ?? "unknown: nothing was received yet"
    fields.append(("lag", lag))
    let clock = status.clock.map { screen.moment($0) } ?? "not set: no report yet"
    fields.append(("clock", "\(clock) (\(status.clockKind))"))
    fields.append(("messages", messages(status.messages)))
    if status.unknownItems > 0 {
      let values = Phrase.count(status.unknownItems, "signal or event value")
      fields.append(("", "\(values) that no profile knows, kept out"))
    }
    if status.sequenceGaps > 0 {
      fields.append(("", "\(Phrase.count(status.sequenceGaps, "report")) missing by their sequence numbers"))
    }
    fields += limits(status.limits ?? StatusReport.Limits())
    fields.append(("devices", Phrase.count(status.devices)))
    fields.append(("findings", "\(Phrase.count(status.findings.live)) live"))
    fields.append(("tickets", tickets(status.tickets)))
    let paused = status.care.paused == true ? ", PAUSED: nothing goes out (see: forewarn care status)" : ""
    fields.append(("care", "mode \(status.care.mode)\(paused)"))
    if status.quarantine.messages > 0 {
      let held = "\(Phrase.count(status.quarantine.messages, "message")), \(Phrase.bytes(status.quarantine.bytes))"
      fields.append(("quarantine", "\(held) (see: forewarn quarantine list)"))
    }
    fields.append(("database", "\(status.database.path), \(Phrase.bytes(status.database.bytes))"))
    fields.append(("profiles", "\(Phrase.count(status.profiles.count)), revision \(status.profiles.revision)"))
    if let pass = status.lastPass {
      let seconds = Phrase.fixed(pass.seconds, pass.seconds < 10 ? 2 : 0)
      fields.append(("last pass", "bucket up to \(screen.moment(pass.bucketEnd)), took \(seconds) s"))
    } else {
      fields.append(("last pass", "none: no bucket has closed yet"))
    }
    let daemon = "forewarnd \(status.version), pid \(status.pid), up \(screen.age(of: status.startedAt))"
    fields.append(("daemon", daemon))
    return fields
  }

  private static func broker(_ broker: StatusReport.Broker, _ screen: Screen) -> String {
    let since = broker.since.map { " \(screen.age(of: $0))" } ?? ""
    var text = "\(broker.url) \(broker.connected ? "connected" : "NOT CONNECTED")\(since)"
    if broker.reconnects > 0 { text += ", \(Phrase.count(broker.reconnects, "reconnect"))" }
    if let dropped = broker.droppedSince, dropped > 0 {
      text += ", the broker DROPPED \(Phrase.count(dropped, "message"))"
    }
    if let lost = broker.sessionsLost, lost > 0 { text += ", it LOST \(Phrase.count(lost, "session")) of ours" }
    if !broker.connected, let error = broker.lastError { text += ": \(error)" }
    return text
  }

  private static func limits(_ limits: StatusReport.Limits) -> [(String, String)] {
    var fields: [(String, String)] = []
    if limits.throttledMessages > 0 {
      let who = limits.offenders.suffix(3).map { Phrase.printable($0) }.joined(separator: ", ")
      fields.append(
        ("", "\(Phrase.count(limits.throttledMessages, "message")) over a device's share, lately of \(who)"))
    }
    if limits.newDevicesRefused > 0 {
      fields.append(("", "\(Phrase.count(limits.newDevicesRefused, "message")) of devices that were one too many"))
    }
    return fields
  }

  private static func tickets(_ tickets: StatusReport.Tickets) -> String {
    "\(Phrase.count(tickets.open)) open, of these \(Phrase.count(tickets.proposed)) proposed;"
      + " \(Phrase.count(tickets.live)) live"
  }

  private static func messages(_ messages: StatusReport.Messages) -> String {
    "\(Phrase.count(messages.received)) received: \(Phrase.count(messages.applied)) applied,"
      + " \(Phrase.count(messages.duplicate)) duplicate, \(Phrase.count(messages.late)) late,"
      + " \(Phrase.count(messages.quarantined)) quarantined, \(Phrase.count(messages.unconsented)) unconsented"
  }
}
