import Vocabulary

/// A finding in plain words. Every number in it stands in the finding or in the belief it was made from.
struct FindingExplanation {
  let finding: Finding
  let belief: CohortBelief
  let entry: ProfileEntry
  let policy: TriagePolicy

  var text: String {
    [
      observation, ratio, beginning, certainty, verdicts, cause, fix,
      finding.kb.map { "See \($0)." }, nextStep,
    ].compactMap(\.self).joined(separator: " ")
  }

  private var observation: String {
    let seen =
      "\(entry.mode.title) on \(entry.profile.title), \(finding.cohort.words): "
      + "\(Wording.count(finding.failures, "failure")) in \(Wording.count(finding.deviceDays, "device-day"))"
    if let before = belief.before {
      return seen + ". There was no concurrent control: nearly all devices got it at once, so they are compared with "
        + "what the same regions, carriers and batches did before it, \(Wording.count(before.failures, "failure")) in "
        + "\(Wording.count(before.deviceDays.toSixDigits, "device-day")), by which "
        + "\(Wording.number(belief.expectedFailures.toSixDigits)) were to be expected. What else changed for all of them "
        + "at that time stays a possible cause."
    }
    guard belief.controlDeviceDays > 0 else {
      return seen + "; no other devices were there at the same time and place to compare with."
    }
    return seen + "; other devices in the same regions, carriers and days would have had "
      + "\(Wording.number(belief.expectedFailures.toSixDigits)). Those other devices had "
      + "\(Wording.count(belief.controlFailures, "failure")) in "
      + "\(Wording.count(belief.controlDeviceDays.toSixDigits, "device-day"))."
  }

  private var ratio: String {
    let ratio = finding.rateRatio
    let others = belief.before == nil ? "others" : "before"
    return "These devices fail an estimated \(Wording.number(ratio.mean)) times as often as \(others) "
      + "(90 % interval \(Wording.number(ratio.low))–\(Wording.number(ratio.high)))."
  }

  private var beginning: String? {
    finding.onset.map { "The change began on \($0.date) (UTC)." }
  }

  private var certainty: String {
    belief.verdicts == nil
      ? "The probability that it is at least 1.3 times as often is \(Wording.percent(finding.probability))."
      : "The probability that the defect is real is \(Wording.percent(finding.probability))."
  }

  private var verdicts: String? {
    guard let verdicts = belief.verdicts else { return nil }
    let tally = verdicts.tally
    return "Of \(Wording.count(tally.examined, "suspect")) examined, \(tally.faults) had the fault, "
      + "\(tally.noFaults) none and \(tally.otherCauses) another; without them the probability would be "
      + "\(Wording.percent(verdicts.probabilityByRates.toSixDigits))."
  }

  private var cause: String {
    if finding.cohort.cause == .unresolved {
      let names = finding.candidates.map { "\($0.cohort.words) (\(Wording.percent($0.probability)))" }
      let separation = belief.separation.map { " What would tell them apart: \($0.endingInFullStop)" } ?? ""
      return "The cause can't be told apart yet: \(names.joined(separator: " or "))." + separation
    }
    let runnerUp = finding.runnerUp.map {
      " The next explanation, \($0.cohort.words), has a probability of \(Wording.percent($0.probability))."
    }
    return "Put down to: \(finding.attribution.words)." + (runnerUp ?? "")
  }

  private var latestFix: CohortBelief.Fix? { belief.fixes.latest(after: finding.cohort.firmware, policy: policy) }

  private var fix: String? {
    guard let fix = latestFix else { return nil }
    let share = fix.probability.map { Wording.percent($0.toSixDigits) }
    guard let share else {
      return "The firmware profile says that firmware \(fix.firmware) fixes it; the data don't show it yet."
    }
    let claim = fix.isClaimedByProfile ? "The firmware profile says that firmware \(fix.firmware) fixes it. " : ""
    return claim
      + "By the data, such devices are back to normal on firmware \(fix.firmware) with a probability of \(share)."
  }

  /// What happens because of it; the last sentence of the text, free of numbers that move from pass to pass.
  var nextStep: String {
    guard finding.state != .suspected else {
      return "It is only suspected as long as the size of the change is uncertain; no ticket is made from it."
    }
    guard policy.careMode != .off else { return "Care is switched off: no ticket is made from it." }
    switch finding.cohort.cause {
    case .batch, .batchAndEnvironment:
      let shown = belief.fixes.filter { $0.isShown(policy) }.latest(after: finding.cohort.firmware, policy: policy)
      let patch = shown.map { ", or a patch ticket to firmware \($0.firmware) where that costs less" } ?? ""
      return "Each device whose own probability makes it pay gets a replacement ticket\(patch)."
    case .firmware, .batchAndFirmware, .firmwareAndEnvironment:
      guard let fix = latestFix else {
        let firmware = finding.cohort.firmware.map { "firmware \($0)" } ?? "this firmware"
        return "No later firmware is known to fix it: hold the rollout of \(firmware), or roll it back. "
          + "No ticket is made from it."
      }
      return "Each device for which it pays gets a patch ticket to firmware \(fix.firmware)."
    case .environment:
      return "No remedy of a device helps against its surroundings; no ticket is made from it."
    case .unresolved:
      return "Until the cause is known, devices get a remote check and no remedy."
    }
  }
}

extension Finding {
  /// The likeliest explanation besides its own.
  var runnerUp: CandidateEntry? { candidates.first { $0.cohort != cohort } }
}

extension [CohortBelief.Fix] {
  /// The latest firmware after `firmware` that fits: shown by the data, or claimed by the profile and not refuted by the
  /// data. `firmware` nil: any.
  func latest(after firmware: Symbol?, policy: TriagePolicy) -> CohortBelief.Fix? {
    let version = firmware.map { FirmwareVersion($0.text) }
    return filter { fix in
      fix.fits(policy) && version.map { $0 < FirmwareVersion(fix.firmware.text) } ?? true
    }.max { FirmwareVersion($0.firmware.text) < FirmwareVersion($1.firmware.text) }
  }
}

extension CohortBelief.Fix {
  func isShown(_ policy: TriagePolicy) -> Bool { (probability ?? 0) >= policy.fixProbability }

  /// A claim is refuted once the data say the opposite as clearly as they would have to say it.
  func fits(_ policy: TriagePolicy) -> Bool {
    isShown(policy) || isClaimedByProfile && (probability ?? 1) >= 1 - policy.fixProbability
  }
}

extension String {
  fileprivate var endingInFullStop: String { hasSuffix(".") ? self : self + "." }
}
