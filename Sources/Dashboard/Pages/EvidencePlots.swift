import ControlProtocol
import Terminal
import Vocabulary

/// Where, against which other explanations, and since when: the plots of a finding.
struct EvidencePlots {
  var finding: Finding
  var evidence: FindingEvidence
  var page: Link
  var command: String

  /// Regions that have no room beyond are left to the table, those with the least device-days first.
  static let regionsShown = 24

  private var cohort: String { FindingTable.describe(finding.cohort) }
  private var found: Estimate {
    Estimate(mean: finding.rateRatio.mean, low: finding.rateRatio.low, high: finding.rateRatio.high)
  }

  var regions: Figure {
    let shown = evidence.regions.sorted { $0.deviceDays > $1.deviceDays }.prefix(Self.regionsShown)
    let rows =
      [ForestPlot.Row(label: "all together, fitted", ratio: found, kind: "hot")]
      + shown.map { region in
        .init(
          label: region.region, ratio: region.ratio,
          note: "\(Phrase.count(region.onsets)) in \(Scale.label(region.deviceDays))")
      }
    let plot = ForestPlot(rows: rows, axis: "rate ratio (logarithmic)", noteTitle: "in device-days")
    let table = DataTable(
      "Evidence by region",
      [
        "Region", .number("Device-days"), .number("Failures"), .number("Device-days of others"),
        .number("Failures of others"), .number("Ratio"), .number("Low"), .number("High"),
      ], empty: "No region has evidence since the onset.",
      rows: evidence.regions.map { region in
        [
          .init(region.region), .init(region.deviceDays, 0), .init(region.onsets), .init(region.otherDeviceDays, 0),
          .init(region.otherOnsets), .init(region.ratio?.mean, 2), .init(region.ratio?.low, 2),
          .init(region.ratio?.high, 2),
        ]
      })
    return Figure(
      caption: """
        How much more often \(cohort) fails than other devices of the same region, carrier and day, \
        \(finding.onset.map { "since \(Phrase.moment($0))" } ?? "over all that is kept"), by Mantel and Haenszel; all \
        together as the finding's own model has it. 1 is no difference.
        """, plot: plot.svg("Rate ratio of \(cohort) by region, with 90 % intervals"), table: table, name: "regions",
      page: page, command: command)
  }

  var effects: Figure {
    let rows = zip(finding.candidates, evidence.effects).map { candidate, effect in
      ForestPlot.Row(
        label: label(candidate.cohort), ratio: effect, kind: candidate.cohort == finding.cohort ? "hot" : "grey",
        note: Phrase.percent(candidate.probability))
    }
    let plot = ForestPlot(rows: rows, axis: "rate ratio by the last fit (logarithmic)", noteTitle: "probability")
    let table = DataTable(
      "Candidates",
      [
        "Cause", "Cohort", .number("Probability"), .number("Ratio"), .number("Low"), .number("High"),
      ], empty: "Nothing else competes.",
      rows: zip(finding.candidates, evidence.effects).map { candidate, effect in
        [
          .init(Elements.shown(candidate.cohort.cause.rawValue), value: candidate.cohort.cause.rawValue),
          .init(FindingTable.describe(candidate.cohort)),
          .init(Phrase.percent(candidate.probability), value: "\(candidate.probability)"), .init(effect?.mean, 2),
          .init(effect?.low, 2), .init(effect?.high, 2),
        ]
      })
    return Figure(
      caption: """
        The effect of each cohort that could be the cause, all fitted together, and how likely it is the cause. What \
        isn't needed to explain the failures stays near 1.
        """, plot: plot.svg("Effects of the candidates with 90 % intervals"), table: table, name: "candidates",
      page: page, command: Command.line("forewarn", "explain", "finding", finding.id))
  }

  private func label(_ cohort: Cohort) -> String {
    let words = [cohort.batch, cohort.firmware, cohort.region].compactMap { $0?.text }.joined(separator: " × ")
    return cohort.cause.rawValue.hasSuffix("environment") ? words + ", humid" : words
  }

  var days: Figure {
    let day = 86_400.0
    let points = evidence.days.map { (start: Double($0.start.milliseconds) / 1000, day: $0) }
    let first = points.first?.start ?? 0
    let last = (points.last?.start ?? first) + day
    let most = points.map { max(Double($0.day.onsets), $0.day.expected) }.max() ?? 1
    var drawing = Drawing(width: 960, height: 270, x: (first, last), y: (0, max(most * 1.15, 1)))
    drawing.axisOfDays("day (UTC)")
    drawing.axisY("failures a day", ticks: drawing.y.ticks(5).map { ($0, Scale.label($0)) })
    let since = finding.onset.map { Double($0.milliseconds) / 1000 }
    for point in points where point.day.onsets > 0 {
      drawing.bar(
        from: point.start, to: point.start + day, height: Double(point.day.onsets),
        since.map { point.start + day > $0 } ?? true ? "hot" : "",
        says: "\(point.day.start.date): \(Phrase.count(point.day.onsets, "failure")), expected"
          + " \(Phrase.fixed(point.day.expected, 1))")
    }
    drawing.line(points.map { ($0.start + day / 2, $0.day.expected) }, "grey")
    if let since, since >= first, since <= last { drawing.upright(since, "hot dashed", label: "onset") }
    if let detected = finding.detectedAt.map({ Double($0.milliseconds) / 1000 }), detected >= first, detected <= last {
      drawing.upright(detected, "", label: "confirmed")
    }
    let table = DataTable(
      "Failures by day",
      ["Day", .number("Device-days"), .number("Failures"), .number("Expected at the others' rate")],
      empty: "Nothing of this cohort is kept any more.",
      rows: evidence.days.map { day in
        [.init(day.start.date), .init(day.deviceDays, 0), .init(day.onsets), .init(day.expected, 2)]
      })
    return Figure(
      caption: """
        Failures of \(cohort) by day, and how many there would have been at the rate of other devices of the same \
        region, carrier and day.
        """, plot: drawing.svg("Failures by day with onset and confirmation"),
      keys: [
        ("<rect class=\"fill\" x=\"8\" y=\"2\" width=\"12\" height=\"14\"/>", "before the onset"),
        ("<rect class=\"fill hot\" x=\"8\" y=\"2\" width=\"12\" height=\"14\"/>", "since the onset"),
        (Figure.greyLine, "expected at the others' rate"),
      ], table: table, name: "days", page: page, command: command)
  }
}
