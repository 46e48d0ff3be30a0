package import ControlProtocol
import Terminal

/// All failure modes that are watched.
package struct ModelPage: Sendable {
  package var reports: [ModeReportItem]

  package init(reports: [ModeReportItem]) { self.reports = reports }

  package func page() -> WebPage {
    let table = DataTable(
      "Failure modes",
      [
        "Failure mode", "Product", .number("Failures"), .number("Device-days"), .number("Of 100 devices a year"),
        .number("Candidates"), "Nearest to the gate", .number("Evidence"), .number("Needed"), "Forecasts",
      ], empty: "No firmware profile declares a failure mode.", rows: reports.map(row))
    return WebPage(
      "Model", in: .model,
      """
      \(Elements.section(
        "Failure modes", wide: true, table.html,
        Figure.after(table: nil, name: "modes", page: Link("model"), command: "forewarn model show")))
      """, tables: [("modes", table)])
  }

  private func row(_ report: ModeReportItem) -> [DataTable.Cell] {
    let near = report.nearGate.first { !$0.isOpen } ?? report.nearGate.first
    let rate = report.baseRatePerDay
    func yearly(_ value: Double) -> String { Scale.significant(value * 365.25 * 100) }
    let forecasts: DataTable.Cell =
      if let drift = report.drift {
        drift.isDrifting ? .init("drifting", badge: "warn") : .init("good", badge: "good")
      } else { .init("none due yet", value: "") }
    return [
      .init(report.failureMode, link: .mode(report.product, report.failureMode)), .init(report.product),
      .init(report.evidence.onsets), .init(report.evidence.deviceDays, 0),
      .init("\(yearly(rate.mean)) [\(yearly(rate.low))–\(yearly(rate.high))]", value: "\(rate.mean * 36525)"),
      .init(report.falseFindings.candidatesWatched),
      .init(near.map { [$0.batch, $0.firmware].compactMap { $0 }.joined(separator: " × ") } ?? "–"),
      .init(near?.logEvidence, 1), .init(near?.logThreshold, 1), forecasts,
    ]
  }
}
