import Terminal
package import Vocabulary

/// Rows of figures or words, on a page as a table and for download as CSV.
package struct DataTable: Hashable, Sendable {
  package struct Column: Hashable, Sendable, ExpressibleByStringLiteral {
    package var title: String
    package var isNumber: Bool
    package init(_ title: String, isNumber: Bool = false) {
      self.title = title
      self.isNumber = isNumber
    }
    package init(stringLiteral value: String) { self.init(value) }
    package static func number(_ title: String) -> Column { Column(title, isNumber: true) }
  }

  /// `shown` is for people, `value` for programs.
  package struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
    package var shown: String
    package var value: String
    package var link: Link?
    /// A class of the style sheet that paints it as a word of state.
    package var badge: String?
    /// Drawn as a bar of this share of the room, in another colour where it is below 0.
    package var share: Double?
    /// Never broken over lines.
    package var isWhole = false

    package init(_ shown: String, value: String? = nil, link: Link? = nil, badge: String? = nil) {
      self.shown = shown
      self.value = value ?? shown
      self.link = link
      self.badge = badge
    }
    package init(stringLiteral value: String) { self.init(value) }
    package static func moment(_ time: EventTime?) -> Cell {
      guard let time else { return Cell("–", value: "") }
      var cell = Cell(Phrase.moment(time), value: time.description)
      cell.isWhole = true
      return cell
    }
    static func bar(_ share: Double) -> Cell {
      var cell = Cell("", value: "")
      cell.share = share
      return cell
    }
    package init(_ count: Int) { self.init(Phrase.count(count), value: String(count)) }
    package init(_ value: Double?, _ digits: Int) {
      self.init(value.map { Phrase.fixed($0, digits) } ?? "–", value: value.map { String($0) } ?? "")
    }
  }

  package var caption: String
  package var columns: [Column]
  package var rows: [[Cell]]
  /// Said where there are no rows.
  package var empty: String

  package init(_ caption: String, _ columns: [Column], empty: String = "Nothing to show.", rows: [[Cell]]) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
    self.empty = empty
  }

  /// Without the columns that have no name: those are drawings.
  package var csv: String {
    let named = columns.indices.filter { !columns[$0].title.isEmpty }
    return CSV.line(named.map { columns[$0].title })
      + rows.map { row in CSV.line(named.map { Self.harmless(row[$0].value) }) }.joined()
  }

  /// Spreadsheets run what begins like a formula; figures may begin with a sign.
  private static func harmless(_ value: String) -> String {
    guard let first = value.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first), Double(value) == nil else {
      return value
    }
    return "'" + value
  }

  /// So many columns are scrolled on a phone, rather than pressed together.
  private var room: HTML {
    switch columns.count {
    case ..<6: ""
    case ..<10: " class=\"many\""
    default: " class=\"most\""
    }
  }

  var html: HTML {
    guard !rows.isEmpty else { return "<p class=\"empty\">\(empty)</p>" }
    let head = columns.map { column -> HTML in
      "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "" as HTML)>\(column.title)</th>"
    }.joined()
    let body = rows.map { row -> HTML in
      let cells = zip(columns, row).enumerated().map { index, pair -> HTML in
        Self.cell(pair.1, pair.0, isFirst: index == 0)
      }
      return "<tr>\(cells.joined())</tr>\n"
    }.joined()
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table\(room)><caption>\(caption)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>\(body)</tbody></table></div>
      """
  }

  private static func cell(_ cell: Cell, _ column: Column, isFirst: Bool) -> HTML {
    var content: HTML = cell.link.map { $0.around(cell.shown) } ?? "\(cell.shown)"
    if let share = cell.share {
      content = """
        <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">\
        <rect class="fill\(share < 0 ? " cool" : "" as HTML)" width="\(min(abs(share), 1) * 100)" height="10"/></svg>
        """
    }
    if let badge = cell.badge { content = "<span class=\"badge \(badge)\">\(content)</span>" }
    let kind: HTML = column.isNumber ? " class=\"number\"" : cell.isWhole ? " class=\"whole\"" : ""
    return isFirst ? "<th scope=\"row\"\(kind)>\(content)</th>" : "<td\(kind)>\(content)</td>"
  }
}
