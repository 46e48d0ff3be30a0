import ControlProtocol
import Terminal

/// Whether as many failures come as were foretold: on the diagonal they do.
enum CalibrationPlot {
  static func svg(_ calibration: ModeReportItem.Calibration, _ title: String) -> HTML {
    let most = calibration.bins.map { max($0.predicted, $0.observed.high) }.max() ?? 1
    let top = min(max(most * 1.05, 1e-4), 1)
    var drawing = Drawing(width: 640, height: 330, x: (0, top), y: (0, top))
    drawing.axisX("foretold probability")
    drawing.axisY("share that came", ticks: drawing.y.ticks(5).map { ($0, Scale.label($0)) })
    drawing.line([(0, 0), (top, top)], "grey dashed")
    for bin in calibration.bins {
      let observed = bin.observed
      drawing.whisker(x: bin.predicted, low: observed.low, high: observed.high, "")
      drawing.dot(
        (bin.predicted, observed.mean), "",
        says: "\(Phrase.count(bin.count, "forecast")): \(Phrase.percent(bin.predicted)) foretold,"
          + " \(Phrase.percent(observed.mean)) came")
    }
    return drawing.svg(title)
  }

  static func table(_ calibration: ModeReportItem.Calibration) -> DataTable {
    DataTable(
      "Foretold and come",
      [.number("Forecasts"), .number("Foretold"), .number("Came"), .number("Low"), .number("High")],
      empty: "No forecast has come due yet.",
      rows: calibration.bins.map { bin in
        [
          .init(bin.count), .init(bin.predicted, 4), .init(bin.observed.mean, 4), .init(bin.observed.low, 4),
          .init(bin.observed.high, 4),
        ]
      })
  }
}
