package import ControlProtocol
import Terminal

/// How the intake runs, and what the doctor says.
package struct HealthPage: Sendable {
  package var status: StatusReport
  package var doctor: DoctorReport
  package var rates: [RateSample]
  /// Upper bounds in seconds with the messages of each alone; the last is above all bounds.
  package var latency: [(bound: Double?, count: Int)]

  package init(
    status: StatusReport, doctor: DoctorReport, rates: [RateSample], latency: [(bound: Double?, count: Int)]
  ) {
    self.status = status
    self.doctor = doctor
    self.rates = rates
    self.latency = latency
  }

  private var here: Link { Link("health") }

  package func page() -> WebPage {
    let checks = checkTable
    let fates = fateTable
    let rateTable = RatePlot.table(rates)
    let latencyPlot = LatencyPlot(buckets: latency)
    let latencyTable = latencyPlot.table
    let times: HTML =
      latencyTable.rows.isEmpty
      ? "<p class=\"empty\">No message since the start.</p>"
      : Figure(
        caption: latencyCaption, plot: latencyPlot.svg("Messages by time from arrival to commit"), table: latencyTable,
        name: "latency", page: here, command: "forewarn status"
      ).html
    let content: HTML = """
      \(status.reasons.isEmpty ? "" : Elements.list(status.reasons.map { "\($0)" }, kind: "reasons"))
      \(Elements.section(
        "What became of messages", fates.html,
        Figure.after(table: nil, name: "fates", page: here, command: "forewarn status"), limits))
      \(Elements.section("Messages a second", RatePlot.figure(rates, table: rateTable, page: here).html))
      \(Elements.section("From arrival to commit", times))
      \(Elements.section("Store and broker", store))
      \(Elements.section(
        "Doctor", wide: true, checks.html,
        Figure.after(table: nil, name: "checks", page: here, command: "forewarn doctor")))
      """
    return WebPage(
      "Health", in: .health, content,
      tables: [("checks", checks), ("fates", fates), ("rates", rateTable), ("latency", latencyTable)])
  }

  private var latencyCaption: HTML {
    guard let latency = status.latency else { return "Since the daemon's start." }
    return """
      How long messages waited until the commit that holds them, since the daemon's start: half at most \
      \(Elements.seconds(latency.p50Seconds)), 99 % at most \(Elements.seconds(latency.p99Seconds)).
      """
  }

  private var checkTable: DataTable {
    DataTable(
      "Checks, faults first", ["Check", "State", "What was seen", "What to do"],
      rows: doctor.items.sorted { $0.state == .fault && $1.state != .fault }.map { item in
        [
          .init(item.check), .init(item.state.rawValue, badge: Elements.badgeClass(item.state.rawValue)),
          .init(item.detail), .init(item.fix ?? ""),
        ]
      })
  }

  private var fateTable: DataTable {
    let messages = status.messages
    let received = max(messages.received, 1)
    return DataTable(
      "Fates", ["Fate", "", .number("Messages"), .number("Share")],
      rows: [
        ("applied", messages.applied), ("duplicate", messages.duplicate), ("late", messages.late),
        ("without consent", messages.unconsented), ("quarantined", messages.quarantined),
      ].map { name, count in
        let share = Double(count) / Double(received)
        return [.init(name), .bar(share), .init(count), .init(Phrase.percent(share), value: "\(share)")]
      })
  }

  private var limits: HTML {
    let limits = status.limits ?? StatusReport.Limits()
    return Elements.facts([
      ("in quarantine now", "\(Phrase.count(status.quarantine.messages)), \(Phrase.bytes(status.quarantine.bytes))"),
      ("given up there, not kept", Phrase.count(limits.quarantineUnkept)),
      ("refused: device over its share", Phrase.count(limits.throttledMessages)),
      ("refused: too many new devices", Phrase.count(limits.newDevicesRefused)),
      ("refused: too many names", Phrase.count(limits.namesRefused)),
      ("devices over their share", limits.offenders.isEmpty ? "none" : limits.offenders.joined(separator: ", ")),
      (
        "devices known by reports alone",
        "\(Phrase.count(limits.unknownDevices)) of at most \(Phrase.count(limits.unknownDevicesLimit))"
      ),
      ("unknown signals and events", Phrase.count(status.unknownItems)),
      ("reports missing by their numbers", Phrase.count(status.sequenceGaps)),
    ])
  }

  private var store: HTML {
    let broker = status.broker
    let connected: HTML =
      broker.connected ? Elements.badge("connected") : Elements.badge("fault", as: "not connected")
    return Elements.facts(
      marked: [("broker", "\(connected) \(broker.url)")],
      [
        ("since", broker.since.map { Phrase.moment($0) }), ("reconnects", Phrase.count(broker.reconnects)),
        ("messages lost while connected", broker.droppedSince.map { Phrase.count($0) }),
        ("sessions lost", broker.sessionsLost.map { Phrase.count($0) }), ("last error", broker.lastError),
        ("lag", status.lagSeconds.map { Elements.seconds(max($0, 0)) }),
        ("database", "\(status.database.path), \(Phrase.bytes(status.database.bytes))"),
        (
          "last pass",
          status.lastPass.map { "\(Phrase.moment($0.bucketEnd)), took \(Elements.seconds($0.seconds))" }
        ), ("pid", "\(status.pid)"),
      ])
  }
}
