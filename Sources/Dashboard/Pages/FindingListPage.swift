package import Vocabulary

/// All findings, live ones first.
package struct FindingListPage: Sendable {
  package var findings: [(finding: Finding, open: Int, closed: Int)]
  package var filters: [(name: String, value: String)]

  package init(findings: [(finding: Finding, open: Int, closed: Int)], filters: [(name: String, value: String)]) {
    self.findings = findings
    self.filters = filters
  }

  package func page(now: EventTime) -> WebPage {
    let table = FindingTable.table(findings, now: now)
    let states = [nil] + Finding.State.allCases.map { Optional($0.rawValue) }
    let choices = states.map { state -> HTML in
      let link = Link("findings", query: filters.filter { $0.name != "state" }).with(("state", state))
      return link.around(state ?? "all")
    }.joined(separator: " · ")
    let options = filters.flatMap { ["--" + $0.name.replacing("_", with: "-"), $0.value] }
    return WebPage(
      "Findings", in: .findings,
      """
      <p>Show \(choices)</p>
      \(Elements.section(
        "Findings", wide: true, table.html,
        Figure.after(
          table: nil, name: "findings", page: Link("findings", query: filters),
          command: Command.line(["forewarn", "finding", "list"] + options))))
      """, tables: [("findings", table)])
  }
}
