package import ControlProtocol

/// How failure modes set in with age: a row a mode and cohort; a single cohort's age bins below it.
package enum AgeingPage {
  package static func text(_ items: [AgeingItem], withHeaders: Bool = true, on screen: Screen) -> String {
    guard !items.isEmpty else { return "" }
    let days = items[0].forecasts.map(\.days)
    let table = Table(
      columns: [
        .init("FAILURE MODE"), .init("BATCH"), .init("PATTERN"), .init("SHAPE", .right), .init("ONSETS", .right),
        .init("DEVICE-DAYS", .right),
      ] + days.map { .init("NEXT \(Phrase.days($0).uppercased())", .right) },
      rows: items.map(row))
    var text = table.text(on: screen, withHeaders: withHeaders)
    if let only = items.first, items.count == 1 {
      text += "\n" + bins(only).text(on: screen, withHeaders: withHeaders)
      let sentence = "\(only.failureMode) in \(only.batch.map { "batch \($0)" } ?? only.product): \(only.explanation)"
      text += "\n" + Layout.wrapped(sentence, width: screen.width).joined(separator: "\n") + "\n"
    }
    return text
  }

  private static func row(_ item: AgeingItem) -> [Table.Cell] {
    [
      Table.Cell(item.failureMode), Table.Cell(item.batch ?? "all"),
      Table.Cell(item.pattern.replacing("_", with: " "), item.pattern == "wear_out" ? .warning : .plain),
      Table.Cell(item.shape.map(shape) ?? "-"),
      Table.Cell(Phrase.count(item.onsets)), Table.Cell(Phrase.count(Int(item.deviceDays.rounded()))),
    ]
      + item.forecasts.map {
        Table.Cell("\(figure($0.onsets.mean)) [\(Phrase.fixed($0.onsets.low, 0))–\(Phrase.fixed($0.onsets.high, 0))]")
      }
  }

  /// At the edge of what is looked at, 0.05 to 20, there is no estimate but a bound.
  private static func shape(_ value: Estimate) -> String {
    let (isLowest, isHighest) = (value.mean < 0.0501, value.mean > 19.99)
    if isLowest, value.high < 19.99 { return "below \(figure(value.high))" }
    if isHighest, value.low > 0.0501 { return "above \(figure(value.low))" }
    return isLowest || isHighest ? "-" : estimate(value, times: 1)
  }

  private static func bins(_ item: AgeingItem) -> Table {
    Table(
      columns: [
        .init("AGE IN DAYS"), .init("DEVICE-DAYS", .right), .init("ONSETS", .right),
        .init("A 1000 DEVICE-DAYS", .right),
        .init("MEAN ONSETS BY THEN", .right),
      ],
      rows: item.bins.map { bin in
        [
          Table.Cell(age(bin)), Table.Cell(Phrase.count(Int(bin.deviceDays.rounded()))),
          Table.Cell(Phrase.count(bin.onsets)), Table.Cell(bin.hazardPerDay.map { estimate($0, times: 1000) } ?? "-"),
          Table.Cell(bin.cumulative.map { estimate($0, times: 1) } ?? "-"),
        ]
      })
  }

  private static func age(_ bin: AgeingItem.Bin) -> String {
    guard let from = bin.fromDays else { return "unknown" }
    let start = Phrase.fixed(from, from == from.rounded() ? 0 : 2)
    return bin.untilDays.map { "\(start)–\(Phrase.fixed($0, $0 == $0.rounded() ? 0 : 2))" } ?? "from \(start) on"
  }

  private static func estimate(_ value: Estimate, times factor: Double) -> String {
    "\(figure(value.mean * factor)) [\(figure(value.low * factor))–\(figure(value.high * factor))]"
  }

  /// Two digits behind the point where they say something.
  private static func figure(_ value: Double) -> String { Phrase.fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0) }
}
