import Terminal
import Testing

@Suite struct TableTests {
  private let table = Table(
    columns: [.init("ID"), .init("COUNT", .right), .init("DETAIL")],
    rows: [["T-1", "5", "short"], ["T-1000", "12345", Table.Cell("a\tb\nc", .bad)]])

  @Test func `a terminal gets aligned columns`() {
    let expected = """
      ID      COUNT  DETAIL
      T-1         5  short
      T-1000  12345  a\\u{9}b\\u{a}c

      """
    #expect(table.text(on: Samples.terminal) == expected)
  }

  @Test func `a pipe gets tabs and no padding`() {
    #expect(
      table.text(on: Samples.page) == "ID\tCOUNT\tDETAIL\nT-1\t5\tshort\nT-1000\t12345\ta\\u{9}b\\u{a}c\n")
    #expect(table.text(on: Samples.page, withHeaders: false).hasPrefix("T-1\t5"))
  }

  @Test func `only the last column is cut at the terminal's edge`() {
    let long = String(repeating: "x", count: 100)
    let wide = Table(columns: [.init("A"), .init("B")], rows: [["1", Table.Cell(long)]])
    let lines = wide.text(on: Screen(width: 40, isTerminal: true, now: Samples.now)).split(separator: "\n")
    #expect(lines.last == Substring("1  " + String(repeating: "x", count: 36) + "…"))
    #expect(wide.text(on: Samples.page).contains(long))
  }

  @Test func `columns that a terminal has no room for are left out, and wide shows them all`() {
    let column = String(repeating: "x", count: 12)
    let table = Table(
      columns: ["A", "B", "C", "D"].map { .init($0) }, rows: [(0..<4).map { _ in Table.Cell(column) }])
    var screen = Screen(width: 40, isTerminal: true, now: Samples.now)
    let lines = table.text(on: screen).split(separator: "\n")
    #expect(lines.map(\.count) == [29, 40] && !lines[0].contains("D"))
    screen.isWide = true
    #expect(table.text(on: screen).contains("D"))
    #expect(table.text(on: Samples.page).split(separator: "\n")[1].split(separator: "\t").count == 4)
  }

  @Test func `colour is only on a coloured terminal and leaves the alignment`() {
    let coloured = Screen(isTerminal: true, isColoured: true, now: Samples.now)
    let text = Table(columns: [.init("STATE"), .init("N")], rows: [[Table.Cell("ok", .good), "1"]]).text(on: coloured)
    #expect(text.contains("\u{1b}[32mok\u{1b}[0m     1\n"))
    #expect(!table.text(on: Samples.terminal).contains("\u{1b}"))
  }
}
