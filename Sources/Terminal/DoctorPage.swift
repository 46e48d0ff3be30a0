package import ControlProtocol

/// A check-up: a line a check, faults with what mends them below.
package enum DoctorPage {
  package static func text(_ report: DoctorReport, on screen: Screen) -> String {
    let column = (report.items.map(\.check.count).max() ?? 0) + 9
    var lines: [String] = []
    for item in report.items {
      let word = screen.painted(item.state.rawValue.uppercased(), Tones.of(item.state == .ok ? "ready" : "degraded"))
      let head = Layout.field(
        Layout.padded("", to: 7) + Phrase.printable(item.check), item.detail, width: screen.width, column: column)
      lines += head.enumerated().map { index, line in
        index == 0 ? word + String(line.dropFirst(item.state.rawValue.count)) : line
      }
      if let fix = item.fix {
        lines += Layout.wrapped("→ \(fix)", width: screen.width, indent: String(repeating: " ", count: column))
      }
    }
    let faults = report.items.count { $0.state == .fault }
    lines.append(faults == 0 ? "nothing is wrong" : "\(Phrase.count(faults, "fault"))")
    return lines.joined(separator: "\n") + "\n"
  }
}
