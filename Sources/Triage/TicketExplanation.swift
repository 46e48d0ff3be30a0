import Vocabulary

/// A ticket in plain words for whoever talks to the customer, before they are put into a language. Every number in it
/// stands in the ticket, its finding or the beliefs they were made from; a probability always comes with its horizon.
struct TicketExplanation {
  let ticket: Ticket
  let device: DeviceBelief
  let option: CareOption
  let entry: ProfileEntry

  var sentences: [Sentence] {
    [
      probability, verdict, evidence, cause, runnerUp, knowledge, others, failedPatch, remedy, separation, cost,
      contact,
    ]
    .compactMap(\.self)
  }

  private var horizon: SentenceValue {
    let days = ticket.probability.horizonDays
    return days >= 1 ? .count(days, noun: "day") : .count(days * 24, noun: "hour")
  }

  private var probability: Sentence {
    let interval = ticket.probability
    var values: [String: SentenceValue] = [
      "product": .text(entry.profile.title), "mode": .text(entry.mode.title), "horizon": horizon,
      "probability": .probability(mean: interval.mean, low: interval.low, high: interval.high),
    ]
    guard let humid = device.probabilityIfHumid?.toSixDigits.mean, humid > interval.mean * 1.05 else {
      return Sentence("ticket.probability", values)
    }
    values["humid"] = .percent(humid)
    return Sentence("ticket.probability_humid", values)
  }

  private var verdict: Sentence? { VerdictRules(device: device).sentence }

  private var evidence: Sentence? {
    guard let finding = option.finding else {
      guard ticket.finding == nil else { return nil }
      return Sentence(
        "ticket.own",
        [
          "onsets": .count(Double(device.onsets), noun: "time"),
          "reports": .count(Double(device.reports), noun: "report"),
        ])
    }
    let ratio = finding.rateRatio
    var values: [String: SentenceValue] = [
      "cohort": finding.cohort.value, "finding": .text(finding.id),
      "failures": .count(Double(finding.failures), noun: "failure"),
      "device_days": .count(finding.deviceDays, noun: "device_day"), "compared": .clause(comparison),
      "ratio": .number(ratio.mean), "low": .number(ratio.low), "high": .number(ratio.high),
    ]
    guard let onset = finding.onset else { return Sentence("ticket.group", values) }
    values["since"] = .date(onset)
    return Sentence("ticket.group_since", values)
  }

  private var comparison: Sentence {
    guard let belief = option.belief, belief.controlDeviceDays > 0 else { return Sentence("ticket.uncompared") }
    return Sentence("ticket.compared", ["expected": .number(belief.expectedFailures.toSixDigits)])
  }

  private var cause: Sentence { Sentence("ticket.cause", ["shares": .shares(ticket.attribution.named)]) }

  private var runnerUp: Sentence? {
    guard let runnerUp = option.finding?.runnerUp, option.finding?.cohort.cause != .unresolved else { return nil }
    return Sentence(
      "ticket.runner_up", ["cohort": runnerUp.cohort.value, "probability": .percent(runnerUp.probability)])
  }

  private var knowledge: Sentence? { ticket.kb.map { Sentence("ticket.kb", ["kb": .text($0)]) } }

  private var others: Sentence? {
    let count = device.customersOtherDevicesAffected
    return count > 0 ? Sentence("ticket.others", ["others": .count(Double(count), noun: "other_device")]) : nil
  }

  private var failedPatch: Sentence? {
    guard ticket.kind == .replacement, let installed = ticket.history.last(.targetFirmwareInstalled) else { return nil }
    return Sentence(
      "ticket.failed_patch", ["firmware": .text(installed.to ?? ""), "date": .date(installed.at)])
  }

  private var remedy: Sentence {
    switch ticket.kind {
    case .replacement: replacement
    case .patch: patch
    case .diagnose: diagnosis
    }
  }

  private var replacement: Sentence {
    guard let sku = ticket.remedy.sku else { return Sentence("ticket.replace") }
    guard let firmware = ticket.remedy.firmware else { return Sentence("ticket.replace_with", ["sku": .text(sku)]) }
    return Sentence("ticket.replace_with_firmware", ["sku": .text(sku), "firmware": .text(firmware.text)])
  }

  private var patch: Sentence {
    let firmware = ticket.remedy.firmware?.text
    if let installed = ticket.history.last(.targetFirmwareInstalled) {
      return Sentence(
        "ticket.watched", ["firmware": .text(firmware ?? installed.to ?? ""), "date": .date(installed.at)])
    }
    guard let firmware else { return Sentence("ticket.patch_any") }
    guard let fixed = option.probabilityWithFix?.toSixDigits else {
      return Sentence("ticket.patch", ["firmware": .text(firmware)])
    }
    return Sentence(
      "ticket.patch_effect",
      [
        "firmware": .text(firmware), "mean": .percent(fixed.mean),
        "range": .percentRange(low: fixed.low, high: fixed.high), "horizon": horizon,
      ])
  }

  private var diagnosis: Sentence {
    let candidates = option.finding?.candidates ?? []
    guard !candidates.isEmpty else { return Sentence("ticket.diagnose_uncertain") }
    return Sentence(
      "ticket.diagnose_between",
      [
        "candidates": .candidates(
          candidates.map { SentenceValue.Likelihood(cohort: $0.cohort.value, probability: $0.probability) })
      ])
  }

  private var separation: Sentence? {
    guard ticket.kind == .diagnose, let text = option.belief?.separation else { return nil }
    return Sentence("ticket.separation", ["separation": .text(text.hasSuffix(".") ? String(text.dropLast()) : text)])
  }

  private var cost: Sentence {
    let remedy = ticket.remedy
    return Sentence(
      "ticket.cost_\(remedy.type.rawValue)",
      [
        "cost": .money(remedy.expectedCost, currency: remedy.currency),
        "waiting": .money(remedy.costOfWaiting, currency: remedy.currency),
        "break_even": .percent(remedy.breakEvenProbability),
      ])
  }

  private var contact: Sentence? { ticket.mayContact ? nil : Sentence("ticket.no_contact") }
}

extension Cohort {
  var value: SentenceValue {
    .cohort(cause: cause.rawValue, batch: batch?.text, firmware: firmware?.text, region: region?.text)
  }
}

extension Attribution {
  /// The largest first, those below half a percent left out.
  var named: [SentenceValue.NamedShare] {
    let shares = [
      ("batch", batch), ("firmware", firmware), ("environment", environment), ("device", device), ("unknown", unknown),
    ]
    return shares.enumerated().filter { $0.element.1 >= 0.005 }
      .sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
      .map { SentenceValue.NamedShare(name: $0.element.0, share: $0.element.1) }
  }
}
