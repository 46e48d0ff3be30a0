import Terminal
package import Vocabulary

/// Tickets by the API's own filters, a page at a time.
package struct TicketListPage: Sendable {
  /// What the address asks for, as it was said.
  package var filters: [(name: String, value: String)]
  package var tickets: [Ticket]
  /// From 1.
  package var page: Int
  /// There are more behind the last.
  package var hasMore: Bool

  package init(filters: [(name: String, value: String)], tickets: [Ticket], page: Int, hasMore: Bool) {
    self.filters = filters
    self.tickets = tickets
    self.page = page
    self.hasMore = hasMore
  }

  /// - Parameter now: against which ages and deadlines are judged.
  package func page(now: EventTime) -> WebPage {
    let here = Link("tickets", query: filters)
    let table = TicketTable.table(tickets, "Tickets, those to act on first", now: now, isFull: true)
    let content: HTML = """
      \(form)
      \(Elements.section("Tickets", wide: true, table.html, pages(here),
        Figure.after(
          table: nil, name: "tickets", page: here.with(("page", page > 1 ? "\(page)" : nil)), command: command)))
      """
    return WebPage("Tickets", in: .tickets, content, tables: [("tickets", table)])
  }

  private func value(_ name: String) -> String { filters.last { $0.name == name }?.value ?? "" }

  private var form: HTML {
    let words: [(name: String, words: [String])] = [
      ("state", Ticket.State.allCases.map(\.rawValue)), ("severity", ["critical", "major", "minor"]),
      ("kind", Ticket.Kind.allCases.map(\.rawValue)),
    ]
    let chosen = words.map { field -> HTML in
      // Links may name several: such a choice is kept, as one more of its words.
      let current = value(field.name)
      let choices = field.words + (current.isEmpty || field.words.contains(current) ? [] : [current])
      let options = choices.map { word -> HTML in
        "<option value=\"\(word)\"\(word == current ? " selected" : "" as HTML)>\(Elements.shown(word))</option>"
      }.joined()
      return """
        <label>\(field.name)<select name="\(field.name)"><option value="">any</option>\(options)</select></label>
        """
    }.joined()
    let typed = ["product", "failure_mode", "batch", "firmware", "region", "device", "owner"].map { name -> HTML in
      """
      <label>\(Elements.shown(name))<input name="\(name)" value="\(value(name))" autocomplete="off" spellcheck="false"></label>
      """
    }.joined()
    let kept = filters.filter { ["finding", "queue", "customer", "overdue"].contains($0.name) }.map { filter -> HTML in
      "<input type=\"hidden\" name=\"\(filter.name)\" value=\"\(filter.value)\">"
    }.joined()
    let rest = filters.filter { ["finding", "queue", "customer", "overdue"].contains($0.name) }
    let about: HTML =
      rest.isEmpty
      ? "" : "<p>Only those with \(rest.map { "\(Elements.shown($0.name)) \($0.value)" }.joined(separator: ", ")).</p>"
    return """
      <form action="/tickets" method="get">\(chosen)\(typed)\(kept)<button>Show</button> \(Link("tickets").around("all"))
      \(Link("tickets", query: [("overdue", "true")]).around("overdue"))</form>
      \(about)
      """
  }

  private func pages(_ here: Link) -> HTML {
    guard page > 1 || hasMore else { return "" }
    let previous: HTML =
      page > 1 ? here.with(("page", page > 2 ? "\(page - 1)" : nil)).around("← previous") : ""
    let next: HTML = hasMore ? here.with(("page", "\(page + 1)")).around("next →") : ""
    return "<nav class=\"pages\" aria-label=\"Further tickets\">\(previous)<span>Page \(page)</span>\(next)</nav>"
  }

  private var command: String {
    var words = ["forewarn", "ticket", "list"]
    for (name, value) in filters {
      let option = "--" + name.replacing("_", with: "-")
      if name == "overdue" {
        if value == "true" { words.append(option) }
      } else {
        // Several words of one field are one option each.
        let choices =
          ["state", "severity", "kind"].contains(name) ? value.split(separator: ",").map(String.init) : [value]
        for choice in choices { words += [option, choice] }
      }
    }
    return Command.line(words)
  }
}
