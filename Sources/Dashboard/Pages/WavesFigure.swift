import ControlProtocol
import Terminal

/// How a finding's tickets were let out, and what became of them.
struct WavesFigure {
  var campaign: CampaignItem
  var page: Link

  private static let outcomes: [(name: String, kind: String, count: @Sendable (CampaignItem.Wave) -> Int)] = [
    ("helped", "cool", { $0.good }), ("installed, watched", "", { $0.installed }), ("open", "grey", { $0.open }),
    ("failed or worse", "hot", { $0.bad + $0.failed + $0.worse }),
    ("declined or cancelled", "pale", { $0.declined + $0.cancelled }),
  ]

  var table: DataTable {
    DataTable(
      "Waves",
      [
        .number("Wave"), "Standing", .number("Size"), .number("Out"), .number("Open"), .number("Installed"),
        .number("Good"), .number("Bad"), .number("Failed"), .number("Worse"), .number("Declined"),
        .number("Cancelled"), "Began", "Why",
      ], empty: "No wave has begun.",
      rows: campaign.waves.map { wave in
        [
          .init(wave.number), .init(wave.standing, badge: Elements.badgeClass(wave.standing)), .init(wave.size),
          .init(wave.released), .init(wave.open), .init(wave.installed), .init(wave.good), .init(wave.bad),
          .init(wave.failed), .init(wave.worse), .init(wave.declined), .init(wave.cancelled),
          .init(Phrase.moment(wave.begunAt), value: wave.begunAt), .init(wave.reason ?? ""),
        ]
      })
  }

  var html: HTML {
    var about: [HTML] = [
      "\(Phrase.count(campaign.waiting, "ticket")) waiting, at most \(Phrase.count(campaign.limitADay)) let out a day"
    ]
    if let by = campaign.pausedBy { about.append("<strong>Paused by \(by)</strong>") }
    if let reason = campaign.reason { about.append("\(reason)") }
    let command = Command.line("forewarn", "finding", "waves", campaign.finding)
    guard !campaign.waves.isEmpty else {
      return Elements.list(about) + table.html
        + Figure.after(table: nil, name: "waves", page: page, command: command)
    }
    let figure = Figure(
      caption: "Tickets of each wave by what became of them.", plot: plot,
      keys: Self.outcomes.map { outcome in
        ("<rect class=\"fill \(outcome.kind)\" x=\"4\" y=\"3\" width=\"20\" height=\"12\"/>", outcome.name)
      }, table: table, name: "waves", page: page, command: command)
    return Elements.list(about) + figure.html
  }

  private var plot: HTML {
    let line = 30.0
    let most = campaign.waves.map { wave in Self.outcomes.reduce(0) { $0 + $1.count(wave) } }.max() ?? 1
    let margins = Drawing.Margins(left: 130, right: 20, top: 6, bottom: 42)
    var drawing = Drawing(
      width: 960, height: margins.top + margins.bottom + line * Double(campaign.waves.count), margins: margins,
      x: (0, Double(max(most, 1))), y: (0, 1))
    drawing.axisX("tickets")
    for (index, wave) in campaign.waves.enumerated() {
      let top = margins.top + line * Double(index)
      drawing.text(
        "wave \(wave.number), \(Elements.shown(wave.standing))", x: margins.left - 10, y: top + line / 2 + 4,
        anchor: "end")
      var from = 0
      for outcome in Self.outcomes {
        let count = outcome.count(wave)
        guard count > 0 else { continue }
        let (left, right) = (drawing.x.place(Double(from)), drawing.x.place(Double(from + count)))
        drawing.add(
          """
          <rect class="fill \(outcome.kind)" x="\(left)" y="\(top + 4)" width="\(max(right - left - 1, 0.6))" \
          height="\(line - 8)"><title>wave \(wave.number): \(Phrase.count(count)) \(outcome.name)</title></rect>
          """)
        from += count
      }
    }
    return drawing.svg("Outcomes of each wave")
  }
}
