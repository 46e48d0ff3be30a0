import Foundation
import Terminal

/// What a test of a profile prints.
enum BacktestPage {
  static func bytes(_ result: Backtest, _ output: OutputOptions) throws -> [UInt8] {
    switch output.shape {
    case .page: return Array(text(result, on: output.screen()).utf8)
    case .json: return try output.bytes(of: try OwnJSON.bytes(result))
    case .ndjson:
      let lines = try result.findings.map { try OwnJSON.bytes($0) } + result.tickets.map { try OwnJSON.bytes($0) }
      return lines.flatMap { $0 + [0x0a] }
    case .name:
      return Array(result.tickets.map { $0.device + "\n" }.joined().utf8)
    case .csv:
      let items = String(decoding: try OwnJSON.bytes(result.findings), as: UTF8.self)
      return try MachineOutput.bytes(
        of: Array(#"{"schema":"\#(result.schema)","items":\#(items)}"#.utf8), as: .csv,
        withHeaders: !output.noHeaders)
    }
  }

  static func text(_ result: Backtest, on screen: Screen) -> String {
    var lines: [String] = []
    if !result.modesBegunAnew.isEmpty {
      lines.append("evidence begins anew in a running daemon: \(result.modesBegunAnew.joined(separator: ", "))")
    }
    lines.append(counts("finding", result.findings.map(\.change)))
    lines += result.findings.map { row in
      let cohort = [row.batch, row.firmware, row.region].compactMap(\.self).joined(separator: " × ")
      return "  \(padded(row.change))  \(row.product) \(row.failureMode)  \(row.cause) \(cohort)  "
        + moment(row.before, row.after, row.daysEarlier)
    }
    lines.append(counts("ticket", result.tickets.map(\.change)))
    for change in [Backtest.Change.new, .gone, .earlier, .later] {
      let rows = result.tickets.filter { $0.change == change }
      for row in rows.prefix(mostTickets) {
        lines.append(
          "  \(padded(change))  \(row.device)  \(row.failureMode)  \(row.kind)  "
            + moment(row.before, row.after, row.daysEarlier))
      }
      if rows.count > mostTickets { lines.append("  … and \(rows.count - mostTickets) more; -o json lists all") }
    }
    if let closed = result.closed {
      lines.append("against ended tickets")
      lines.append("  now:     \(words(closed.before))")
      lines.append("  changed: \(words(closed.after))")
      lines += closed.missed.map { "  missed   \($0)" } + closed.gained.map { "  gained   \($0)" }
    }
    if result.misses { lines.append("something that was found before is missed") }
    return lines.map(Phrase.printable).joined(separator: "\n") + "\n"
  }

  /// Of each kind of change on the page.
  static let mostTickets = 20

  private static func padded(_ change: Backtest.Change) -> String { Layout.padded(change.rawValue, to: 7) }

  private static func counts(_ noun: String, _ changes: [Backtest.Change]) -> String {
    let parts = Backtest.Change.allCases.map { change in "\(changes.count { $0 == change }) \(change.rawValue)" }
    return "\(noun)s: \(parts.joined(separator: ", "))"
  }

  private static func moment(_ before: String?, _ after: String?, _ days: Double?) -> String {
    let times = "\(before.map { Phrase.moment($0) } ?? "never") → \(after.map { Phrase.moment($0) } ?? "never")"
    guard let days, days != 0 else { return times }
    return "\(times) (\(Phrase.days(abs(days))) \(days > 0 ? "earlier" : "later"))"
  }

  private static func words(_ outcomes: Backtest.Outcomes) -> String {
    let recall = outcomes.recall.map { " (\(Phrase.percent($0)))" } ?? ""
    let lead = outcomes.medianLeadDays.map { ", \(Phrase.days($0)) before their end (median)" } ?? ""
    return "\(outcomes.caught) of \(Phrase.count(outcomes.confirmed, "confirmed ticket")) caught\(recall)\(lead);"
      + " \(outcomes.falseAlarms) of \(outcomes.unfounded) without the fault raised"
  }
}
