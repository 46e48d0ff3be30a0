package import ControlProtocol

/// Care against none, a row a failure mode, and what it means in all.
package enum ImpactPage {
  package static func text(_ report: ImpactReport, withHeaders: Bool, on screen: Screen) -> String {
    let columns: [Table.Column] = [
      .init("PRODUCT", .left), .init("FAILURE MODE", .left), .init("CARE", .right), .init("CONTACTS", .right),
      .init("FAILURES", .right), .init("HELD OUT", .right), .init("CONTACTS", .right), .init("FAILURES", .right),
      .init("CONTACTS AVOIDED", .right), .init("FAILURES AVOIDED", .right),
    ]
    let rows = (report.items + (report.items.count > 1 ? [report.total] : [])).map(row)
    let table = Table(columns: columns, rows: rows).text(on: screen, withHeaders: withHeaders)
    let words = Layout.wrapped(report.total.explanation, width: screen.width, indent: "").joined(separator: "\n")
    return (rows.isEmpty ? "" : table + "\n") + words + "\n"
  }

  private static func row(_ item: ImpactReport.Item) -> [Table.Cell] {
    [
      Table.Cell(item.product.map(Phrase.printable) ?? "all"), Table.Cell(item.failureMode.map(Phrase.printable) ?? ""),
      Table.Cell(Phrase.count(item.care.devices)), Table.Cell(Phrase.count(item.care.contacts)),
      Table.Cell(Phrase.count(item.care.failures)), Table.Cell(Phrase.count(item.holdout.devices)),
      Table.Cell(Phrase.count(item.holdout.contacts)), Table.Cell(Phrase.count(item.holdout.failures)),
      Table.Cell(avoided(item.contactsAvoided)), Table.Cell(avoided(item.failuresAvoided)),
    ]
  }

  private static func avoided(_ avoided: ImpactReport.Avoided?) -> String {
    guard let avoided else { return "not known yet" }
    let figures =
      "\(Phrase.fixed(avoided.mean, 1)) (\(Phrase.fixed(avoided.low, 1)) to \(Phrase.fixed(avoided.high, 1)))"
    return avoided.known ? figures : "not known yet: \(figures)"
  }
}
