package import Vocabulary

/// One ticket on a page: what is likely, why, since when, what to do and what it costs.
package enum TicketPage {
  package static func text(_ ticket: Ticket, on screen: Screen) -> String {
    var lines = headline(ticket, screen)
    lines += ["", screen.painted("Probability", .strong)]
    lines.append(
      "  \(Phrase.percent(ticket.probability.mean, low: ticket.probability.low, high: ticket.probability.high))"
        + " that \(Phrase.printable(ticket.failureMode.text)) sets in within "
        + Phrase.days(ticket.probability.horizonDays))
    lines += ["", screen.painted("Why", .strong)]
    lines += Layout.wrapped(ticket.explanation, width: screen.width, indent: "  ")
    lines += ["", screen.painted("Evidence", .strong)] + evidence(ticket, screen)
    lines += ["", screen.painted("Put down to", .strong)] + Layout.shares(ticket.attribution.named)
    lines += ["", screen.painted("Remedy", .strong)] + remedy(ticket, screen)
    if let options = ticket.options, !options.isEmpty {
      lines += ["", screen.painted("What could be done", .strong)] + options.map { option($0, ticket) }
    }
    let clocks = clocks(ticket, screen)
    if !clocks.isEmpty { lines += ["", screen.painted("Who and when", .strong)] + clocks }
    if !ticket.history.isEmpty {
      lines += ["", screen.painted("History", .strong)] + HistoryLines.lines(ticket.history, on: screen)
    }
    lines += ["", "Next: " + nextCommands(ticket).joined(separator: "\n      ")]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func headline(_ ticket: Ticket, _ screen: Screen) -> [String] {
    let outcome = ticket.outcome.map { " (\($0.rawValue))" } ?? ""
    let title = [
      screen.painted(Phrase.printable(ticket.id), .strong),
      screen.painted(ticket.severity.rawValue, Tones.of(ticket.severity.rawValue)), ticket.kind.rawValue,
      screen.painted(ticket.state.rawValue + outcome, Tones.of(ticket.state.rawValue)),
    ]
    let opened =
      "opened \(screen.age(of: ticket.openedAt)) ago, decided as of \(screen.moment(ticket.decidedAt)), trace \(ticket.trace)"
    var about = "\(ticket.product) \(ticket.device) · batch \(ticket.batch) · firmware \(ticket.firmware)"
    about += " · region \(ticket.region)"
    if let customer = ticket.customer { about += " · customer \(customer)" }
    if let kb = ticket.kb { about += " · \(kb)" }
    if let profile = ticket.profile { about += " · profile \(profile)" }
    if let finding = ticket.finding { about += " · finding \(finding)" }
    return [title.joined(separator: "  ")] + Layout.wrapped(about, width: screen.width, indent: "  ")
      + ["  " + opened]
  }

  private static func evidence(_ ticket: Ticket, _ screen: Screen) -> [String] {
    var lines: [String] = []
    if let failures = ticket.evidence.cohortFailures, let days = ticket.evidence.cohortDeviceDays {
      lines.append(
        "  \(Phrase.count(failures, "failure")) in \(Phrase.count(Int(days.rounded()))) device-days of its cohort")
    }
    return lines + ["  \(Phrase.count(ticket.evidence.deviceReports, "report")) of the device itself"]
  }

  private static func remedy(_ ticket: Ticket, _ screen: Screen) -> [String] {
    let remedy = ticket.remedy
    var what = remedy.type.rawValue
    if let sku = remedy.sku { what += " with \(sku)" }
    if let firmware = remedy.firmware { what += remedy.type == .patch ? " to \(firmware)" : ", firmware \(firmware)" }
    let costs =
      "expected cost \(Phrase.fixed(remedy.expectedCost, 2)) \(remedy.currency) against"
      + " \(Phrase.fixed(remedy.costOfWaiting, 2)) \(remedy.currency) for waiting;"
      + " worth it from a probability of \(Phrase.percent(remedy.breakEvenProbability)) on"
    let efficacy = remedy.efficacy.map {
      Layout.wrapped(
        "by the data the new firmware takes away \(Phrase.percent($0.mean, low: $0.low, high: $0.high)) of the risk",
        width: screen.width, indent: "  ")
    }
    let contact = ticket.mayContact ? [] : ["  no contact: the customer gave no consent, so no care offer is sent"]
    return Layout.wrapped(what, width: screen.width, indent: "  ")
      + Layout.wrapped(costs, width: screen.width, indent: "  ") + (efficacy ?? []) + contact
  }

  private static func option(_ option: Ticket.Option, _ ticket: Ticket) -> String {
    let cost = Phrase.fixed(option.expectedCost, 2)
    let gap = String(repeating: " ", count: max(0, 10 - cost.count))
    var words = "  \(gap)\(cost) \(Phrase.printable(ticket.remedy.currency))  \(Phrase.printable(option.type))"
    if let firmware = option.firmware { words += option.type == "patch" ? " to \(firmware)" : ", firmware \(firmware)" }
    if let value = option.valueOfData, let harm = option.harm {
      words += " a week: its data are worth \(Phrase.fixed(value, 2)), its harm costs \(Phrase.fixed(harm, 2))"
    }
    return words
  }

  private static func clocks(_ ticket: Ticket, _ screen: Screen) -> [String] {
    var words: [String] = []
    if let owner = ticket.owner { words.append("owner \(Phrase.printable(owner))") }
    if let queue = ticket.queue { words.append("queue \(Phrase.printable(queue))") }
    if let priority = ticket.priority { words.append("priority \(priority)") }
    if let wave = ticket.wave { words.append("wave \(wave)") }
    var lines = words.isEmpty ? [] : Layout.wrapped(words.joined(separator: " · "), width: screen.width, indent: "  ")
    if let escalated = ticket.escalatedAt {
      lines.append("  escalated on \(screen.moment(escalated)): nobody had answered")
    } else if let due = ticket.dueAt, ticket.state == .open || ticket.state == .proposed {
      lines.append("  an answer is due by \(screen.moment(due))")
    }
    if ticket.state == .proposed, let finding = ticket.finding {
      lines.append("  waits for its wave: forewarn finding waves \(Phrase.printable(finding))")
    }
    return lines
  }

  /// What one could type now: first what moves the ticket on, then what tells more.
  package static func nextCommands(_ ticket: Ticket) -> [String] {
    let id = Phrase.printable(ticket.id)
    var commands: [String] =
      switch ticket.state {
      case .proposed, .open: ["forewarn ticket ack \(id)"]
      case .acknowledged: ["forewarn ticket resolve \(id) --outcome confirmed"]
      case .onHold: ["forewarn ticket ack \(id)"]
      case .resolved, .closed: ["forewarn ticket reopen \(id)"]
      case .cancelled: []
      }
    if let finding = ticket.finding { commands.append("forewarn finding show \(Phrase.printable(finding))") }
    commands.append("forewarn device show \(Phrase.printable(ticket.device))")
    return commands
  }
}

extension Attribution {
  package var named: [(name: String, value: Double)] {
    [
      ("batch", batch), ("firmware", firmware), ("environment", environment), ("device", device), ("unknown", unknown),
    ]
  }
}
