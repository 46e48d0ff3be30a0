import ControlProtocol
import Terminal
import Testing
import Vocabulary

@testable import forewarn

struct TopViewTests {
  static func status(received: Int, open: Int) -> StatusReport {
    StatusReport(
      state: .ready, reasons: [], version: "0.1.0", pid: 1, startedAt: "2026-11-26T00:00:00Z",
      messages: StatusReport.Messages(applied: received), devices: 10,
      tickets: StatusReport.Tickets(open: open, proposed: 0, live: open), findings: StatusReport.Findings(live: 1),
      broker: StatusReport.Broker(
        url: "mqtt://127.0.0.1:1883", connected: true, since: nil, dropped: nil, sessionPresent: nil, reconnects: 0,
        lastError: nil),
      lagSeconds: nil, clock: nil, clockKind: "wall", profiles: StatusReport.Profiles(count: 1, revision: "r"),
      database: StatusReport.Database(path: "/x", bytes: 4096), unknownItems: 0, sequenceGaps: 0,
      quarantine: StatusReport.Quarantine(messages: 0, bytes: 0), lastPass: nil,
      care: StatusReport.Care(mode: "propose"))
  }

  private func ticket(_ id: String, _ probability: String, _ severity: String = "major", batch: String = "W1")
    -> JSONValue
  {
    .object([
      .init("id", .string(id)), .init("severity", .string(severity)), .init("batch", .string(batch)),
      .init("opened_at", .string("2026-11-2\(id.last ?? "0")T00:00:00Z")),
      .init("probability", .object([.init("mean", .number(probability))])),
    ])
  }

  private func view(_ tickets: [JSONValue]) -> TopView {
    var view = TopView()
    view.take(
      status: Self.status(received: 1000, open: 2), tickets: tickets, findings: [],
      at: EventTime(milliseconds: 0))
    return view
  }

  private func text(_ view: TopView, height: Int = 12, width: Int = 120) -> String {
    let screen = Screen(width: width, isTerminal: true, now: EventTime(milliseconds: 0))
    return view.lines(height: height, on: screen).joined(separator: "\n")
  }

  private func order(_ view: TopView) -> [String] {
    text(view).split(separator: "\n").compactMap { line in
      line.split(separator: " ").first { $0.hasPrefix("T-") }.map(String.init)
    }
  }

  @Test func `the likeliest come first, and s sorts by severity and age`() {
    var view = view([ticket("T-1", "0.3", "critical"), ticket("T-2", "0.9"), ticket("T-3", "0.5", "minor")])
    #expect(order(view) == ["T-2", "T-3", "T-1"])
    #expect(view.press(.character("s")) == nil)
    #expect(order(view) == ["T-1", "T-2", "T-3"])
    _ = view.press(.character("s"))
    #expect(order(view) == ["T-1", "T-2", "T-3"])
  }

  @Test func `an acknowledgement needs a yes`() {
    var view = view([ticket("T-1", "0.3"), ticket("T-2", "0.9")])
    _ = view.press(.down)
    #expect(view.press(.character("a")) == nil)
    #expect(text(view).hasSuffix("acknowledge T-1? y: yes, any other key: no"))
    #expect(view.press(.character("n")) == nil)
    _ = view.press(.character("a"))
    #expect(view.press(.character("y")) == .acknowledge(ticket: "T-1"))
  }

  @Test func `a filter is by any text, and goes with escape`() {
    var view = view([ticket("T-1", "0.3", batch: "W7"), ticket("T-2", "0.9")])
    _ = view.press(.character("/"))
    for key in "w7x" { _ = view.press(.character(key)) }
    #expect(order(view).isEmpty)
    _ = view.press(.backspace)
    _ = view.press(.enter)
    #expect(order(view) == ["T-1"])
    #expect(view.press(.enter) == .show(noun: "ticket", id: "T-1"))
    _ = view.press(.character("/"))
    _ = view.press(.escape)
    #expect(order(view).count == 2)
    #expect(view.press(.character("q")) == .quit)
  }

  @Test func `rates are of what came since the last look`() {
    var view = view([])
    #expect(text(view).contains("-/s in"))
    view.take(
      status: Self.status(received: 5008, open: 2), tickets: [], findings: [], at: EventTime(milliseconds: 2000))
    #expect(text(view).contains("2,004/s in"))
    // A daemon that was started anew counts from zero: nothing is told until the next look.
    view.take(status: Self.status(received: 3, open: 2), tickets: [], findings: [], at: EventTime(milliseconds: 4000))
    #expect(text(view).contains("2,004/s in"))
  }

  @Test(arguments: [1, 2, 5, 24, 60])
  func `the screen has as many lines as the terminal, whatever is on it`(height: Int) {
    var view = view((0..<50).map { ticket("T-\($0)", "0.\($0 % 10)") })
    for key: TopView.Key in [.down, .character("?"), .character("x"), .tab, .tab, .character("/")] {
      #expect(
        text(view, height: height, width: 40).split(separator: "\n", omittingEmptySubsequences: false).count == height)
      _ = view.press(key)
    }
    var page = self.view([])
    page.take(page: (0..<100).map { "line \($0)" }.joined(separator: "\n"))
    #expect(text(page, height: height).split(separator: "\n", omittingEmptySubsequences: false).count == height)
  }

  @Test func `the chosen row stays in view`() {
    var view = view((0..<50).map { ticket("T-\($0)", String(1 - Double($0) / 100)) })
    for _ in 0..<30 { _ = view.press(.down) }
    #expect(text(view, height: 10).contains("▶ T-30"))
  }

  @Test func `keys are told from the bytes of a terminal`() {
    #expect(
      KeyDecoder.keys(in: Array("q\u{1b}[A\u{1b}OB\r\t\u{7f}ü".utf8))
        == [.character("q"), .up, .down, .enter, .tab, .backspace, .character("ü")])
    #expect(KeyDecoder.keys(in: [0x1b]) == [.escape])
    // A key that means nothing here, F5, is passed over whole.
    #expect(KeyDecoder.keys(in: Array("\u{1b}[15~j".utf8)) == [.character("j")])
  }
}
