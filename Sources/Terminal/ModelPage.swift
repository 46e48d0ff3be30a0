package import ControlProtocol

/// What the model holds: a row a failure mode, and the whole of it where there is one.
package enum ModelPage {
  package static func text(_ items: [ModeReportItem], withHeaders: Bool = true, on screen: Screen) -> String {
    if items.count == 1 { return page(items[0], on: screen) }
    let table = Table(
      columns: [
        .init("PRODUCT"), .init("FAILURE MODE"), .init("DEVICE-DAYS", .right), .init("ONSETS", .right),
        .init("A 1000 DEVICE-DAYS", .right), .init("WATCHED", .right), .init("FALSE AT MOST", .right),
        .init("NEAR GATE", .right), .init("CALIBRATION ERROR", .right), .init("STRONGEST EFFECT"),
      ], rows: items.map(row))
    let text = table.text(on: screen, withHeaders: withHeaders)
    guard screen.isTerminal else { return text }
    return text + "\n" + summary(items) + "\n"
  }

  private static func row(_ item: ModeReportItem) -> [Table.Cell] {
    [
      Table.Cell(item.product), Table.Cell(item.failureMode),
      Table.Cell(Phrase.count(Int(item.evidence.deviceDays.rounded()))), Table.Cell(Phrase.count(item.evidence.onsets)),
      Table.Cell(Phrase.fixed(item.baseRatePerDay.mean * 1000, 3)),
      Table.Cell(Phrase.count(item.falseFindings.candidatesWatched)),
      Table.Cell(Phrase.fixed(item.falseFindings.expectedAtMost, 4)), Table.Cell(String(item.nearGate.count)),
      Table.Cell(item.calibration.map { Phrase.fixed($0.error, 4) } ?? "-"),
      Table.Cell(item.effects.first.map { "\(name($0)) \(ratio($0.ratio))" } ?? "-"),
    ]
  }

  /// `this week 544 candidates watched, at most 0.001 false findings expected`.
  private static func summary(_ items: [ModeReportItem]) -> String {
    let watched = items.reduce(0) { $0 + $1.falseFindings.candidatesWatched }
    let expected = items.reduce(0) { $0 + $1.falseFindings.expectedAtMost }
    return
      "this week \(Phrase.count(watched, "candidate")) watched, at most \(Phrase.fixed(expected, 4)) false findings"
      + " expected"
  }

  private static func page(_ item: ModeReportItem, on screen: Screen) -> String {
    let asOf = item.asOf.map { " · as of \(screen.moment($0))" } ?? ""
    var lines = [screen.painted(Phrase.printable("\(item.product) \(item.failureMode)"), .strong) + asOf]
    func section(_ title: String, _ text: String) {
      lines += ["", screen.painted(title, .strong)]
      lines += Layout.wrapped(text, width: screen.width, indent: "  ")
    }
    let span = zip2(item.evidence.from, item.evidence.until).map {
      " from \(screen.moment($0.0)) to \(screen.moment($0.1))"
    }
    let rate = item.baseRatePerDay
    section(
      "Evidence",
      "\(Phrase.count(item.evidence.onsets, "onset")) in \(Phrase.count(Int(item.evidence.deviceDays.rounded())))"
        + " device-days\(span ?? ""); an ordinary device has \(Phrase.fixed(rate.mean * 1000, 3))"
        + " [\(Phrase.fixed(rate.low * 1000, 3))–\(Phrase.fixed(rate.high * 1000, 3))] a 1000 days")
    let budget = item.falseFindings
    section(
      "False findings",
      "\(summary([item])) (\(Phrase.count(budget.buckets, "bucket")) with onsets; in a year at most"
        + " \(Phrase.fixed(budget.aYearAtMost, 2))). The gate opens at ln evidence"
        + " \(Phrase.fixed(budget.logThreshold, 1)).")
    lines += ["", screen.painted("Near the gate", .strong)]
    lines += item.nearGate.map { near in
      let parts = [near.batch.map { "batch \($0)" }, near.firmware.map { "firmware \($0)" }].compactMap { $0 }
      return
        "  \(near.cause.replacing("_", with: " ")): \(Phrase.printable(parts.joined(separator: " × "))), ln evidence"
        + " \(Phrase.fixed(near.logEvidence, 1)) of \(Phrase.fixed(near.logThreshold, 1))\(near.isOpen ? ", open" : "")"
    }
    if item.nearGate.isEmpty { lines.append("  none") }
    lines += ["", screen.painted("Effects", .strong)]
    lines += item.effects.map { "  \(ratio($0.ratio))  \(name($0))" }
    if item.effects.isEmpty { lines.append("  none that is sure") }
    lines += ["", screen.painted("Calibration", .strong)] + calibration(item.calibration, on: screen)
    if let drift = item.drift {
      let text =
        "of late \(Phrase.fixed(drift.came, 1)) failures came of \(Phrase.fixed(drift.expected, 1)) foretold, ratio"
        + " \(Phrase.fixed(drift.ratio, 2))"
      lines.append("  " + text + (drift.isDrifting ? screen.painted(", drifting: see forewarn doctor", .bad) : ""))
    }
    if let verdicts = item.verdicts { section("Verdicts", words(verdicts)) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func words(_ verdicts: VerdictSummary) -> String {
    guard let rate = verdicts.noFaultFoundRate else { return "no suspect has been examined yet" }
    return "of \(Phrase.count(verdicts.examined, "suspect")) examined \(verdicts.faults) had the fault,"
      + " \(verdicts.noFaults) none, \(verdicts.otherCauses) another: no fault found in"
      + " \(Phrase.percent(rate.mean, low: rate.low, high: rate.high))"
  }

  private static func zip2(_ first: String?, _ second: String?) -> (String, String)? {
    guard let first, let second else { return nil }
    return (first, second)
  }

  private static func calibration(_ calibration: ModeReportItem.Calibration?, on screen: Screen) -> [String] {
    guard let calibration else { return ["  no prediction has come due yet"] }
    let table = Table(
      columns: [.init("  PREDICTED", .right), .init("CAME TRUE", .right), .init("PREDICTIONS", .right)],
      rows: calibration.bins.map { bin in
        [
          Table.Cell("  " + Phrase.percent(bin.predicted)),
          Table.Cell(Phrase.percent(bin.observed.mean, low: bin.observed.low, high: bin.observed.high)),
          Table.Cell(Phrase.count(bin.count)),
        ]
      })
    func score(_ name: String, _ score: ModeReportItem.Score) -> String {
      "\(name) \(Phrase.fixed(score.model, 5)) against \(Phrase.fixed(score.ofBaseRate, 5)) of the base rate"
    }
    return table.text(on: screen).split(separator: "\n").map(String.init) + [
      "  calibration error \(Phrase.fixed(calibration.error, 4)) over"
        + " \(Phrase.count(calibration.predictions, "prediction"))",
      "  " + score("log-loss", calibration.logLoss), "  " + score("Brier score", calibration.brier),
    ]
  }

  private static func name(_ effect: ModeReportItem.Effect) -> String {
    if let label = effect.label { return Phrase.printable(label) }
    let parts = [effect.batch.map { "batch \($0)" }, effect.firmware.map { "firmware \($0)" }].compactMap { $0 }
    let isHumid = effect.kind.hasSuffix("_and_environment")
    return Phrase.printable(parts.joined(separator: " × ") + (isHumid ? " in humid weather" : ""))
  }

  private static func ratio(_ value: Estimate) -> String { Phrase.ratio(value.mean, low: value.low, high: value.high) }
}
