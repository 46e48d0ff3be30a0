package import ControlProtocol
import Terminal
package import Vocabulary

/// The page for the wall: the state and its reasons first, then what waits for somebody, then how it runs.
package struct OverviewPage: Sendable {
  package var status: StatusReport
  package var findings: [(finding: Finding, open: Int, closed: Int)]
  package var tickets: [Ticket.State: Int]
  /// What to do next, the most urgent first.
  package var urgent: [Ticket]
  package var rates: [RateSample]

  package init(
    status: StatusReport, findings: [(finding: Finding, open: Int, closed: Int)], tickets: [Ticket.State: Int],
    urgent: [Ticket], rates: [RateSample]
  ) {
    self.status = status
    self.findings = findings
    self.tickets = tickets
    self.urgent = urgent
    self.rates = rates
  }

  package func page(now: EventTime) -> WebPage {
    let findingTable = FindingTable.table(findings, now: now)
    let stateTable = self.stateTable
    let urgentTable = TicketTable.table(urgent, "The most urgent tickets", now: now)
    let rateTable = RatePlot.table(rates)
    let content: HTML = """
      \(reasons)
      \(tiles)
      \(Elements.section(
        "Findings", wide: true, findingTable.html,
        Figure.after(table: nil, name: "findings", page: .overview, command: "forewarn finding list")))
      \(Elements.section(
        "Next tickets", wide: true, urgentTable.html,
        Figure.after(
          table: nil, name: "urgent", page: .overview, command: "forewarn ticket list --state open,proposed --limit 12")))
      \(Elements.section(
        "Messages", RatePlot.figure(rates, table: rateTable, page: .overview).html, Self.messages(status)))
      \(Elements.section(
        "Tickets by state", stateTable.html,
        Figure.after(table: nil, name: "tickets", page: .overview, command: "forewarn ticket list")))
      \(Elements.section("Broker and store", broker))
      """
    return WebPage(
      "Overview", in: .overview, content,
      tables: [
        ("findings", findingTable), ("tickets", stateTable), ("urgent", urgentTable), ("rates", rateTable),
      ])
  }

  private var reasons: HTML {
    guard !status.reasons.isEmpty else {
      return status.state == .starting
        ? "<ul class=\"reasons warn\"><li>Starting: the broker hasn't answered yet.</li></ul>"
        : "<ul class=\"reasons good\"><li>Ready: nothing stands in the way.</li></ul>"
    }
    return Elements.list(status.reasons.map { "\($0)" }, kind: "reasons")
  }

  private var tiles: HTML {
    let lag = status.lagSeconds.map { Phrase.briefly(seconds: max($0, 0)) } ?? "–"
    let rate = rates.last?.messagesASecond.map { Phrase.fixed($0, $0 < 10 ? 1 : 0) } ?? "–"
    return Elements.tiles([
      (Phrase.count(status.findings.live), "live findings", nil, Link("findings")),
      (
        Phrase.count(status.tickets.open), "open tickets",
        status.tickets.proposed > 0 ? "\(Phrase.count(status.tickets.proposed)) of them proposed" : nil,
        Link("tickets")
      ),
      (Phrase.count(status.devices), "devices", nil, Link("devices")),
      (rate, "messages a second", "in the last \(RateSample.seconds) s", Link("health")),
      (
        lag, "lag", status.latency.map { "99 % within \(Elements.seconds($0.p99Seconds))" }, Link("health")
      ),
      (
        Phrase.count(status.messages.quarantined), "in quarantine or given up", nil, Link("health")
      ),
    ])
  }

  static func messages(_ status: StatusReport) -> HTML {
    let messages = status.messages
    return Elements.facts([
      ("received", Phrase.count(messages.received)), ("applied", Phrase.count(messages.applied)),
      ("duplicate", Phrase.count(messages.duplicate)), ("late", Phrase.count(messages.late)),
      ("quarantined", Phrase.count(messages.quarantined)), ("without consent", Phrase.count(messages.unconsented)),
    ])
  }

  private var stateTable: DataTable {
    DataTable(
      "Tickets by state", ["State", .number("Tickets")], empty: "No ticket yet.",
      rows: Ticket.State.allCases.filter { tickets[$0] != nil }.map { state in
        [
          .init(
            Elements.shown(state.rawValue), value: state.rawValue,
            link: Link("tickets", query: [("state", state.rawValue)])), .init(tickets[state] ?? 0),
        ]
      })
  }

  private var broker: HTML {
    let broker = status.broker
    let connected: HTML =
      broker.connected ? Elements.badge("connected") : Elements.badge("fault", as: "not connected")
    let pass = status.lastPass.map { "\(Phrase.moment($0.bucketEnd)), took \(Elements.seconds($0.seconds))" }
    return Elements.facts(
      marked: [("broker", "\(connected) \(broker.url)")],
      [
        ("since", broker.since.map { Phrase.moment($0) }), ("reconnects", Phrase.count(broker.reconnects)),
        ("dropped by the broker", broker.dropped.map { Phrase.count($0) }), ("last error", broker.lastError),
        ("clock", "\(status.clock.map { Phrase.moment($0) } ?? "unknown") (\(status.clockKind))"), ("last pass", pass),
        ("profiles", "\(Phrase.count(status.profiles.count)), revision \(status.profiles.revision.prefix(12))"),
        ("database", Phrase.bytes(status.database.bytes)),
        ("care", status.care.mode + (status.care.paused == true ? ", paused" : "")),
        ("version", "\(status.version), since \(Phrase.moment(status.startedAt))"),
      ])
  }
}
