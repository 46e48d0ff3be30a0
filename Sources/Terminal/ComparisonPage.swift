package import ControlProtocol

/// Two firmware versions side by side: a table of the failure modes, and a sentence each on a terminal's page.
package enum ComparisonPage {
  package static func text(
    _ items: [FirmwareComparisonItem], withHeaders: Bool = true, on screen: Screen
  ) -> String {
    let table = Table(
      columns: [
        .init("FAILURE MODE"), .init("VERDICT"), .init("RATE RATIO", .right), .init("ONSETS A", .right),
        .init("ONSETS B", .right), .init("DEVICE-DAYS A", .right), .init("DEVICE-DAYS B", .right),
        .init("APART", .right), .init("TOLD IN", .right),
      ], rows: items.map(row))
    guard screen.isTerminal, let first = items.first else { return table.text(on: screen, withHeaders: withHeaders) }
    let title = "\(first.product) · B: firmware \(first.to) against A: \(first.from)"
    let asOf = first.asOf.map { " · as of \(screen.moment($0))" } ?? ""
    var lines = [screen.painted(Phrase.printable(title) + asOf, .strong), ""]
    lines.append(table.text(on: screen, withHeaders: withHeaders))
    for item in items {
      lines += Layout.field(
        Phrase.printable(item.failureMode), item.explanation, width: screen.width,
        column: (items.map(\.failureMode.count).max() ?? 0) + 2)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ item: FirmwareComparisonItem) -> [Table.Cell] {
    let apart = item.fromEvidence.deviceDaysApart + item.toEvidence.deviceDaysApart
    let all = apart + item.fromEvidence.deviceDays + item.toEvidence.deviceDays
    return [
      Table.Cell(item.failureMode), Table.Cell(item.verdict.replacing("_", with: " "), tone(of: item.verdict)),
      Table.Cell(item.rateRatio.map { Phrase.ratio($0.mean, low: $0.low, high: $0.high) } ?? "-"),
      Table.Cell(Phrase.count(item.fromEvidence.onsets)), Table.Cell(Phrase.count(item.toEvidence.onsets)),
      days(item.fromEvidence.deviceDays), days(item.toEvidence.deviceDays),
      Table.Cell(all > 0 ? Phrase.percent(apart / all) : "-"), Table.Cell(told(item)),
    ]
  }

  private static func days(_ value: Double) -> Table.Cell { Table.Cell(Phrase.count(Int(value.rounded()))) }

  private static func told(_ item: FirmwareComparisonItem) -> String {
    guard item.verdict == "cannot_tell" else { return "-" }
    return item.daysUntilTold.map { $0 == 0 ? "now" : Phrase.days(Double($0)) } ?? "never"
  }

  private static func tone(of verdict: String) -> Screen.Tone {
    switch verdict {
    case "better": .good
    case "worse": .bad
    case "not_identifiable": .faint
    default: .plain
    }
  }
}
