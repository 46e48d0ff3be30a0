import Terminal
package import Vocabulary

/// One ticket: what is likely, why, what could be done and what it costs, and what has become of it.
package struct TicketCard: Sendable {
  package var ticket: Ticket

  package init(_ ticket: Ticket) { self.ticket = ticket }

  package func page(now: EventTime) -> WebPage {
    let here = Link.ticket(ticket.id)
    let options = optionTable
    let history = HistoryTable.table(ticket.history)
    let commands = Terminal.TicketPage.nextCommands(ticket)
    let content: HTML = """
      \(head(now: now))
      \(Elements.section("Why", wide: true, Elements.paragraph(ticket.explanation), evidence))
      \(Elements.section("Put down to", SharesTable.table(ticket.attribution.named).html))
      \(Elements.section("Remedy", remedy))
      \(Elements.section(
        "What could be done", wide: true, options.html,
        Figure.after(
          table: nil, name: "options", page: here, command: Command.line("forewarn", "ticket", "show", ticket.id))))
      \(Elements.section(
        "History", wide: true, history.html, Figure.after(table: nil, name: "history", page: here, command: nil)))
      \(Elements.section("Next", wide: true, Command.list(commands)))
      """
    return WebPage(
      "Ticket \(ticket.id)", in: .tickets, content, tables: [("options", options), ("history", history)])
  }

  private func head(now: EventTime) -> HTML {
    let due: String? =
      [.open, .proposed].contains(ticket.state) ? ticket.dueAt.map { Phrase.moment($0) } : nil
    let outcome: HTML = ticket.outcome.map { " (\(Elements.shown($0.rawValue)))" } ?? ""
    let batch = Link("tickets", query: [("product", ticket.product.text), ("batch", ticket.batch.text)])
    return Elements.section(
      "About", wide: true,
      Elements.facts(
        marked: [
          ("state", "\(Elements.badge(ticket.state.rawValue))\(outcome)"),
          ("severity", Elements.badge(ticket.severity.rawValue)),
          ("device", Link.device(ticket.device).around(ticket.device)),
          (
            "failure mode",
            Link.mode(ticket.product.text, ticket.failureMode.text).around(ticket.failureMode.text)
          ),
          ("finding", ticket.finding.map { Link.finding($0).around($0) }), ("batch", batch.around(ticket.batch.text)),
        ],
        [
          ("product", ticket.product.text), ("firmware", ticket.firmware.text), ("region", ticket.region.text),
          ("customer", ticket.customer), ("knowledge base", ticket.kb),
          ("decided as of", Phrase.moment(ticket.decidedAt)), ("opened", Phrase.moment(ticket.openedAt)),
          ("changed", Phrase.moment(ticket.updatedAt)), ("owner", ticket.owner), ("queue", ticket.queue),
          ("priority", ticket.priority.map { "\($0)" }), ("wave", ticket.wave.map { "\($0)" }),
          ("answer due by", due), ("escalated", ticket.escalatedAt.map { Phrase.moment($0) }),
          ("customer may be written to", ticket.mayContact ? "yes" : "no: no care offer is sent"),
          ("profile", ticket.profile),
        ]))
  }

  private var evidence: HTML {
    let probability = ticket.probability
    var lines: [HTML] = [
      """
      <strong>\(Phrase.percent(probability.mean, low: probability.low, high: probability.high))</strong> that \
      \(ticket.failureMode.text) sets in within \(Phrase.days(probability.horizonDays))
      """
    ]
    if let failures = ticket.evidence.cohortFailures, let days = ticket.evidence.cohortDeviceDays {
      lines.append(
        "\(Phrase.count(failures, "failure")) in \(Phrase.count(Int(days.rounded()))) device-days of its cohort")
    }
    lines.append("\(Phrase.count(ticket.evidence.deviceReports, "report")) of the device itself")
    return Elements.list(lines)
  }

  private var remedy: HTML {
    let remedy = ticket.remedy
    var what = Elements.shown(remedy.type.rawValue)
    if let sku = remedy.sku { what += " with \(sku)" }
    if let firmware = remedy.firmware { what += remedy.type == .patch ? " to \(firmware)" : ", firmware \(firmware)" }
    return Elements.facts([
      ("what", what), ("expected cost", money(remedy.expectedCost)), ("cost of waiting", money(remedy.costOfWaiting)),
      ("pays from a probability of", Phrase.percent(remedy.breakEvenProbability)),
      (
        "takes away of the risk",
        remedy.efficacy.map { Phrase.percent($0.mean, low: $0.low, high: $0.high) }
      ),
    ])
  }

  private func money(_ amount: Double) -> String { "\(Phrase.fixed(amount, 2)) \(ticket.remedy.currency)" }

  private var optionTable: DataTable {
    DataTable(
      "Options, the cheapest first",
      [
        "Option", "Firmware", .number("Expected cost (\(ticket.remedy.currency))"), .number("A week's data are worth"),
        .number("A week's harm costs"),
      ], empty: "An older version decided this ticket and kept no options.",
      rows: (ticket.options ?? []).map { option in
        [
          .init(option.type), .init(option.firmware?.text ?? ""), .init(option.expectedCost, 2),
          .init(option.valueOfData, 2), .init(option.harm, 2),
        ]
      })
  }
}

/// Shares of a hazard, each with its bar.
enum SharesTable {
  static func table(_ shares: [(name: String, value: Double)]) -> DataTable {
    DataTable(
      "Shares of the hazard", ["Cause", "", .number("Share")],
      rows: shares.map { name, value in
        [.init(name), .bar(value), .init(Phrase.percent(value), value: "\(value)")]
      })
  }
}
