import ControlProtocol
import Terminal
import Vocabulary

/// Why, on a page: terms as bars, what was found, what would change it.
enum ExplainPage {
  static func text(
    _ explanation: DeviceExplanation, _ mode: DeviceExplanation.Mode?, on screen: Screen
  ) -> String {
    var lines = [
      screen.painted(Phrase.printable("\(explanation.product) \(explanation.device)"), .strong)
        + " · as of \(screen.moment(explanation.asOf))"
    ]
    guard let mode else { return lines[0] + "\nno failure mode is watched\n" }
    lines += self.mode(mode, on: screen)
    let others = explanation.modes.filter { $0.failureMode != mode.failureMode }
    if !others.isEmpty {
      lines += section("Its other failure modes", on: screen)
      lines += others.map { "  \(Phrase.printable($0.failureMode))  \(probability($0.probability))" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func text(_ ticket: Ticket, _ mode: DeviceExplanation.Mode?, on screen: Screen) -> String {
    var lines = [
      screen.painted(Phrase.printable("\(ticket.id) \(ticket.kind.rawValue)"), .strong)
        + Phrase.printable(", \(ticket.state.rawValue.replacing("_", with: " ")): \(ticket.device)")
    ]
    lines += Layout.wrapped(Phrase.printable(ticket.explanation), width: screen.width, indent: "  ")
    lines += section("Decision", on: screen)
    let remedy = ticket.remedy
    lines += Layout.shares([
      ("probability", ticket.probability.mean), ("pays from", min(remedy.breakEvenProbability, 1)),
    ])
    lines.append(
      "  the \(ticket.kind.rawValue) costs \(money(remedy.expectedCost, remedy.currency)), waiting"
        + " \(money(remedy.costOfWaiting, remedy.currency))")
    lines += section("Put down to", on: screen) + attribution(ticket.attribution)
    lines += section("What would change it", on: screen)
    let line = remedy.breakEvenProbability / 2
    lines += Layout.wrapped(
      "untouched, it is withdrawn below \(Phrase.percent(line)), half of what it pays from, or once its finding no longer"
        + " stands; a check that finds no fault ends it", width: screen.width, indent: "  ")
    if let mode {
      lines += self.mode(mode, on: screen)
    } else {
      lines.append("  the device can't be judged now: it was erased or retired, or hasn't been heard")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func text(_ finding: Finding, _ grounds: FindingGrounds, on screen: Screen) -> String {
    var lines = [
      screen.painted(Phrase.printable("\(finding.id) \(finding.state.rawValue)"), .strong)
        + Phrase.printable(": \(finding.product) \(finding.failureMode)")
    ]
    lines += Layout.wrapped(Phrase.printable(finding.explanation), width: screen.width, indent: "  ")
    lines += section("Certainty", on: screen)
    lines += Layout.shares([("it is real", finding.probability), ("clears below", grounds.clearsBelow)])
    if let evidence = grounds.logEvidence, let threshold = grounds.logThreshold {
      lines += terms([("sequential evidence (ln)", evidence), ("its gate opens at (ln)", threshold)])
    }
    lines += section("Put down to", on: screen) + attribution(finding.attribution)
    if !finding.candidates.isEmpty {
      lines += section("Explanations", on: screen)
      lines += Layout.shares(
        finding.candidates.map { entry in
          let cohort = entry.cohort
          let names = [cohort.batch.map { "batch \($0)" }, cohort.firmware.map { "firmware \($0)" }].compactMap(\.self)
          return (
            Phrase.printable(names.isEmpty ? cohort.cause.rawValue : names.joined(separator: " × ")), entry.probability
          )
        })
    }
    lines += section("What would change it", on: screen)
    let verdicts = grounds.verdicts
    let found =
      "of \(Phrase.count(verdicts.examined, "suspect")) examined \(verdicts.faults) had the fault; "
    let more = grounds.soundSuspectsToWithdraw.map {
      $0 == 0
        ? "those without it are enough to withdraw it"
        : "\(Phrase.count($0, "more suspect")) without it"
          + " would withdraw it, whatever the rates"
    }
    lines += Layout.wrapped(
      found + (more ?? "no handful without it would withdraw it any more"), width: screen.width, indent: "  ")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func mode(_ mode: DeviceExplanation.Mode, on screen: Screen) -> [String] {
    var lines = section(Phrase.printable(mode.failureMode), on: screen)
    lines.append(
      "  \(probability(mode.probability)); a new unit has \(Phrase.percent(mode.ordinaryProbability))")
    lines += section("Terms (ln of the factor on its hazard)", on: screen)
    lines += terms(mode.terms.sorted { abs($0.logFactor) > abs($1.logFactor) }.map { ($0.label, $0.logFactor) })
    if mode.terms.isEmpty { lines.append("  none: it is as any other") }
    if !mode.verdicts.isEmpty {
      lines += section("Verdicts", on: screen) + mode.verdicts.map { "  " + Phrase.printable($0) }
    }
    lines += section("What each way costs", on: screen)
    lines += mode.remedies.map { remedy in
      let from = remedy.paysFrom.map { ", pays from \(Phrase.percent($0))" } ?? ""
      let firmware = remedy.firmware.map { " to \(Phrase.printable($0))" } ?? ""
      return "  \(remedy.type)\(firmware): \(money(remedy.expectedCost, mode.currency))\(from)"
    }
    if !mode.scenarios.isEmpty {
      lines += section("If things were otherwise", on: screen)
      lines += Layout.shares(mode.scenarios.map { (Phrase.printable($0.scenario), $0.probability.mean) })
    }
    return lines
  }

  private static func section(_ title: String, on screen: Screen) -> [String] { ["", screen.painted(title, .strong)] }

  private static func attribution(_ shares: Attribution) -> [String] {
    Layout.shares([
      ("batch", shares.batch), ("firmware", shares.firmware), ("environment", shares.environment),
      ("the device", shares.device), ("unknown", shares.unknown),
    ])
  }

  /// Bars to the longest of them, with the sign before and the factor behind.
  static func terms(_ terms: [(label: String, log: Double)]) -> [String] {
    let longest = max(terms.map { abs($0.log) }.max() ?? 0, 1e-9)
    let column = terms.map { Phrase.printable($0.label).count }.max() ?? 0
    return terms.map { term in
      let bar = Layout.padded(Layout.bar(abs(term.log) / longest), to: 20)
      let sign = term.log < 0 ? "−" : "+"
      return
        "  \(Layout.padded(Phrase.printable(term.label), to: column))  \(sign) \(bar)  \(Phrase.fixed(term.log, 2))"
    }
  }

  private static func probability(_ probability: HorizonProbability) -> String {
    Phrase.percent(probability.mean, low: probability.low, high: probability.high) + " within "
      + Phrase.days(probability.horizonDays)
  }

  private static func money(_ amount: Double, _ currency: String) -> String {
    "\(Phrase.fixed(amount, 2)) \(Phrase.printable(currency))"
  }
}
