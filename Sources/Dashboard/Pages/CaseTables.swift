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
  static func table(_ tickets: [Ticket], _ caption: String, now: EventTime) -> DataTable {
    DataTable(
      caption,
      [
        "Ticket", "State", "Severity", "Kind", "Device", "Product", "Failure mode", "Batch", "Firmware", "Region",
        .number("Probability"), "Owner", "Due", .number("Age"),
      ], empty: "No such ticket.",
      rows: tickets.map { ticket in
        let isOverdue = ticket.dueAt.map { $0 <= now } ?? false && [.open, .proposed].contains(ticket.state)
        return [
          .init(ticket.id, link: .ticket(ticket.id)),
          .init(
            Elements.shown(ticket.state.rawValue), value: ticket.state.rawValue,
            badge: Elements.badgeClass(ticket.state.rawValue)),
          .init(ticket.severity.rawValue, badge: Elements.badgeClass(ticket.severity.rawValue)),
          .init(ticket.kind.rawValue), .init(ticket.device, link: .device(ticket.device)),
          .init(ticket.product.text), .init(ticket.failureMode.text), .init(ticket.batch.text),
          .init(ticket.firmware.text), .init(ticket.region.text),
          .init(
            Phrase.percent(ticket.probability.mean, low: ticket.probability.low, high: ticket.probability.high),
            value: "\(ticket.probability.mean)"), .init(ticket.owner ?? "–", value: ticket.owner ?? ""),
          .init(
            ticket.dueAt.map { Phrase.moment($0) } ?? "–", value: ticket.dueAt?.description ?? "",
            badge: isOverdue ? "bad" : nil),
          .age(ticket.openedAt, now: now),
        ]
      })
  }
}

/// A history, the oldest first.
enum HistoryTable {
  static func table(_ history: [Ticket.Change]) -> DataTable {
    DataTable(
      "History", ["When", "Who", "What", "From", "To", "Reason"], empty: "Nothing has changed yet.",
      rows: history.map { change in
        [
          .init(Phrase.moment(change.at), value: change.at.description), .init(change.actor),
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
