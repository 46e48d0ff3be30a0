import ControlProtocol
import Terminal

/// Probabilities with their intervals, one a line, and a mark for what a new unit would have.
struct ProbabilityPlot {
  struct Row {
    var label: String
    var probability: HorizonProbability
    var ordinary: Double?
    var kind = ""
  }

  var rows: [Row]

  func svg(_ title: String) -> HTML {
    let top = rows.map { max($0.probability.high, $0.ordinary ?? 0) }.max() ?? 1
    let line = 21.0
    let margins = Drawing.Margins(left: 260, right: 170, top: 8, bottom: 42)
    var drawing = Drawing(
      width: 960, height: margins.top + margins.bottom + line * Double(max(rows.count, 1)), margins: margins,
      x: (0, min(max(top * 1.05, 0.001), 1)), y: (0, 1))
    drawing.axisX("probability", ticks: drawing.x.ticks(5).map { ($0, Phrase.percent($0)) })
    for (index, row) in rows.enumerated() {
      let middle = margins.top + line * (Double(index) + 0.5)
      let chance = row.probability
      let figures = Phrase.percent(chance.mean, low: chance.low, high: chance.high)
      let (from, to, mean) = (drawing.x.place(chance.low), drawing.x.place(chance.high), drawing.x.place(chance.mean))
      drawing.text(row.label.shortened(to: 34), x: margins.left - 12, y: middle + 4, anchor: "end")
      drawing.text(figures, x: drawing.x.to + 14, y: middle + 4)
      if let ordinary = row.ordinary {
        let place = drawing.x.place(ordinary)
        drawing.add("<path class=\"line grey\" d=\"M\(place) \(middle - 9)V\(middle + 9)\"/>")
      }
      drawing.add(
        """
        <g><title>\(row.label): \(figures)</title><path class="whisker \(row.kind)" d="M\(from) \(middle)H\(to)"/>\
        <circle class="dot \(row.kind)" cx="\(mean)" cy="\(middle)" r="5"/></g>
        """)
    }
    return drawing.svg(title)
  }
}
