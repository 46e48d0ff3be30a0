/// Columns for people: aligned on a terminal, separated by tabs where a program reads.
package struct Table: Sendable {
  package enum Alignment: Sendable { case left, right }

  package struct Column: Sendable {
    package var title: String
    package var alignment: Alignment
    package init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  package struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
    package var text: String
    package var tone: Screen.Tone
    /// Control characters of the text are escaped.
    package init(_ text: String, _ tone: Screen.Tone = .plain) {
      self.text = Phrase.printable(text)
      self.tone = tone
    }
    package init(stringLiteral text: String) { self.init(text) }
  }

  package var columns: [Column]
  package var rows: [[Cell]]

  package init(columns: [Column], rows: [[Cell]]) {
    self.columns = columns
    self.rows = rows
  }

  package func text(on screen: Screen, withHeaders: Bool = true) -> String {
    let header = columns.map { Cell($0.title, .faint) }
    let lines = (withHeaders ? [header] : []) + rows
    guard screen.isTerminal else {
      return lines.map { $0.map { screen.painted($0.text, $0.tone) }.joined(separator: "\t") + "\n" }.joined()
    }
    let widths = columns.indices.map { index in lines.map { $0[index].text.count }.max() ?? 0 }
    let count = screen.isWide ? columns.count : Self.fitting(widths, in: screen.width)
    return lines.map { line(of: Array($0.prefix(count)), widths: widths, screen) + "\n" }.joined()
  }

  /// How many columns a line has room for; of the last one a beginning is enough. A line that the terminal broke in two
  /// would be read by nobody; `-o wide` shows them all.
  private static func fitting(_ widths: [Int], in width: Int) -> Int {
    var used = 0
    for (index, column) in widths.enumerated() {
      if used + min(column, leastOfLast) > width { return max(1, index) }
      used += column + 2
    }
    return widths.count
  }

  /// So much of the last column is shown at least.
  private static let leastOfLast = 10

  private func line(of row: [Cell], widths: [Int], _ screen: Screen) -> String {
    var result = ""
    var used = 0
    for (index, cell) in row.enumerated() {
      var text = cell.text
      let isLast = index == row.count - 1
      // Only the last column is cut, and only on a terminal: there it would break the lines below.
      if isLast, used + text.count > screen.width {
        text = String(text.prefix(max(Self.leastOfLast - 1, screen.width - used - 1))) + "…"
      }
      let gap = String(repeating: " ", count: max(0, widths[index] - text.count))
      let painted = screen.painted(text, cell.tone)
      switch columns[index].alignment {
      case .right: result += gap + painted
      case .left: result += isLast ? painted : painted + gap
      }
      if !isLast { result += "  " }
      used += widths[index] + 2
    }
    return result
  }
}
