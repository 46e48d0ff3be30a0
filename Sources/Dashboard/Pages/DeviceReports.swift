import Terminal
package import Vocabulary

/// What a device's reports of one day or hour add up to.
package struct DeviceTally: Sendable {
  package struct Signal: Sendable {
    package var name: String
    package var mean: Double
    package var least: Double
    package var greatest: Double

    package init(name: String, mean: Double, least: Double, greatest: Double) {
      self.name = name
      self.mean = mean
      self.least = least
      self.greatest = greatest
    }
  }

  package var start: EventTime
  package var length: String
  package var reports: Int
  package var firmware: String?
  package var signals: [Signal]
  package var events: [(name: String, count: Int)]

  package init(
    start: EventTime, length: String, reports: Int, firmware: String?, signals: [Signal],
    events: [(name: String, count: Int)]
  ) {
    self.start = start
    self.length = length
    self.reports = reports
    self.firmware = firmware
    self.signals = signals
    self.events = events
  }
}

/// The days that are still kept, the last first, and each signal over them.
struct DeviceReports {
  /// In the order of time.
  var tallies: [DeviceTally]
  var page: Link
  var device: String

  /// So many small plots still tell one from another.
  static let signalsShown = 12

  var table: DataTable {
    DataTable(
      "Reports by day, the last first", ["From", "Bucket", .number("Reports"), "Firmware", "Signals", "Events"],
      empty: "Nothing is kept of its reports.",
      rows: tallies.reversed().map { tally in
        [
          .moment(tally.start), .init(tally.length),
          .init(tally.reports), .init(tally.firmware ?? ""),
          .init(
            tally.signals.map { "\($0.name) \(Scale.label($0.mean))" }.joined(separator: ", "),
            value: tally.signals.map { "\($0.name)=\($0.mean)" }.joined(separator: " ")),
          .init(
            tally.events.map { "\($0.name) × \($0.count)" }.joined(separator: ", "),
            value: tally.events.map { "\($0.name)=\($0.count)" }.joined(separator: " ")),
        ]
      })
  }

  var html: HTML {
    let names = Set(tallies.flatMap { $0.signals.map(\.name) }).sorted().prefix(Self.signalsShown)
    let plots = names.map(signal).joined()
    return """
      \(names.isEmpty || tallies.count < 2 ? "" : "<div class=\"small\">\(plots)</div>" as HTML)
      \(table.html)
      \(Figure.after(
        table: nil, name: "days", page: page, command: Command.line("forewarn", "device", "export", device)))
      """
  }

  private func signal(_ name: String) -> HTML {
    let points = tallies.compactMap { tally in
      tally.signals.first { $0.name == name }.map { (at: Double(tally.start.milliseconds) / 1000, signal: $0) }
    }
    guard let first = points.first, let last = points.last, points.count > 1 else { return "" }
    let least = points.map(\.signal.least).min() ?? 0
    let greatest = points.map(\.signal.greatest).max() ?? 1
    var drawing = Drawing(
      width: 300, height: 130, margins: .init(left: 44, right: 16, top: 24, bottom: 24), x: (first.at, last.at),
      y: (least, greatest))
    for tick in drawing.y.ticks(3) {
      let place = drawing.y.place(tick)
      drawing.add("<path class=\"grid\" d=\"M\(drawing.x.from) \(place)H\(drawing.x.to)\"/>")
      drawing.text(Scale.label(tick), x: drawing.x.from - 5, y: place + 4, anchor: "end", kind: "muted")
    }
    drawing.text(name.shortened(to: 36), x: 4, y: 14)
    func day(_ seconds: Double) -> String { EventTime(seconds: Int64(seconds)).date }
    drawing.text(day(first.at), x: drawing.x.from, y: drawing.height - 6, kind: "muted")
    drawing.text(day(last.at), x: drawing.x.to, y: drawing.height - 6, anchor: "end", kind: "muted")
    drawing.band(points.map { ($0.at, $0.signal.least, $0.signal.greatest) })
    drawing.line(points.map { ($0.at, $0.signal.mean) }, "")
    return drawing.svg("\(name) by day: mean, least and greatest")
  }
}
