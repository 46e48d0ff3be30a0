import ControlProtocol
import Glibc
import Terminal
import Vocabulary

/// Batch by firmware: red fails more often than others of its days and places, green less; fainter with less exposure, hatched
/// with too little to say anything.
struct HeatMap {
  var cells: [CohortCell]

  /// As much as a screen holds; those with the least exposure are left to the table.
  static let mostBatches = 40
  static let mostFirmwares = 14
  /// Text must stay readable on it: a test computes the contrast.
  static let strongest = 0.5
  /// A ratio of five, or a fifth, has the full colour.
  static let fullRatio = 5.0

  private static func busiest(_ cells: [CohortCell], _ name: (CohortCell) -> String, _ most: Int) -> [String] {
    let days = Dictionary(cells.map { (name($0), $0.deviceDays) }, uniquingKeysWith: +)
    return days.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(most).map(\.key)
  }

  var batches: [String] { Self.busiest(cells, \.batch, Self.mostBatches).sorted() }
  /// The latest last: 3.9 comes before 3.10.
  var firmwares: [String] {
    Self.busiest(cells, \.firmware, Self.mostFirmwares).sorted {
      let (left, right) = (FirmwareVersion($0), FirmwareVersion($1))
      return left == right ? $0 < $1 : left < right
    }
  }

  /// How a cell is painted; `nil`: hatched.
  static func paint(_ cell: CohortCell) -> (kind: String, opacity: Double)? {
    guard !cell.isThin else { return nil }
    guard let ratio = cell.ratio?.mean, ratio > 0 else { return ("grey", 0) }
    let strength = min(abs(log(ratio)) / log(fullRatio), 1)
    return (ratio >= 1 ? "hot" : "cool", strongest * strength * (0.35 + 0.65 * cell.exposure))
  }

  func svg(_ title: String) -> HTML {
    let (batches, firmwares) = (batches, firmwares)
    let longest = batches.map(\.count).max() ?? 0
    let (left, top, line) = (Double(min(longest, 24)) * 7 + 18, 30.0, 24.0)
    let width = min(118.0, max(64, (940 - left) / Double(max(firmwares.count, 1))))
    let all = (width: left + width * Double(firmwares.count) + 8, height: top + line * Double(batches.count) + 8)
    var marks: HTML = ""
    for (column, firmware) in firmwares.enumerated() {
      marks += """
        <text class="muted" x="\(left + width * (Double(column) + 0.5))" y="18" text-anchor="middle">\
        \(firmware.shortened(to: Int(width / 7)))</text>
        """
    }
    for (row, batch) in batches.enumerated() {
      marks += """
        <text class="muted" x="\(left - 8)" y="\(top + line * (Double(row) + 0.5) + 4)" text-anchor="end">\
        \(batch.shortened(to: 24))</text>
        """
    }
    let rows = Dictionary(zip(batches, 0...), uniquingKeysWith: { first, _ in first })
    let columns = Dictionary(zip(firmwares, 0...), uniquingKeysWith: { first, _ in first })
    for cell in cells {
      guard let row = rows[cell.batch], let column = columns[cell.firmware] else { continue }
      marks += Self.mark(cell, x: left + width * Double(column), y: top + line * Double(row), width, line)
    }
    return """
      <svg class="plot natural" viewBox="0 0 \(all.width) \(all.height)" width="\(all.width)" height="\(all.height)" \
      role="img" aria-label="\(title)"><title>\(title)</title>\(Self.hatching)
      \(marks)
      </svg>
      """
  }

  static let hatching: HTML = """
    <defs><pattern id="hatching" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
    <path class="hatching" d="M0 0V7"/></pattern></defs>
    """

  private static func mark(_ cell: CohortCell, x: Double, y: Double, _ width: Double, _ height: Double) -> HTML {
    let box: HTML = "x=\"\(x + 1)\" y=\"\(y + 1)\" width=\"\(width - 2)\" height=\"\(height - 2)\""
    let paint = paint(cell)
    let ground: HTML =
      if let paint {
        "<rect class=\"fill \(paint.kind)\" \(box) fill-opacity=\"\(Phrase.fixed(paint.opacity, 3))\"/>"
      } else { "<rect fill=\"url(#hatching)\" \(box)/>" }
    let figure: HTML =
      if paint != nil, let ratio = cell.ratio {
        """
        <text x="\(x + width / 2)" y="\(y + height / 2 + 4)" text-anchor="middle">\(Phrase.fixed(ratio.mean, 2))</text>
        """
      } else { "" }
    return """
      <g><title>\(words(cell))</title>\(ground)<rect class="cell" fill="none" \(box)/>\(figure)</g>

      """
  }

  private static func words(_ cell: CohortCell) -> String {
    let ratio = cell.ratio.map { Phrase.ratio($0.mean, low: $0.low, high: $0.high) } ?? "no effect needed"
    return "\(cell.batch) × \(cell.firmware): \(ratio), \(Phrase.count(cell.failures, "failure")),"
      + " \(Phrase.fixed(cell.expected, 1)) expected, \(Phrase.count(Int(cell.deviceDays.rounded()))) device-days"
      + (cell.isThin ? ", too little to say anything" : "")
  }
}
