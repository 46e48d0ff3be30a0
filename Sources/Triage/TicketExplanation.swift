import Vocabulary

/// A ticket in plain words for whoever talks to the customer. Every number in it stands in the ticket, its finding or the
/// beliefs they were made from; a probability always comes with its horizon.
struct TicketExplanation {
  let ticket: Ticket
  let device: DeviceBelief
  let option: CareOption
  let entry: ProfileEntry

  var text: String {
    [probability, verdict, evidence, cause, knowledge, others, remedy, cost, contact].compactMap(\.self)
      .joined(separator: " ")
  }

  private var horizon: String { Wording.days(ticket.probability.horizonDays) }

  private var probability: String {
    let interval = Interval(
      mean: ticket.probability.mean, low: ticket.probability.low, high: ticket.probability.high)
    let humid = device.probabilityIfHumid?.toSixDigits.mean
    let inHumid =
      humid.flatMap { $0 > interval.mean * 1.05 ? ", \(Wording.percent($0)) in humid conditions" : nil } ?? ""
    return "This \(entry.profile.title) has \(Wording.probability(interval)) of \(entry.mode.title) "
      + "within \(horizon)\(inHumid)."
  }

  private var verdict: String? {
    VerdictRules(device: device).words.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }
  }

  private var evidence: String? {
    guard let finding = option.finding else {
      guard ticket.finding == nil else { return nil }
      return "The device itself failed this way \(Wording.count(device.onsets, "time")) in "
        + "\(Wording.count(device.reports, "report")); it belongs to no group of devices with a known defect."
    }
    let since = finding.onset.map { ", where something changed on \($0.date) (UTC):" } ?? ":"
    var words =
      "It belongs to \(finding.cohort.words) (finding \(finding.id))\(since) "
      + "\(Wording.count(finding.failures, "failure")) in \(Wording.count(finding.deviceDays, "device-day"))"
    if let belief = option.belief, belief.controlDeviceDays > 0 {
      words +=
        "; other devices in the same regions, carriers and days would have had "
        + Wording.number(belief.expectedFailures.toSixDigits)
    }
    let ratio = finding.rateRatio
    return words + ". Such devices fail an estimated \(Wording.number(ratio.mean)) times as often as others "
      + "(90 % interval \(Wording.number(ratio.low))–\(Wording.number(ratio.high)))."
  }

  private var cause: String {
    let put = "The cause is put down to: \(ticket.attribution.words)."
    guard let runnerUp = option.finding?.runnerUp, option.finding?.cohort.cause != .unresolved else { return put }
    return put + " The next explanation, \(runnerUp.cohort.words), has a probability of "
      + "\(Wording.percent(runnerUp.probability))."
  }

  private var knowledge: String? { ticket.kb.map { "See \($0)." } }

  private var others: String? {
    let count = device.customersOtherDevicesAffected
    return count > 0 ? "\(Wording.count(count, "other device")) of this customer had it." : nil
  }

  private var remedy: String {
    switch ticket.kind {
    case .replacement:
      let unit = ticket.remedy.sku.map { " with \($0)" } ?? ""
      let firmware = ticket.remedy.firmware.map { ", which ships with firmware \($0)" } ?? ""
      let failed = ticket.history.last(.targetFirmwareInstalled).map {
        "Firmware \($0.to ?? "") was installed on \($0.at.date) and did not help. "
      }
      return (failed ?? "") + "Next: replace it\(unit)\(firmware)."
    case .patch:
      let firmware = ticket.remedy.firmware.map { "firmware \($0)" } ?? "the new firmware"
      if let installed = ticket.history.last(.targetFirmwareInstalled) {
        return "The device has run \(firmware) or later since \(installed.at.date); it is watched until it is clear "
          + "whether that helped."
      }
      let effect = option.probabilityWithFix.map {
        let fixed = $0.toSixDigits
        return ", which brings the probability down to \(Wording.percent(fixed.mean)) "
          + "(\(Wording.percentRange(fixed.low, fixed.high))) within \(horizon)"
      }
      return "Next: update it to \(firmware)\(effect ?? "")."
    case .diagnose:
      let candidates =
        option.finding?.candidates.map { "\($0.cohort.words) (\(Wording.percent($0.probability)))" } ?? []
      let why =
        candidates.isEmpty
        ? "the cause isn't certain enough for a remedy"
        : "it can't be told apart yet whether it is \(candidates.joined(separator: " or "))"
      let separation = option.belief?.separation.map { " What would tell: \($0)\($0.hasSuffix(".") ? "" : ".")" }
      return "Next: check it remotely, because \(why).\(separation ?? "")"
    }
  }

  private var cost: String {
    let remedy = ticket.remedy
    let what =
      switch remedy.type {
      case .replacement: "The replacement is"
      case .patch: "The patch is"
      case .diagnose: "The check is"
      }
    return "\(what) expected to cost \(Wording.money(remedy.expectedCost, remedy.currency)), waiting "
      + "\(Wording.money(remedy.costOfWaiting, remedy.currency)); it pays from a probability of "
      + "\(Wording.percent(remedy.breakEvenProbability))."
  }

  private var contact: String? {
    ticket.mayContact ? nil : "The customer has not agreed to be contacted: no offer is sent to the device."
  }
}
