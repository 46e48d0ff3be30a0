import Terminal
import Testing

@Suite struct PhraseTests {
  @Test(arguments: [
    (0.0, "0 %"), (0.00001, "<0.1 %"), (0.0042, "0.4 %"), (0.012, "1 %"), (0.873, "87 %"), (0.994, "99 %"),
    (0.996, "99.6 %"), (0.99999, ">99.9 %"), (1, "100 %"),
  ])
  func `a probability is told in percent, finer where a whole percent would hide it`(value: Double, text: String) {
    #expect(Phrase.percent(value) == text)
  }

  @Test func `an interval follows its mean`() {
    #expect(Phrase.percent(0.87, low: 0.81, high: 0.92) == "87 % [81–92 %]")
    #expect(Phrase.ratio(4.76, low: 3.1, high: 7.2) == "4.8 × [3.1–7.2]")
  }

  @Test func `control characters and marks that turn text around can't reach the terminal`() {
    #expect(
      Phrase.printable("a\u{1b}[2Jb\r\n\u{202e}c\u{9b}d\tü")
        == "a\\u{1b}[2Jb\\u{d}\\u{a}\\u{202e}c\\u{9b}d\\u{9}ü")
  }

  @Test func `numbers are grouped and have their noun`() {
    #expect(Phrase.count(1_234_567) == "1,234,567")
    #expect(Phrase.count(-1000) == "-1,000")
    #expect(Phrase.count(999) == "999")
    #expect(Phrase.count(1, "ticket") == "1 ticket")
    #expect(Phrase.count(0, "ticket") == "0 tickets")
  }

  @Test func `decimal figures are rounded and keep their zeros`() {
    #expect(Phrase.fixed(41.2, 2) == "41.20")
    #expect(Phrase.fixed(0.005, 2) == "0.01")
    #expect(Phrase.fixed(-0.001, 2) == "0.00")
    #expect(Phrase.fixed(-1.5, 1) == "-1.5")
    #expect(Phrase.fixed(1e300, 2) == "1e+300")
  }

  @Test func `bytes are told in the unit that suits them`() {
    #expect(Phrase.bytes(999) == "999 B")
    #expect(Phrase.bytes(4_200_000) == "4.2 MB")
    #expect(Phrase.bytes(412_000_000) == "412 MB")
  }

  @Test func `ages are short`() {
    let screen = Samples.page
    #expect(screen.age(of: "2025-11-23T06:59:48Z") == "12s")
    #expect(screen.age(of: "2025-11-23T06:56:55Z") == "3m")
    #expect(screen.age(of: "2025-11-22T02:00:00Z") == "29h")
    #expect(screen.age(of: "2025-11-20T06:00:00Z") == "3d")
    #expect(screen.age(of: "2025-11-30T07:00:00Z") == "in 7d")
    #expect(screen.age(of: "never\u{7}") == "never\\u{7}")
  }

  @Test(arguments: [
    ("90", 90.0), ("30s", 30), ("5m", 300), ("2h", 7200), ("7d", 604_800), ("0.5", 0.5), ("1.5h", 5400),
  ])
  func `lengths of time are read with their unit`(text: String, seconds: Double) {
    #expect(Phrase.seconds(text) == seconds)
  }

  @Test(arguments: ["", "s", "-1", "1e5", "5 m", "1w", "nan", "inf", "٣"])
  func `what is no length of time isn't taken for one`(text: String) {
    #expect(Phrase.seconds(text) == nil)
  }
}
