package import ControlProtocol
package import Vocabulary

/// One finding on a page: which devices, how much worse than their peers, why that is the cause and not the next.
package enum FindingPage {
  /// - Parameter tickets: open and closed tickets of the finding, where they are known.
  /// - Parameter batch: what the supply chain knows of the finding's batch.
  package static func text(
    _ finding: Finding, tickets: (open: Int, closed: Int)?, batch: BatchItem? = nil, on screen: Screen
  ) -> String {
    let title = [
      screen.painted(Phrase.printable(finding.id), .strong),
      screen.painted(finding.state.rawValue, Tones.of(finding.state.rawValue)),
      finding.cohort.cause.rawValue.replacing("_", with: " "), Phrase.printable(finding.failureMode.text),
    ]
    var lines = [title.joined(separator: "  ")]
    lines += Layout.wrapped(about(finding), width: screen.width, indent: "  ")
    if let detected = finding.detectedAt {
      lines.append("  confirmed as of \(screen.moment(detected))")
    } else {
      lines.append("  not confirmed yet: no tickets come from it")
    }
    lines += ["", screen.painted("Rate ratio", .strong)]
    lines += Layout.wrapped(ratio(finding), width: screen.width, indent: "  ")
    lines += ["", screen.painted("Why", .strong)]
    lines += Layout.wrapped(finding.explanation, width: screen.width, indent: "  ")
    lines += ["", screen.painted("Evidence", .strong)]
    lines.append(
      "  \(Phrase.count(finding.failures, "failure")) in"
        + " \(Phrase.count(Int(finding.deviceDays.rounded()))) device-days,"
        + " \(Phrase.count(finding.devicesAffected, "device")) affected")
    if let onset = finding.onset { lines.append("  since \(screen.moment(onset))") }
    if let tickets {
      lines.append("  tickets: \(Phrase.count(tickets.open)) open, \(Phrase.count(tickets.closed)) closed")
    }
    if let batch { lines += ["", screen.painted("Batch", .strong)] + facts(of: batch, screen) }
    lines += ["", screen.painted("Put down to", .strong)] + Layout.shares(finding.attribution.named)
    if !finding.candidates.isEmpty {
      lines += ["", screen.painted("Explanations that compete", .strong)] + finding.candidates.map(candidate)
    }
    if !finding.history.isEmpty {
      lines += ["", screen.painted("History", .strong)] + HistoryLines.lines(finding.history, on: screen)
    }
    lines += ["", "Next: " + nextCommands(finding).joined(separator: "\n      ")]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func about(_ finding: Finding) -> String {
    let cohort = describe(finding.cohort)
    let kb = finding.kb.map { " · \($0)" } ?? ""
    let profile = finding.profile.map { " · profile \($0)" } ?? ""
    return "\(finding.product) · \(cohort)\(kb)\(profile)"
  }

  private static func facts(of batch: BatchItem, _ screen: Screen) -> [String] {
    let fields: [(String, String?)] = [
      ("factory", batch.factory), ("line", batch.line), ("supplier", batch.supplier),
      ("manufactured", batch.manufactured),
      ("component lots", batch.componentLots.isEmpty ? nil : batch.componentLots.joined(separator: ", ")),
    ]
    return fields.flatMap { label, value in
      value.map { Layout.field("  " + label, Phrase.printable($0), width: screen.width, column: 18) } ?? []
    }
  }

  private static func describe(_ cohort: Cohort) -> String {
    let parts = [
      cohort.batch.map { "batch \($0)" }, cohort.firmware.map { "firmware \($0)" },
      cohort.region.map { "region \($0)" },
    ].compactMap { $0 }
    return parts.isEmpty ? "the whole product" : parts.joined(separator: " × ")
  }

  private static func ratio(_ finding: Finding) -> String {
    let ratio = finding.rateRatio
    return "\(Phrase.ratio(ratio.mean, low: ratio.low, high: ratio.high)) against other devices of the same days"
      + " and places; real with probability \(Phrase.percent(finding.probability))"
  }

  private static func candidate(_ entry: Finding.CandidateEntry) -> String {
    let cause = entry.cohort.cause.rawValue.replacing("_", with: " ")
    let percent = Phrase.percent(entry.probability)
    let gap = String(repeating: " ", count: max(0, 7 - percent.count))
    return "  \(gap)\(percent)  \(cause): \(Phrase.printable(describe(entry.cohort)))"
  }

  package static func nextCommands(_ finding: Finding) -> [String] {
    let id = Phrase.printable(finding.id)
    let tickets = "forewarn ticket list --finding \(id)"
    return switch finding.state {
    case .suspected: ["forewarn finding confirm \(id)", "forewarn finding clear \(id)"]
    case .confirmed, .known: [tickets, "forewarn finding clear \(id)"]
    case .cleared: [tickets]
    }
  }
}
