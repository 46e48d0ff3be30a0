package import ControlProtocol
import Terminal
package import Vocabulary

/// One device: what is known of it, what it last said, how likely it fails and why, and the care it gets.
package struct DeviceCard: Sendable {
  package var device: DeviceItem
  /// `nil`: retired, or nothing was heard yet to judge it by.
  package var explanation: DeviceExplanation?
  package var tallies: [DeviceTally]
  package var onsets: [(mode: String, count: Int, last: EventTime?)]
  package var tickets: [Ticket]

  package init(
    device: DeviceItem, explanation: DeviceExplanation?, tallies: [DeviceTally],
    onsets: [(mode: String, count: Int, last: EventTime?)], tickets: [Ticket]
  ) {
    self.device = device
    self.explanation = explanation
    self.tallies = tallies.sorted { $0.start < $1.start }
    self.onsets = onsets
    self.tickets = tickets
  }

  private var here: Link { .device(device.device) }

  package func page(now: EventTime) -> WebPage {
    let ticketTable = TicketTable.table(tickets, "Tickets", now: now)
    let onsetTable = DataTable(
      "Failures seen", ["Failure mode", .number("Times"), "Last"], empty: "None.",
      rows: onsets.map { mode, count, last in
        [.init(mode), .init(count), .moment(last)]
      })
    let reports = DeviceReports(tallies: tallies, page: here, device: device.device)
    var tables: [(name: String, table: DataTable)] = [("tickets", ticketTable), ("failures", onsetTable)]
    var content = head
    if let risks = risks {
      tables.append(("probabilities", risks.table))
      content += Elements.section("How likely it fails", wide: true, risks.html)
      content += (explanation?.modes ?? []).prefix(Self.modesExplained).map(why).joined()
    } else {
      content += Elements.section(
        "How likely it fails", wide: true,
        Elements.paragraph("Not judged: it is retired, or nothing was heard of it yet."))
    }
    tables.append(("days", reports.table))
    content += """
      \(Elements.section(
        "Tickets", wide: true, ticketTable.html,
        Figure.after(
          table: nil, name: "tickets", page: here,
          command: Command.line("forewarn", "ticket", "list", "--device", device.device))))
      \(Elements.section("Last reports", wide: true, reports.html))
      \(Elements.section(
        "Failures seen", onsetTable.html, Figure.after(table: nil, name: "failures", page: here, command: nil)))
      """
    return WebPage("Device \(device.device)", in: .devices, content, tables: tables)
  }

  /// Those that are least likely say nothing.
  static let modesExplained = 4

  private var head: HTML {
    func cohort(_ name: String, _ value: String) -> HTML {
      Link("tickets", query: [("product", device.product), (name, value)]).around(value)
    }
    return Elements.section(
      "About", wide: true,
      Elements.facts(
        marked: [
          ("batch", cohort("batch", device.batch)), ("firmware", device.firmware.map { cohort("firmware", $0) }),
          ("region", cohort("region", device.region)),
        ],
        [
          ("product", device.product), ("carrier", device.carrier), ("customer", device.customer),
          ("activated", device.activated), ("last heard", device.lastHeard.map { Phrase.moment($0) } ?? "never"),
          ("reports", Phrase.count(device.reports)), ("reports missing", device.sequenceGaps.map { Phrase.count($0) }),
          ("telemetry", device.consent.telemetry ? "consented to" : "no consent"),
          ("contact", device.consent.contact ? "consented to" : "no consent"),
          ("retired", device.retired.map { Phrase.moment($0) }),
        ]), Command.element(Command.line("forewarn", "device", "show", device.device)))
  }

  private var risks: Figure? {
    guard let explanation, !explanation.modes.isEmpty else { return nil }
    var rows: [ProbabilityPlot.Row] = []
    for mode in explanation.modes {
      rows.append(
        .init(
          label: mode.failureMode, probability: mode.probability, ordinary: mode.ordinaryProbability, kind: "hot"))
      rows += mode.scenarios.map { .init(label: "· " + $0.scenario, probability: $0.probability) }
    }
    let table = DataTable(
      "Probabilities",
      [
        "Failure mode", "Scenario", .number("Days"), .number("Probability"), .number("Low"), .number("High"),
        .number("Of a new unit"),
      ],
      rows: explanation.modes.flatMap { mode -> [[DataTable.Cell]] in
        let cases = [("as it is", mode.probability)] + mode.scenarios.map { ($0.scenario, $0.probability) }
        return cases.map { scenario, chance in
          [
            .init(mode.failureMode), .init(scenario), .init(chance.horizonDays, 0), .init(chance.mean, 4),
            .init(chance.low, 4), .init(chance.high, 4), .init(mode.ordinaryProbability, 4),
          ]
        }
      })
    return Figure(
      caption: """
        That a failure sets in within its horizon \
        (\(Set(explanation.modes.map(\.probability.horizonDays)).sorted().map { Phrase.days($0) }.joined(separator: ", "))), \
        as it is and under scenarios, as of \(Phrase.moment(explanation.asOf)).
        """, plot: ProbabilityPlot(rows: rows).svg("Probabilities of \(device.device) with 90 % intervals"),
      keys: [
        (Figure.hotDot, "as it is"), (Figure.dot, "under the scenario"),
        ("<path class=\"line grey\" d=\"M14 2V16\"/>", "a new unit"),
      ], table: table, name: "probabilities", page: here,
      command: Command.line("forewarn", "explain", "device", device.device))
  }

  /// Each factor on the hazard, and what could be done.
  private func why(_ mode: DeviceExplanation.Mode) -> HTML {
    let most = mode.terms.map { abs($0.logFactor) }.max() ?? 1
    let terms = DataTable(
      "What makes up its hazard", ["Term", "", .number("Factor")], empty: "Nothing sets it apart.",
      rows: mode.terms.map { term in
        [
          .init(term.label.isEmpty ? Elements.shown(term.term) : term.label, value: term.term),
          .bar(most > 0 ? term.logFactor / most : 0),
          .init("\(Scale.label(Scale.power(2.718_281_828, term.logFactor), 2)) ×", value: "\(term.logFactor)"),
        ]
      })
    let costs = DataTable(
      "What could be done", ["Remedy", .number("Expected cost (\(mode.currency))"), .number("Pays from")],
      rows: mode.remedies.map { remedy in
        [
          .init(remedy.type + (remedy.firmware.map { ", firmware \($0)" } ?? "")), .init(remedy.expectedCost, 2),
          .init(remedy.paysFrom.map { Phrase.percent($0) } ?? "–", value: remedy.paysFrom.map { "\($0)" } ?? ""),
        ]
      })
    let verdicts: HTML = mode.verdicts.isEmpty ? "" : Elements.list(mode.verdicts.map { "\($0)" })
    return Elements.section(mode.failureMode, terms.html, "<h3>What could be done</h3>", costs.html, verdicts)
  }
}
