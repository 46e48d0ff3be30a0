import Terminal
import Testing

@Suite struct LayoutTests {
  @Test func `text breaks at spaces within the width`() {
    #expect(
      Layout.wrapped("one two three\nfour", width: 10, indent: "  ") == ["  one two", "  three", "  four"])
    #expect(Layout.wrapped("a averyverylongword b", width: 8) == ["a", "averyverylongword", "b"])
    #expect(Layout.wrapped("", width: 8) == [""])
  }

  @Test func `a value stands beside its label, also when it takes several lines`() {
    #expect(
      Layout.field("broker", "mqtt://127.0.0.1:1883 connected", width: 30, column: 8)
        == ["broker  mqtt://127.0.0.1:1883", "        connected"])
    #expect(Layout.field("a long label", "x", width: 40, column: 4) == ["a long label  x"])
  }

  @Test func `a bar is as long as its share`() {
    #expect(Layout.bar(1) == String(repeating: "█", count: 20))
    #expect(Layout.bar(0) == "")
    #expect(Layout.bar(0.5) == String(repeating: "█", count: 10))
    #expect(Layout.bar(0.03) == "▋")
    #expect(Layout.bar(7) == Layout.bar(1))
  }

  @Test func `the largest share comes first`() {
    #expect(
      Layout.shares([("unknown", 0.1), ("batch", 0.9)]) == [
        "  batch    ██████████████████     90 %", "  unknown  ██                     10 %",
      ])
  }
}
