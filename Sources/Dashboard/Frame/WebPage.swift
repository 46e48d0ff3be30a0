import Terminal
package import Vocabulary

/// A page of the dashboard: what it shows, and the tables behind it, each of which can be had as CSV.
package struct WebPage: Sendable {
  package enum Section: String, Sendable, CaseIterable {
    case overview, findings, tickets, model, devices, health

    var link: Link { self == .overview ? .overview : Link(rawValue) }
    var shown: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
  }

  package var title: String
  package var section: Section
  package var content: HTML
  /// By the name that `?format=csv&table=` gives; the first is what `?format=csv` alone gives.
  package var tables: [(name: String, table: DataTable)]

  package init(
    _ title: String, in section: Section, _ content: HTML, tables: [(name: String, table: DataTable)] = []
  ) {
    self.title = title
    self.section = section
    self.content = content
    self.tables = tables
  }

  /// `nil`: the page has no table of that name.
  package func csv(_ name: String?) -> String? {
    guard let name else { return tables.first?.table.csv }
    return tables.first { $0.name == name }?.table.csv
  }

  /// - Parameter state: the daemon's, which each page shows.
  /// - Parameter now: when the page was made.
  package func document(state: String, now: EventTime) -> String {
    let navigation = Section.allCases.map { item -> HTML in
      let mark: HTML = item == section ? " aria-current=\"page\"" : ""
      return "<li><a href=\"\(item.link.text)\"\(mark)>\(item.shown)</a></li>"
    }.joined()
    let document: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(title) · Forewarn</title>
      <link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
      <link rel="stylesheet" href="/assets/style.css">
      <noscript><meta http-equiv="refresh" content="60"></noscript>
      <script src="/assets/refresh.js" defer></script>
      </head>
      <body>
      <a class="skip" href="#content">Skip to the content</a>
      <header><nav aria-label="Pages"><a class="brand" href="/">Forewarn</a><ul>\(navigation)</ul></nav>
      <p id="now">\(Elements.badge(state)) <span>as of <time datetime="\(now.description)">\(Phrase.moment(now))</time></span></p></header>
      <main id="content" tabindex="-1">
      <h1>\(title)</h1>
      \(content)
      </main>
      <footer><p>Reads only. What changes something is done with <code>forewarn</code>. Times are UTC;
      intervals hold 90 % unless they say otherwise.</p></footer>
      </body>
      </html>

      """
    return document.text
  }
}
