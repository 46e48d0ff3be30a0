import Terminal
import Vocabulary

/// Findings as a list of links.
enum FindingTable {
  static func table(_ items: [(finding: Finding, open: Int, closed: Int)], now: EventTime) -> DataTable {
    DataTable(
      "Findings, confirmed ones first",
      [
        "Finding", "State", "Product", "Failure mode", "Cause", "Cohort", .number("Rate ratio"), .number("Real"),
        .number("Failures"), .number("Open tickets"), .number("Age"),
      ], empty: "No finding: nothing fails more than it should.",
      rows: items.map { finding, open, _ in
        let ratio = finding.rateRatio
        return [
          .init(finding.id, link: .finding(finding.id)),
          .init(finding.state.rawValue, badge: Elements.badgeClass(finding.state.rawValue)),
          .init(finding.product.text),
          .init(
            finding.failureMode.text, link: .mode(finding.product.text, finding.failureMode.text)),
          .init(Elements.shown(finding.cohort.cause.rawValue), value: finding.cohort.cause.rawValue),
          .init(describe(finding.cohort)),
          .init(Phrase.ratio(ratio.mean, low: ratio.low, high: ratio.high), value: "\(ratio.mean)"),
          .init(Phrase.percent(finding.probability), value: "\(finding.probability)"), .init(finding.failures),
          .init(open), .age(finding.openedAt, now: now),
        ]
      })
  }

  static func describe(_ cohort: Cohort) -> String {
    let parts = [
      cohort.batch.map { "batch \($0)" }, cohort.firmware.map { "firmware \($0)" },
      cohort.region.map { "region \($0)" },
    ].compactMap { $0 }
    return parts.isEmpty ? "the whole product" : parts.joined(separator: " × ")
  }
}

/// Tickets as a list of links.
enum TicketTable {
  private struct Field: Sendable {
    var column: DataTable.Column
    /// Left out where there is little room.
    var isDetail = false
    var cell: @Sendable (Ticket, EventTime) -> DataTable.Cell
  }

  private static let fields: [Field] = [
    Field(column: "Ticket") { ticket, _ in .init(ticket.id, link: .ticket(ticket.id)) },
    Field(column: "State") { ticket, _ in
      .init(
        Elements.shown(ticket.state.rawValue), value: ticket.state.rawValue,
        badge: Elements.badgeClass(ticket.state.rawValue))
    },
    Field(column: "Severity") { ticket, _ in
      .init(ticket.severity.rawValue, badge: Elements.badgeClass(ticket.severity.rawValue))
    },
    Field(column: "Kind") { ticket, _ in .init(ticket.kind.rawValue) },
    Field(column: "Device") { ticket, _ in .init(ticket.device, link: .device(ticket.device)) },
    Field(column: "Product", isDetail: true) { ticket, _ in .init(ticket.product.text) },
    Field(column: "Failure mode") { ticket, _ in .init(ticket.failureMode.text) },
    Field(column: "Batch", isDetail: true) { ticket, _ in .init(ticket.batch.text) },
    Field(column: "Firmware", isDetail: true) { ticket, _ in .init(ticket.firmware.text) },
    Field(column: "Region", isDetail: true) { ticket, _ in .init(ticket.region.text) },
    Field(column: .number("Probability")) { ticket, _ in
      .init(
        Phrase.percent(ticket.probability.mean, low: ticket.probability.low, high: ticket.probability.high),
        value: "\(ticket.probability.mean)")
    },
    Field(column: "Owner") { ticket, _ in .init(ticket.owner ?? "–", value: ticket.owner ?? "") },
    Field(column: "Answer due") { ticket, now in due(ticket, now) },
    Field(column: .number("Age")) { ticket, now in .age(ticket.openedAt, now: now) },
  ]

  static func table(_ tickets: [Ticket], _ caption: String, now: EventTime, isFull: Bool = false) -> DataTable {
    let fields = fields.filter { isFull || !$0.isDetail }
    return DataTable(
      caption, fields.map(\.column), empty: "No such ticket.",
      rows: tickets.map { ticket in fields.map { $0.cell(ticket, now) } })
  }

  private static func due(_ ticket: Ticket, _ now: EventTime) -> DataTable.Cell {
    guard let due = ticket.dueAt, [.open, .proposed].contains(ticket.state) else {
      return .init("–", value: ticket.dueAt?.description ?? "")
    }
    let seconds = Double(due.milliseconds - now.milliseconds) / 1000
    return seconds > 0
      ? .init("in \(Phrase.briefly(seconds: seconds))", value: due.description)
      : .init("overdue \(Phrase.briefly(seconds: -seconds))", value: due.description, badge: "bad")
  }
}

/// A history, the oldest first.
enum HistoryTable {
  static func table(_ history: [Ticket.Change]) -> DataTable {
    DataTable(
      "History", ["When", "Who", "What", "From", "To", "Reason"], empty: "Nothing has changed yet.",
      rows: history.map { change in
        [
          .moment(change.at), .init(change.actor),
          .init(Elements.shown(change.change), value: change.change), .init(change.from ?? ""), .init(change.to ?? ""),
          .init(change.reason ?? ""),
        ]
      })
  }
}

extension DataTable.Cell {
  static func age(_ since: EventTime, now: EventTime) -> DataTable.Cell {
    .init(
      Phrase.briefly(seconds: max(0, Double(now.milliseconds - since.milliseconds) / 1000)), value: since.description)
  }
}
