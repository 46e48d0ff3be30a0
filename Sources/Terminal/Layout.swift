/// Lines of a page: wrapped text, labelled values, bars.
package enum Layout {
  /// Breaks text at spaces so that no line, its indent included, is wider than `width`; only a word that is wider by
  /// itself stands out. Line breaks of the text stay.
  package static func wrapped(_ text: String, width: Int, indent: String = "") -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
      var lines: [String] = []
      var line = ""
      for word in paragraph.split(separator: " ").map({ Phrase.printable(String($0)) }) {
        if line.isEmpty {
          line = word
        } else if indent.count + line.count + 1 + word.count <= width {
          line += " " + word
        } else {
          lines.append(indent + line)
          line = word
        }
      }
      lines.append(line.isEmpty ? "" : indent + line)
      return lines
    }
  }

  /// A label in a column of its own and its value wrapped beside it.
  package static func field(_ label: String, _ value: String, width: Int, column: Int = 12) -> [String] {
    let column = max(column, label.count + 2)
    let indent = String(repeating: " ", count: column)
    var lines = wrapped(value, width: width, indent: indent)
    guard let first = lines.first else { return [label] }
    lines[0] = padded(label, to: column) + first.dropFirst(column)
    return lines
  }

  /// A share of 1 as a bar of eighths of a block: 20 characters are the whole.
  package static func bar(_ share: Double, width: Int = 20) -> String {
    let eighths = Int((min(1, max(0, share)) * Double(width * 8)).rounded())
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }

  /// Rows of name, bar and percent, the largest share first.
  package static func shares(_ shares: [(name: String, value: Double)], indent: String = "  ") -> [String] {
    let column = shares.map(\.name.count).max() ?? 0
    return shares.sorted { $0.value > $1.value }.map { share in
      let percent = Phrase.percent(share.value)
      let gap = String(repeating: " ", count: max(0, 7 - percent.count))
      return "\(indent)\(padded(share.name, to: column))  \(padded(bar(share.value), to: 20))\(gap)\(percent)"
    }
  }

  package static func padded(_ text: String, to width: Int) -> String {
    text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
  }
}
