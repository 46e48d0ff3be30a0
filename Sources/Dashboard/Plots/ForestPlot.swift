import ControlProtocol
import Terminal

/// Ratios with their intervals, one a line, on a logarithmic axis with a line at 1: no difference.
struct ForestPlot {
  struct Row {
    var label: String
    /// `nil`: nothing to compare with, so that the line is empty.
    var ratio: Estimate?
    /// A class: `hot` for what it is about, `grey` for the rest.
    var kind = ""
    /// On the right, beside the figures.
    var note: String?
  }

  var rows: [Row]
  var axis: String
  /// What stands above the notes.
  var noteTitle: String?

  func svg(_ title: String) -> HTML {
    let known = rows.compactMap(\.ratio)
    let low = min(known.map(\.low).min() ?? 0.5, 0.8)
    let high = max(known.map(\.high).max() ?? 2, 1.25)
    let line = 24.0
    let margins = Drawing.Margins(left: 200, right: noteTitle == nil ? 128 : 262, top: 22, bottom: 42)
    var drawing = Drawing(
      width: 700, height: margins.top + margins.bottom + line * Double(max(rows.count, 1)), margins: margins,
      x: (max(low, 0.02), min(high, 500)), y: (0, Double(max(rows.count, 1))), isLogarithmicX: true)
    drawing.axisX(axis, ticks: drawing.x.ticks(6).map { ($0, Scale.label($0)) })
    drawing.upright(1, "grey dashed")
    let right = drawing.x.to + 12
    drawing.text("ratio [90 %]", x: right, y: 12, kind: "muted")
    if let noteTitle { drawing.text(noteTitle, x: drawing.width - 4, y: 12, anchor: "end", kind: "muted") }
    for (index, row) in rows.enumerated() {
      let middle = margins.top + line * (Double(index) + 0.5)
      drawing.text(row.label.shortened(to: 24), x: margins.left - 12, y: middle + 4, anchor: "end")
      if let note = row.note { drawing.text(note, x: drawing.width - 4, y: middle + 4, anchor: "end") }
      guard let ratio = row.ratio else {
        drawing.text("no comparison", x: right, y: middle + 4, kind: "muted")
        continue
      }
      let figures = Phrase.ratio(ratio.mean, low: ratio.low, high: ratio.high)
      drawing.text(figures, x: right, y: middle + 4)
      let (from, to, mean) = (drawing.x.place(ratio.low), drawing.x.place(ratio.high), drawing.x.place(ratio.mean))
      drawing.add(
        """
        <g><title>\(row.label): \(figures)</title>\
        <path class="whisker \(row.kind)" d="M\(from) \(middle)H\(to)M\(from) \(middle - 4)V\(middle + 4)\
        M\(to) \(middle - 4)V\(middle + 4)"/>\
        <rect class="fill \(row.kind)" x="\(mean - 4.5)" y="\(middle - 4.5)" width="9.0" height="9.0"/></g>
        """)
    }
    return drawing.svg(title)
  }
}

extension String {
  /// With `…` for what has no room.
  func shortened(to count: Int) -> String {
    self.count <= count ? self : prefix(count - 1) + "…"
  }
}
