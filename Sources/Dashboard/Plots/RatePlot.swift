import Terminal
package import Vocabulary

/// How the intake ran for a few seconds.
package struct RateSample: Hashable, Sendable {
  /// Between two samples.
  package static let seconds = 15
  /// An hour of them is kept.
  package static let kept = 240

  package var end: EventTime
  /// `nil` of the first: there is nothing to compare with.
  package var messagesASecond: Double?
  package var lagSeconds: Double?

  package init(end: EventTime, messagesASecond: Double?, lagSeconds: Double?) {
    self.end = end
    self.messagesASecond = messagesASecond
    self.lagSeconds = lagSeconds
  }
}

/// Messages a second over the last hour.
enum RatePlot {
  static func table(_ samples: [RateSample]) -> DataTable {
    DataTable(
      "Messages a second", ["Until", .number("Messages a second"), .number("Lag in seconds")],
      empty: "The first figure comes \(RateSample.seconds) seconds after the start.",
      rows: samples.reversed().filter { $0.messagesASecond != nil }.map { sample in
        [
          .moment(sample.end), .init(sample.messagesASecond, 1), .init(sample.lagSeconds, 3),
        ]
      })
  }

  static func figure(_ samples: [RateSample], table: DataTable, page: Link) -> Figure {
    let points = samples.compactMap { sample in
      sample.messagesASecond.map { (x: Double(sample.end.milliseconds) / 1000, y: $0) }
    }
    let last = points.last?.x ?? 0
    let minutes = points.map { (x: ($0.x - last) / 60, y: $0.y) }
    let most = minutes.map(\.y).max() ?? 1
    var drawing = Drawing(height: 190, x: (min(minutes.first?.x ?? -5, -5), 0), y: (0, max(most * 1.1, 1)))
    drawing.axisX("minutes ago", ticks: drawing.x.ticks(6).map { ($0, Scale.label(-$0)) })
    drawing.axisY("messages/s", ticks: drawing.y.ticks(4).map { ($0, Scale.label($0)) })
    drawing.band(minutes.map { ($0.x, 0, $0.y) })
    drawing.line(minutes, "")
    return Figure(
      caption: "Received messages a second since the daemon's start, at most over an hour.",
      plot: drawing.svg("Messages a second; at most \(Scale.label(most)) in what is shown"), table: table,
      name: "rates",
      page: page, command: "forewarn status --watch")
  }
}
