import Testing

@testable import Dashboard

struct HTMLTests {
  @Test func `text of others never becomes markup`() {
    let name = "<script>alert(\"1\")</script>&'"
    let cell: HTML = "<td>\(name)</td>"
    #expect(cell.text == "<td>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</td>")
  }

  @Test func `a quote that a combining mark follows doesn't close an attribute`() {
    let name = "\"\u{301} onmouseover=x"
    let link: HTML = "<a title=\"\(name)\">"
    #expect(link.text == "<a title=\"&quot;\u{301} onmouseover=x\">")
  }

  @Test func `an address keeps what would change its meaning`() {
    let link = Link("tickets", query: [("batch", "A&B=1/2 \"<"), ("page", "2")])
    #expect(link.text == "/tickets?batch=A%26B%3D1%2F2%20%22%3C&page=2")
    #expect(link.with(("page", nil)).text == "/tickets?batch=A%26B%3D1%2F2%20%22%3C")
  }

  @Test func `a spreadsheet runs nothing of a downloaded table`() {
    let table = DataTable("t", [.init("batch"), .number("z")], rows: [["=1+1", .init(-2.5, 1)]])
    #expect(table.csv == "batch,z\r\n'=1+1,-2.5\r\n")
  }
}
