/// A plot with what belongs to it: what it shows in words, its figures as a table, as CSV, and as a command.
struct Figure {
  var caption: HTML
  var plot: HTML
  /// Swatches with their names.
  var keys: [(swatch: HTML, name: String)] = []
  var table: DataTable
  /// The name under which the page gives the table as CSV.
  var name: String
  var page: Link
  var command: String?

  var html: HTML {
    let swatches = keys.map { key -> HTML in
      "<li><svg viewBox=\"0 0 28 18\" aria-hidden=\"true\">\(key.swatch)</svg>\(key.name)</li>"
    }.joined()
    return """
      <figure><figcaption>\(caption)</figcaption>
      <div class="scroll" tabindex="0" role="group" aria-label="Plot">\(plot)</div>
      \(keys.isEmpty ? "" : "<ul class=\"keys\">\(swatches)</ul>" as HTML)
      \(Figure.after(table: table, name: name, page: page, command: command))
      </figure>

      """
  }

  static func after(table: DataTable?, name: String, page: Link, command: String?) -> HTML {
    let download = page.with(("format", "csv"), ("table", name))
    let figures: HTML = table.map { "<details><summary>As a table</summary>\($0.html)</details>" } ?? ""
    return """
      <div class="after">\(figures)<a href="\(download.text)" download>As CSV</a>\
      \(command.map(Command.element) ?? "")</div>
      """
  }

  static let line: HTML = "<path class=\"line\" d=\"M2 9H26\"/>"
  static let hotLine: HTML = "<path class=\"line hot\" d=\"M2 9H26\"/>"
  static let greyLine: HTML = "<path class=\"line grey\" d=\"M2 9H26\"/>"
  static let dashedLine: HTML = "<path class=\"line grey dashed\" d=\"M2 9H26\"/>"
  static let area: HTML = "<rect class=\"area\" x=\"2\" y=\"2\" width=\"24\" height=\"14\"/>"
  static let dot: HTML = "<circle class=\"dot\" cx=\"14\" cy=\"9\" r=\"5\"/>"
  static let hotDot: HTML = "<circle class=\"dot hot\" cx=\"14\" cy=\"9\" r=\"5\"/>"
  static let greyDot: HTML = "<circle class=\"dot grey\" cx=\"14\" cy=\"9\" r=\"5\"/>"
}
