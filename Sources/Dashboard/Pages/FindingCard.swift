package import ControlProtocol
import Terminal
package import Vocabulary

/// One finding: which devices, how much worse than their peers, where and since when, why that cause and not the next, and
/// what care has become of it.
package struct FindingCard: Sendable {
  package var finding: Finding
  package var open: Int
  package var closed: Int
  package var batch: BatchItem?
  package var campaign: CampaignItem?
  /// `nil`: the model holds nothing of the mode (any more).
  package var evidence: FindingEvidence?

  package init(
    finding: Finding, open: Int, closed: Int, batch: BatchItem?, campaign: CampaignItem?, evidence: FindingEvidence?
  ) {
    self.finding = finding
    self.open = open
    self.closed = closed
    self.batch = batch
    self.campaign = campaign
    self.evidence = evidence
  }

  package func page(now: EventTime) -> WebPage {
    let here = Link.finding(finding.id)
    let show = Command.line("forewarn", "finding", "show", finding.id)
    let history = HistoryTable.table(finding.history)
    var tables: [(name: String, table: DataTable)] = []
    var content: HTML = """
      \(head)
      \(Elements.section("Why", Elements.paragraph(finding.explanation)))
      \(Elements.section("Put down to", SharesTable.table(finding.attribution.named).html))
      """
    if let evidence {
      let plots = EvidencePlots(finding: finding, evidence: evidence, page: here, command: show)
      let (regions, effects, days) = (plots.regions, plots.effects, plots.days)
      tables += [("regions", regions.table), ("candidates", effects.table), ("days", days.table)]
      content += """
        \(Elements.section("Evidence by region", regions.html))
        \(Elements.section("Explanations that compete", effects.html))
        \(Elements.section("Onset", wide: true, days.html))
        """
    }
    if let campaign {
      let waves = WavesFigure(campaign: campaign, page: here)
      tables.append(("waves", waves.table))
      content += Elements.section("Waves and outcomes", wide: true, waves.html)
    }
    tables.append(("history", history))
    content += """
      \(Elements.section(
        "History", wide: true, history.html, Figure.after(table: nil, name: "history", page: here, command: nil)))
      \(Elements.section(
        "Next", wide: true,
        Command.list(
          Terminal.FindingPage.nextCommands(finding) + [Command.line("forewarn", "explain", "finding", finding.id)])))
      """
    let title = "\(FindingTable.describe(finding.cohort)): \(finding.failureMode)"
    return WebPage(title.prefix(1).uppercased() + title.dropFirst(), in: .findings, content, tables: tables)
  }

  private var head: HTML {
    let tickets = Link("tickets", query: [("finding", finding.id)])
    let (product, mode) = (finding.product.text, finding.failureMode.text)
    let ratio = finding.rateRatio
    return Elements.section(
      "About", wide: true,
      Elements.facts(
        marked: [
          ("state", Elements.badge(finding.state.rawValue)), ("finding", "\(finding.id)"),
          ("failure mode", Link.mode(product, mode).around(mode)),
          (
            "tickets",
            tickets.around("\(Phrase.count(open)) open, \(Phrase.count(closed)) closed")
          ),
          ("rate ratio", "<strong>\(Phrase.ratio(ratio.mean, low: ratio.low, high: ratio.high))</strong>"),
        ],
        [
          ("real with probability", Phrase.percent(finding.probability)),
          ("cause", Elements.shown(finding.cohort.cause.rawValue)), ("product", product),
          ("failures", Phrase.count(finding.failures)),
          ("device-days", Phrase.count(Int(finding.deviceDays.rounded()))),
          ("devices affected", Phrase.count(finding.devicesAffected)),
          ("since", finding.onset.map { Phrase.moment($0) }),
          ("confirmed as of", finding.detectedAt.map { Phrase.moment($0) } ?? "not yet: no tickets come from it"),
          ("knowledge base", finding.kb), ("factory", batch?.factory), ("line", batch?.line),
          ("supplier", batch?.supplier), ("manufactured", batch?.manufactured),
          (
            "component lots",
            batch.flatMap { $0.componentLots.isEmpty ? nil : $0.componentLots.joined(separator: ", ") }
          ), ("profile", finding.profile),
        ]))
  }
}
