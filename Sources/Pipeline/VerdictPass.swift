import DefectModel
package import DeviceHistory
import FirmwareProfiles
import Triage
package import Vocabulary

/// Verdicts on devices, in a pass and between two.
extension StageLine {
  /// What new verdicts' devices had done by then. Exact for a verdict that isn't older than the lateness limit; of an older
  /// one, what the device had done until now.
  mutating func settleVerdicts(before moment: EventTime) {
    guard !verdicts.isEmpty else { return }
    let (history, model, cases, ended) = (history, model, cases, ended)
    verdicts.settle(before: moment) { verdict in
      let device = verdict.identity.device
      func standing(asOf time: EventTime) -> DeviceStanding? {
        let standing = history.standing(of: device, asOf: time, includingRetired: true) { model.hazard($0, $1) }
        return standing.flatMap { $0.modes.isEmpty ? nil : $0 }
      }
      let dayAfter = Bucket(holding: verdict.time, length: .day).end
      let then = dayAfter < moment ? standing(asOf: dayAfter) : nil
      guard let standing = then ?? standing(asOf: moment) else { return nil }
      var onsets: [String: Int] = [:]
      for entry in standing.modes {
        let key = CaseBook.CareKey(device: device, mode: entry.mode.id)
        let isSuspect =
          entry.risk.onsets > 0 || cases.tickets[key] != nil || ended.tickets[key] != nil
          || verdict.failureMode == entry.mode.id && verdict.source != .check
        if isSuspect { onsets[entry.mode.id.text] = entry.risk.onsets }
      }
      return KeptVerdict.Standing(
        batch: standing.facts.batch ?? .unknown, firmware: standing.facts.firmware ?? .unknown,
        region: standing.facts.region ?? .unknown, onsets: onsets)
    }
  }

  /// What the rates say of cohorts, with what was found in their suspects.
  func weighed(_ beliefs: [ModeBelief], asOf moment: EventTime) -> [ModeBelief] {
    guard !verdicts.isEmpty, beliefs.contains(where: { !$0.cohorts.isEmpty }) else { return beliefs }
    let tallies = verdicts.tallies(before: moment)
    return beliefs.map { $0.weighed(tallies, noFaultFound: trust(in: $0.mode).noFaultFound) }
  }

  package func trust(in mode: ModeKey) -> VerdictTrust {
    for profile in catalogue.profiles where profile.product == mode.product {
      if let found = profile.modes.first(where: { $0.id == mode.mode }) { return found.verdicts }
    }
    return VerdictTrust()
  }

  /// A device's risk as its verdicts make it.
  package func informed(
    _ entry: DeviceStanding.Mode, of device: String, asOf moment: EventTime
  ) -> (risk: DeviceRisk, verdict: DeviceVerdict?) {
    var risk = entry.risk
    let verdict = verdicts.inform(&risk, of: device, entry.mode, before: moment)
    return (risk, verdict)
  }

  /// A verdict of an operator or a workbench. Answers whether it is news.
  package mutating func learn(_ verdict: Verdict) -> Bool { verdicts.take(verdict) }
}
