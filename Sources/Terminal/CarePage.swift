package import ControlProtocol

/// Whether care goes out, and what waits.
package enum CarePage {
  package static func text(_ status: CareStatus, on screen: Screen) -> String {
    var lines: [String] = []
    if status.paused {
      let since = status.since.map { " since \(screen.moment($0))" } ?? ""
      let by = status.by.map { " by \(Phrase.printable($0))" } ?? ""
      let reason = status.reason.map { ": \(Phrase.printable($0))" } ?? ""
      lines.append("\(screen.painted("PAUSED", .warning))\(since)\(by)\(reason)")
    } else {
      lines.append("\(screen.painted("RUNNING", .good))  \(words(ofMode: status.mode))")
    }
    lines += Layout.field("mode", status.mode, width: screen.width)
    lines += Layout.field(
      status.paused ? "held" : "on its way", list(status.pending, screen), width: screen.width)
    if let released = status.released { lines += Layout.field("let go", list(released, screen), width: screen.width) }
    lines += Layout.field(
      "tickets", "\(Phrase.count(status.proposedTickets)) proposed", width: screen.width)
    if status.deadLetters > 0 {
      lines += Layout.field(
        "given up", "\(Phrase.count(status.deadLetters, "message")) (see: forewarn outbox list --state dead)",
        width: screen.width)
    }
    if status.paused { lines += ["", "Next: forewarn care resume"] }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func words(ofMode mode: String) -> String {
    switch mode {
    case "off": "findings are made, and no tickets"
    case "propose": "care goes out where an operator lets it"
    default: "care goes out by itself, in waves"
    }
  }

  private static func list(_ backlog: [CareStatus.Backlog], _ screen: Screen) -> String {
    guard !backlog.isEmpty else { return "nothing" }
    return backlog.map {
      let kind = $0.kind.replacing("_", with: " ")
      return "\(Phrase.count($0.count, kind)), the oldest \(screen.age(of: $0.oldestSince)) old"
    }.joined(separator: "; ")
  }
}
