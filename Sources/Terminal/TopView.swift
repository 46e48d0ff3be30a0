package import ControlProtocol
package import Vocabulary

/// The screen of `forewarn top` as a value: what is shown follows from the daemon's answers and from the keys that were
/// pressed. It knows no terminal and no socket.
package struct TopView: Sendable {
  package enum Panel: Sendable { case tickets, findings }
  package enum Order: String, Sendable, CaseIterable { case probability, severity, age }

  package enum Key: Hashable, Sendable {
    case character(Character), up, down, enter, escape, backspace, tab
  }

  /// What has to be done outside.
  package enum Effect: Hashable, Sendable {
    case quit, refresh
    /// Asks for the page of a case.
    case show(noun: String, id: String)
    case acknowledge(ticket: String)
  }

  private enum Mode: Hashable {
    case list
    case help
    case filter
    /// A page, and the line at its top.
    case page([String], Int)
    case confirm(String)
  }

  private var mode = Mode.list
  package private(set) var panel = Panel.tickets
  private var order = Order.probability
  private var filter = ""
  private var selected = 0
  private var status: StatusReport?
  private var before: (messages: StatusReport.Messages, at: EventTime)?
  private var rates: (received: Double, applied: Double)?
  private var tickets: [JSONValue] = []
  private var findings: [JSONValue] = []
  /// What the last act did, or why the daemon doesn't answer.
  private var remark = ""

  package init() {}

  // MARK: What the daemon says

  package mutating func take(status: StatusReport, tickets: [JSONValue], findings: [JSONValue], at now: EventTime) {
    if let before {
      let seconds = Double(now.milliseconds - before.at.milliseconds) / 1000
      if seconds > 0.05, status.messages.received >= before.messages.received {
        rates = (
          Double(status.messages.received - before.messages.received) / seconds,
          Double(status.messages.applied - before.messages.applied) / seconds
        )
      }
    }
    before = (status.messages, now)
    self.status = status
    self.tickets = tickets
    self.findings = findings
    if remark.hasPrefix(Self.away) { remark = "" }
    selected = min(selected, max(0, rows.count - 1))
  }

  private static let away = "no answer: "

  package mutating func takeFailure(_ words: String) { remark = Self.away + words }

  package mutating func take(page: String) {
    mode = .page(page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), 0)
  }

  package mutating func take(remark: String) { self.remark = remark }

  // MARK: Keys

  package mutating func press(_ key: Key) -> Effect? {
    switch mode {
    case .help:
      mode = .list
      return nil
    case .filter: return type(key)
    case .page(let lines, let top): return turn(key, lines, top)
    case .confirm(let ticket):
      mode = .list
      return key == .character("y") ? .acknowledge(ticket: ticket) : nil
    case .list: return choose(key)
    }
  }

  private mutating func choose(_ key: Key) -> Effect? {
    switch key {
    case .character("q"), .escape: return .quit
    case .character("?"), .character("h"): mode = .help
    case .character("/"): mode = .filter
    case .character("r"): return .refresh
    case .character("s"):
      let all = Order.allCases
      order = all[((all.firstIndex(of: order) ?? 0) + 1) % all.count]
    case .tab, .character("t"):
      panel = panel == .tickets ? .findings : .tickets
      selected = 0
    case .up, .character("k"): selected = max(0, selected - 1)
    case .down, .character("j"): selected = min(max(0, rows.count - 1), selected + 1)
    case .enter, .character("d"):
      if let id = selectedID { return .show(noun: panel == .tickets ? "ticket" : "finding", id: id) }
    case .character("a"):
      if panel == .tickets, let id = selectedID { mode = .confirm(id) }
    default: break
    }
    return nil
  }

  private mutating func type(_ key: Key) -> Effect? {
    switch key {
    case .enter: mode = .list
    case .escape:
      filter = ""
      mode = .list
    case .backspace: filter = String(filter.dropLast())
    case .character(let character): filter.append(character)
    case .up, .down, .tab: break
    }
    selected = 0
    return nil
  }

  private mutating func turn(_ key: Key, _ lines: [String], _ top: Int) -> Effect? {
    switch key {
    case .up, .character("k"): mode = .page(lines, max(0, top - 1))
    case .down, .character("j"): mode = .page(lines, min(max(0, lines.count - 1), top + 1))
    case .character("a"):
      if panel == .tickets, let id = selectedID { mode = .confirm(id) }
    default: mode = .list
    }
    return nil
  }

  private var selectedID: String? { rows.indices.contains(selected) ? rows[selected].text(at: "id") : nil }

  /// The panel's cases that the filter leaves, sorted.
  private var rows: [JSONValue] {
    let all = panel == .tickets ? tickets : findings
    let kept = filter.isEmpty ? all : all.filter { $0.description.lowercased().contains(filter.lowercased()) }
    func weight(_ item: JSONValue) -> Double {
      switch order {
      case .probability: item.number(at: panel == .tickets ? "probability.mean" : "probability") ?? 0
      case .severity: ["critical": 2, "major": 1][item.text(at: "severity") ?? ""] ?? 0
      case .age: -Double(item.text(at: "opened_at").flatMap { EventTime($0)?.milliseconds } ?? .max)
      }
    }
    return kept.map { (weight($0), $0.text(at: "id") ?? "", $0) }
      .sorted { ($1.0, $0.1) < ($0.0, $1.1) }.map(\.2)
  }

  // MARK: The screen

  /// Exactly `height` lines.
  package func lines(height: Int, on screen: Screen) -> [String] {
    var lines = head(screen)
    switch mode {
    case .help: lines += Self.help
    case .page(let page, let top): lines += page.dropFirst(top).prefix(max(0, height - lines.count - 1))
    case .list, .filter, .confirm: lines += list(max(1, height - lines.count - 2), screen)
    }
    let last = foot(screen)
    lines = Array(lines.prefix(max(0, height - 1)))
    lines += Array(repeating: "", count: max(0, height - 1 - lines.count))
    return lines + [last]
  }

  private func head(_ screen: Screen) -> [String] {
    guard let status else { return [remark.isEmpty ? "…" : screen.painted(remark, .bad)] }
    let word = screen.painted(status.state.rawValue.uppercased(), Tones.of(status.state.rawValue))
    let rate = rates.map { "\(Phrase.count(Int($0.received.rounded())))/s in" } ?? "-/s in"
    let lag = status.lagSeconds.map { "lag \(Phrase.fixed($0, 1)) s" } ?? "lag -"
    var lines = [
      "\(word)  \(rate) · \(lag) · \(Phrase.count(status.devices, "device")) ·"
        + " \(Phrase.count(status.tickets.open, "open ticket")) (\(status.tickets.proposed) proposed) ·"
        + " \(Phrase.count(status.findings.live, "live finding")) · \(Phrase.bytes(status.database.bytes))",
      "\(Phrase.count(status.messages.received)) received: \(Phrase.count(status.messages.applied)) applied,"
        + " \(Phrase.count(status.messages.duplicate)) duplicate, \(Phrase.count(status.messages.late)) late,"
        + " \(Phrase.count(status.messages.quarantined)) quarantined,"
        + " \(Phrase.count(status.messages.unconsented)) unconsented",
    ]
    if let reason = status.reasons.first { lines.append(screen.painted(Phrase.printable(reason), .warning)) }
    return lines.map { Self.cut($0, to: screen) } + [""]
  }

  private func list(_ room: Int, _ screen: Screen) -> [String] {
    let listing = panel == .tickets ? Listing.tickets : Listing.findings
    let rows = rows
    guard !rows.isEmpty else { return [listing.emptyRemark(filtered: !filter.isEmpty)] }
    // The selected row stays in view.
    let first = max(0, min(selected - room + 2, rows.count - room + 1))
    var terminal = screen
    terminal.isTerminal = true
    terminal.width -= 2  // for the mark before each row
    let shown = Array(rows.dropFirst(first).prefix(max(1, room - 1)))
    let text = listing.table(of: shown, on: terminal).text(on: terminal)
    return text.split(separator: "\n").enumerated().map { index, line in
      guard index > 0 else { return "  " + line }
      let isSelected = first + index - 1 == selected
      return isSelected ? screen.painted("▶ ", .strong) + line : "  " + line
    }
  }

  private func foot(_ screen: Screen) -> String {
    switch mode {
    case .confirm(let ticket): screen.painted("acknowledge \(ticket)? y: yes, any other key: no", .strong)
    case .filter: "filter: \(filter)▏  enter: keep, escape: leave out"
    case .help: "any key: back"
    case .page: "↑↓ scroll · a acknowledge · any other key: back"
    case .list:
      Self.cut(
        (remark.isEmpty ? "" : remark + "   ")
          + "? help · tab \(panel == .tickets ? "findings" : "tickets") · s sort (\(order.rawValue)) · / filter"
          + (filter.isEmpty ? "" : " (\(filter))") + " · enter details · a acknowledge · q quit", to: screen)
    }
  }

  private static func cut(_ line: String, to screen: Screen) -> String {
    // Colour has no width; a coloured line is short or is cut by the terminal.
    line.contains("\u{1b}") || line.count <= screen.width ? line : String(line.prefix(screen.width - 1)) + "…"
  }

  private static let help = [
    "tickets and findings, the likeliest first; figures are asked for anew every two seconds", "",
    "  ↑ ↓ j k    choose", "  enter d    details of what is chosen", "  tab t      tickets or findings",
    "  s          sort by probability, severity or age", "  /          filter by any text: a batch, a device, a state",
    "  a          acknowledge the chosen ticket, after a question", "  r          ask now", "  q escape   quit",
  ]
}
