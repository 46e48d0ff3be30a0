package import ControlProtocol

/// The verdict on a rollout, and why.
package enum GatePage {
  package static func text(_ item: GateItem, on screen: Screen) -> String {
    let tone: Screen.Tone = item.verdict == "go" ? .good : item.verdict == "stop" ? .bad : .warning
    let asOf = item.asOf.map { " as of \(screen.moment($0))" } ?? ""
    var lines = [
      "\(screen.painted(item.verdict.uppercased(), tone))  "
        + "\(Phrase.printable(item.product)) firmware \(Phrase.printable(item.firmware))\(asOf)"
    ]
    for reason in item.reasons {
      lines += Layout.field(
        "  " + reason.verdict, Phrase.printable(reason.text), width: screen.width, column: 8)
    }
    if item.reasons.isEmpty { lines.append("  nothing speaks against it") }
    if let missing = item.missingDeviceDays {
      lines += Layout.wrapped(
        "about \(Phrase.count(Int(min(missing, 1e15)))) more device-days on it would settle what is held for want of data",
        width: screen.width, indent: "  ")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
