package import ControlProtocol
import Terminal

/// What the model holds of one failure mode: who fails more, how it comes with age, and whether its forecasts came true.
package struct ModePage: Sendable {
  package var report: ModeReportItem
  package var cells: [CohortCell]
  /// The whole product first, then its batches.
  package var ageing: [AgeingItem]
  /// The batch to compare with the whole; `nil`: the most conspicuous.
  package var chosen: String?

  package init(report: ModeReportItem, cells: [CohortCell], ageing: [AgeingItem], chosen: String?) {
    self.report = report
    self.cells = cells
    self.ageing = ageing
    self.chosen = chosen
  }

  private var here: Link { .mode(report.product, report.failureMode) }

  package func page() -> WebPage {
    let sums = BatchSum.all(cells)
    let (heat, funnel) = (heatMap, self.funnel(sums))
    var tables: [(name: String, table: DataTable)] = [("cohorts", heat.table), ("batches", funnel.table)]
    var content: HTML = """
      \(head)
      \(Elements.section("Batch by firmware", wide: true, heat.html))
      \(Elements.section("Batches", funnel.html))
      """
    let calibration = self.calibration
    if let calibration { tables.append(("calibration", calibration.table)) }
    content += Elements.section(
      "Calibration", calibration?.html ?? Elements.paragraph("No forecast has come due yet."))
    if let ages = ages(sums) {
      tables.append(("ageing", ages.table))
      content += """
        \(Elements.section("Failures with age", ages.cumulative.html))
        \(Elements.section("Hazard by age", ages.hazard.html))
        """
    }
    return WebPage("\(report.product): \(report.failureMode)", in: .model, content, tables: tables)
  }

  private var head: HTML {
    let evidence = report.evidence
    let rate = report.baseRatePerDay
    func yearly(_ value: Double) -> String { Scale.significant(value * 365.25 * 100) }
    let near = report.nearGate.first { !$0.isOpen }
    let findings = Link("findings", query: [("product", report.product), ("failure_mode", report.failureMode)])
    return Elements.section(
      "About", wide: true,
      Elements.facts(
        marked: [("findings", findings.around("of this mode"))],
        [
          ("failures", Phrase.count(evidence.onsets)),
          ("device-days", Phrase.count(Int(evidence.deviceDays.rounded()))),
          ("from", evidence.from.map { Phrase.moment($0) }), ("until", evidence.until.map { Phrase.moment($0) }),
          (
            "ordinary rate, of 100 devices a year",
            "\(yearly(rate.mean)) [\(yearly(rate.low))–\(yearly(rate.high))]"
          ),
          ("candidates watched", Phrase.count(report.falseFindings.candidatesWatched)),
          (
            "false findings so far, at most",
            Scale.label(report.falseFindings.expectedAtMost, 2)
          ),
          (
            "nearest to the gate",
            near.map { near in
              [near.batch, near.firmware].compactMap { $0 }.joined(separator: " × ")
                + ": evidence \(Phrase.fixed(near.logEvidence, 1)) of \(Phrase.fixed(near.logThreshold, 1))"
            }
          ),
        ]),
      Command.element(
        Command.line(
          "forewarn", "model", "show", "--product", report.product, "--failure-mode", report.failureMode)))
  }

  // MARK: Batch and firmware

  private var heatMap: Figure {
    let map = HeatMap(cells: cells)
    let table = DataTable(
      "Batch by firmware",
      [
        "Batch", "Firmware", .number("Device-days"), .number("Failures"), .number("Expected"), .number("Ratio"),
        .number("Low"), .number("High"),
      ], empty: "No bucket has closed yet.",
      rows: cells.map { cell in
        [
          .init(cell.batch), .init(cell.firmware), .init(cell.deviceDays, 0), .init(cell.failures),
          .init(cell.expected, 2), .init(cell.ratio?.mean, 3), .init(cell.ratio?.low, 3), .init(cell.ratio?.high, 3),
        ]
      })
    let left = Set(cells.map(\.batch)).count - map.batches.count
    let rest: HTML = left > 0 ? " \(Phrase.count(left)) further batches with less exposure are in the table." : ""
    func swatch(_ kind: String, _ opacity: Double) -> HTML {
      """
      <rect class="fill \(kind)" x="2" y="2" width="24" height="14" fill-opacity="\(Phrase.fixed(opacity, 2))"/>\
      <rect class="cell" fill="none" x="2" y="2" width="24" height="14"/>
      """
    }
    let hatched: HTML = """
      \(HeatMap.hatching)<rect class="cell" fill="url(#hatching)" x="2" y="2" width="24" height="14"/>
      """
    return Figure(
      caption: """
        Rate ratio of batch, firmware and both together, against the average of the same region, carrier and day, as \
        the last fit has it: a hierarchical model, so that little evidence stays near 1. Without a figure: the fit \
        needed no effect of it.\(rest)
        """,
      plot: cells.isEmpty
        ? "<p class=\"empty\">No bucket has closed yet.</p>" : map.svg("Rate ratio by batch and firmware"),
      keys: [
        (swatch("hot", HeatMap.strongest), "fails more"), (swatch("cool", HeatMap.strongest), "fails less"),
        (swatch("hot", HeatMap.strongest * 0.4), "less exposure"), (hatched, "too little to say"),
      ], table: table, name: "cohorts", page: here, command: showCommand)
  }

  private var showCommand: String {
    Command.line("forewarn", "model", "show", "--product", report.product, "--failure-mode", report.failureMode)
  }

  private func funnel(_ sums: [BatchSum]) -> Figure {
    let table = DataTable(
      "Batches",
      [
        "Batch", .number("Device-days"), .number("Failures"), .number("Expected"), .number("Observed / expected"),
        .number("95 % from"), .number("95 % to"), .number("99.8 % from"), .number("99.8 % to"), "Verdict",
      ], empty: "No bucket has closed yet.",
      rows: sums.map { sum in
        let narrow = PoissonLimits.ratios(expected: sum.expected, coverage: 0.95)
        let broad = PoissonLimits.ratios(expected: sum.expected, coverage: 0.998)
        return [
          .init(sum.batch), .init(sum.deviceDays, 0), .init(sum.failures), .init(sum.expected, 2), .init(sum.ratio, 2),
          .init(narrow.low, 2), .init(narrow.high, 2), .init(broad.low, 2), .init(broad.high, 2),
          .init(sum.verdict.rawValue),
        ]
      })
    return Figure(
      caption: """
        Failures of each batch against what was to be expected of it, with the limits that chance keeps to. A batch \
        also stands out by the firmware its devices run, and a very bad one lifts what is expected of the others, which \
        then lie low; the map above tells these apart.
        """,
      plot: FunnelPlot(sums: sums, product: report.product).svg(
        "Funnel plot of \(sums.count) batches with 95 and 99.8 % limits"),
      keys: [
        (Figure.greyLine, "95 %"), (Figure.dashedLine, "99.8 %"), (Figure.greyDot, "within"),
        (Figure.dot, "outside 95 %"), (Figure.hotDot, "outside 99.8 %"),
      ], table: table, name: "batches", page: here, command: showCommand)
  }

  // MARK: Forecasts

  private var calibration: Figure? {
    guard let calibration = report.calibration, !calibration.bins.isEmpty else { return nil }
    let drift = report.drift.map { drift -> HTML in
      """
       Lately \(Phrase.fixed(drift.came, 0)) came where \(Phrase.fixed(drift.expected, 1)) were foretold\
      \(drift.isDrifting ? ": the forecasts drift" : "").
      """
    }
    return Figure(
      caption: """
        Forecasts that have come due, in groups of like probability: the share that came, with its 90 % interval. \
        \(Phrase.count(calibration.predictions, "forecast")), off by \(Phrase.percent(calibration.error)) on average; \
        Brier score \(Scale.label(calibration.brier.model, 4)), of the plain rate \
        \(Scale.label(calibration.brier.ofBaseRate, 4)).\(drift ?? "")
        """, plot: CalibrationPlot.svg(calibration, "Calibration of \(calibration.predictions) forecasts"),
      table: CalibrationPlot.table(calibration), name: "calibration", page: here, command: showCommand)
  }

  // MARK: Age

  private func ages(_ sums: [BatchSum]) -> (table: DataTable, cumulative: Figure, hazard: Figure)? {
    guard let whole = ageing.first(where: { $0.batch == nil }) else { return nil }
    let conspicuous = sums.filter { $0.failures > 0 }.max { surplus($0) < surplus($1) }?.batch
    let name = chosen ?? conspicuous
    let batch = ageing.first { $0.batch != nil && $0.batch == name }
    let plots = AgeingPlots(whole: whole, batch: batch)
    let page = here.with(("batch", chosen))
    var command = [
      "forewarn", "model", "ageing", "--product", report.product, "--failure-mode", report.failureMode,
    ]
    if let chosen { command += ["--batch", chosen] }
    var keys: [(swatch: HTML, name: String)] = [(Figure.line, "whole product: \(whole.explanation)")]
    if let batch { keys.append((Figure.hotLine, "\(batch.batch ?? ""): \(batch.explanation)")) }
    func figure(_ caption: HTML, _ plot: HTML) -> Figure {
      Figure(
        caption: caption, plot: plot, keys: keys, table: plots.table, name: "ageing", page: page,
        command: Command.line(command))
    }
    let cumulative = figure(
      """
      Mean cumulative function: how many failures a device has had by an age, if it is heard all the time, with 90 % \
      intervals. \(chooser(batch?.batch))
      """, plots.cumulative("Mean cumulative function by age"))
    let hazard = figure(
      "Failures in 1,000 device-days by age, with 90 % intervals. Rising is wear, falling infant mortality.",
      plots.hazard("Hazard by age"))
    return (plots.table, cumulative, hazard)
  }

  /// How far above what was to be expected, in standard deviations.
  private func surplus(_ sum: BatchSum) -> Double {
    (Double(sum.failures) - sum.expected) / (sum.expected + 1).squareRoot()
  }

  private func chooser(_ current: String?) -> HTML {
    let names = ageing.compactMap(\.batch)
    guard !names.isEmpty else { return "" }
    let options = names.map { name -> HTML in
      "<option value=\"\(name)\"\(name == current ? " selected" : "" as HTML)>\(name)</option>"
    }.joined()
    return """
      <form action="\(here.text)" method="get"><label>compare with batch<select name="batch">\(options)</select></label>\
      <button>Compare</button></form>
      """
  }
}
