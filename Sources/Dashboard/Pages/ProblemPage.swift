/// What went wrong with an address, and the way back.
package struct ProblemPage: Sendable {
  package var status: Int
  package var title: String
  package var detail: String

  package init(status: Int, title: String, detail: String) {
    self.status = status
    self.title = title
    self.detail = detail
  }

  package func page() -> WebPage {
    let words = title.prefix(1).uppercased() + title.dropFirst()
    return WebPage(
      words, in: .overview,
      "<p>\(detail)</p><p class=\"muted\">Status \(status). \(Link.overview.around("To the overview"))</p>")
  }
}
