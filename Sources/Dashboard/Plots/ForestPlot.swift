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

  /// Twice, of which the style sheet shows the one that there is room for: text that shrinks with its plot can't be read on
  /// a phone, and what one has to scroll to isn't seen.
  func svg(_ title: String) -> HTML { broad(title) + narrow(title) }

  /// Label, line and figures side by side.
  private func broad(_ title: String) -> HTML {
    let line = 24.0
    let margins = Drawing.Margins(left: 200, right: noteTitle == nil ? 128 : 262, top: 22, bottom: 42)
    var drawing = frame(width: 700, line: line, margins)
    drawing.axisX(axis, ticks: drawing.x.ticks(6).map { ($0, Scale.label($0)) })
    drawing.upright(1, "grey dashed")
    let right = drawing.x.to + 12
    drawing.text("ratio [90 %]", x: right, y: 12, kind: "muted")
    if let noteTitle { drawing.text(noteTitle, x: drawing.width - 4, y: 12, anchor: "end", kind: "muted") }
    for (index, row) in rows.enumerated() {
      let middle = margins.top + line * (Double(index) + 0.5)
      drawing.text(row.label.shortened(to: 24), x: margins.left - 12, y: middle + 4, anchor: "end")
      if let note = row.note { drawing.text(note, x: drawing.width - 4, y: middle + 4, anchor: "end") }
      drawing.text(row.figures, x: right, y: middle + 4, kind: row.ratio == nil ? "muted" : "")
      mark(row, at: middle, on: &drawing)
    }
    return drawing.svg(title, kind: " forest")
  }

  /// Label and figures above their line, the note at its end.
  private func narrow(_ title: String) -> HTML {
    let line = 42.0
    // Room at the left for half of an axis's figure.
    let margins = Drawing.Margins(
      left: 18, right: noteTitle == nil ? 18 : 104, top: noteTitle == nil ? 18 : 33, bottom: 42)
    var drawing = frame(width: 340, line: line, margins)
    drawing.axisX("", ticks: drawing.x.ticks(4).map { ($0, Scale.label($0)) })
    drawing.text(axis, x: drawing.width / 2, y: drawing.height - 9, anchor: "middle")
    drawing.upright(1, "grey dashed")
    let right = drawing.width - 4
    drawing.text("ratio [90 %]", x: right, y: 12, anchor: "end", kind: "muted")
    if let noteTitle { drawing.text(noteTitle, x: right, y: 27, anchor: "end", kind: "muted") }
    for (index, row) in rows.enumerated() {
      let top = margins.top + line * Double(index)
      drawing.text(row.label.shortened(to: 24), x: 4, y: top + 14, kind: "halo")
      drawing.text(
        row.figures, x: right, y: top + 14, anchor: "end", kind: row.ratio == nil ? "halo muted" : "halo")
      mark(row, at: top + 28, on: &drawing)
      if let note = row.note { drawing.text(note, x: right, y: top + 32, anchor: "end", kind: "halo muted") }
    }
    return drawing.svg(title, kind: " forest narrow")
  }

  private func frame(width: Double, line: Double, _ margins: Drawing.Margins) -> Drawing {
    let known = rows.compactMap(\.ratio)
    let low = min(known.map(\.low).min() ?? 0.5, 0.8)
    let high = max(known.map(\.high).max() ?? 2, 1.25)
    let lines = Double(max(rows.count, 1))
    return Drawing(
      width: width, height: margins.top + margins.bottom + line * lines, margins: margins,
      x: (max(low, 0.02), min(high, 500)), y: (0, lines), isLogarithmicX: true)
  }

  private func mark(_ row: Row, at middle: Double, on drawing: inout Drawing) {
    guard let ratio = row.ratio else { return }
    let (from, to, mean) = (drawing.x.place(ratio.low), drawing.x.place(ratio.high), drawing.x.place(ratio.mean))
    drawing.add(
      """
      <g><title>\(row.label): \(row.figures)</title>\
      <path class="whisker \(row.kind)" d="M\(from) \(middle)H\(to)M\(from) \(middle - 4)V\(middle + 4)\
      M\(to) \(middle - 4)V\(middle + 4)"/>\
      <rect class="fill \(row.kind)" x="\(mean - 4.5)" y="\(middle - 4.5)" width="9.0" height="9.0"/></g>
      """)
  }
}

extension ForestPlot.Row {
  fileprivate var figures: String {
    ratio.map { Phrase.ratio($0.mean, low: $0.low, high: $0.high) } ?? "no comparison"
  }
}

extension String {
  /// With `…` for what has no room.
  func shortened(to count: Int) -> String {
    self.count <= count ? self : prefix(count - 1) + "…"
  }
}
