import DefectModel
import DeviceHistory
import FirmwareProfiles
import Triage
import Vocabulary

/// The devices that triage has to look at after a pass: those with a live ticket, those in a cohort that is found or
/// suspected, and those that failed repeatedly themselves; each only where a remedy could pay. A glance at all devices shows
/// whom anything concerns, and the customers' other devices; only those are weighed.
struct CareCandidates {
  private let cases: CaseBook
  private let defects: Defects
  /// A look at a device asks nothing of them while there are none.
  private let verdicts: VerdictBook?
  private(set) var affected = DevicesAffected()
  private var concerned: [String] = []

  private struct Candidate {
    var standing: DeviceStanding
    var entry: DeviceStanding.Mode
    var key: ModeKey
    var probability: Interval
    var verdict: DeviceVerdict?
    var asOf: EventTime
  }

  init(beliefs: [ModeBelief], cases: CaseBook, verdicts: VerdictBook) {
    self.cases = cases
    self.verdicts = verdicts.isEmpty ? nil : verdicts
    defects = Defects(beliefs: beliefs, cases: cases)
  }

  mutating func look(at glance: DeviceGlance) {
    affected.count(glance)
    let concernsAny = glance.onsets.contains { mode, count in
      isConcerned(glance.identity.device, mode, glance.covariates, onsets: count, isRetired: glance.isRetired)
    }
    if concernsAny { concerned.append(glance.identity.device) }
  }

  func beliefs(
    _ history: FleetHistory, _ model: HazardModel, _ triage: CareDesk, asOf moment: EventTime, length: BucketLength
  ) -> [DeviceBelief] {
    var thresholds: [ModeKey: Double] = [:]
    var candidates: [Candidate] = []
    for device in concerned {
      let standing = history.standing(of: device, asOf: moment, lengths: [length], includingRetired: true) {
        model.hazard($0, $1)
      }
      guard let standing else { continue }
      let isRetired = standing.facts.retired.map { $0 < moment } ?? false
      for var entry in standing.modes {
        let key = ModeKey(product: standing.identity.product, mode: entry.mode.id)
        let verdict = verdicts?.inform(&entry.risk, of: device, entry.mode, before: moment)
        guard
          isConcerned(device, key, entry.risk.covariates, onsets: entry.risk.onsets, isRetired: isRetired)
        else { continue }
        let probability = model.probability(key, entry.risk, horizonDays: entry.mode.horizonDays)
        let threshold = thresholds[key] ?? triage.careThreshold(mode: key)
        thresholds[key] = threshold
        guard hasTicket(device, key.mode) || probability.mean >= threshold else { continue }
        candidates.append(
          Candidate(
            standing: standing, entry: entry, key: key, probability: probability, verdict: verdict, asOf: moment))
      }
    }
    return candidates.map { belief($0, model, fixes: defects.fixes($0.key, $0.entry.risk.covariates)) }
      .sorted { ($0.identity, $0.mode) < ($1.identity, $1.mode) }
  }

  private func hasTicket(_ device: String, _ mode: Symbol) -> Bool {
    !cases.tickets.isEmpty && cases.tickets[CaseBook.CareKey(device: device, mode: mode)] != nil
  }

  private func isConcerned(
    _ device: String, _ key: ModeKey, _ covariates: Covariates, onsets: Int, isRetired: Bool
  ) -> Bool {
    if hasTicket(device, key.mode) { return true }
    return !isRetired
      && (onsets > 1 || defects.include(covariates, key) || verdicts?.concerns(device) ?? false)
  }

  private func belief(_ candidate: Candidate, _ model: HazardModel, fixes: Set<Symbol>) -> DeviceBelief {
    let (standing, entry, key) = (candidate.standing, candidate.entry, candidate.key)
    let horizon = entry.mode.horizonDays
    var byFirmware: [Symbol: Interval] = [:]
    for firmware in fixes.union([entry.risk.covariates.firmware]) {
      var risk = entry.risk
      risk.covariates.firmware = firmware
      // A remote check speaks of the firmware that ran then.
      if candidate.verdict != nil, let verdicts {
        risk.likelihoodRatio =
          verdicts.verdict(on: standing.identity.device, entry.mode, firmware: firmware, before: candidate.asOf)?
          .likelihoodRatio ?? 1
      }
      byFirmware[firmware] = model.probability(key, risk, horizonDays: horizon)
    }
    var ifHumid: Interval?
    if entry.risk.weather.unknown < 1 {
      var risk = entry.risk
      risk.weather = WeatherShares(only: .humid)
      ifHumid = model.probability(key, risk, horizonDays: horizon)
    }
    let others =
      standing.facts.customer.map { customer in
        affected.devices(ofCustomer: customer, mode: entry.mode.id) - (entry.risk.onsets > 0 ? 1 : 0)
      } ?? 0
    return DeviceBelief(
      identity: standing.identity, mode: entry.mode.id, facts: standing.facts, covariates: entry.risk.covariates,
      probability: candidate.probability, attribution: model.attribution(key, entry.risk),
      probabilityByFirmware: byFirmware,
      probabilityIfHumid: ifHumid, probabilityOfReplacement: model.ordinaryProbability(key, horizonDays: horizon),
      reports: standing.reports, onsets: entry.risk.onsets, lastOnset: entry.risk.lastOnset,
      customersOtherDevicesAffected: max(0, others),
      verdict: candidate.verdict)
  }
}

/// The cohorts that matter for care: believed in now, or with a live finding.
private struct Defects {
  private var cohorts: [ModeKey: [Cohort]] = [:]
  private var fixes: [ModeKey: [(Cohort, Set<Symbol>)]] = [:]

  init(beliefs: [ModeBelief], cases: CaseBook) {
    for belief in beliefs {
      for cohort in belief.cohorts where cohort.isPosteriorGateOpen || cohort.known != nil {
        cohorts[belief.mode, default: []].append(cohort.cohort)
        fixes[belief.mode, default: []].append((cohort.cohort, Set(cohort.fixes.map(\.firmware))))
      }
    }
    for key in cases.findings.keys { cohorts[key.mode, default: []].append(key.cohort) }
  }

  func include(_ covariates: Covariates, _ mode: ModeKey) -> Bool {
    !cohorts.isEmpty && (cohorts[mode]?.contains { $0.includes(covariates) } ?? false)
  }

  func fixes(_ mode: ModeKey, _ covariates: Covariates) -> Set<Symbol> {
    (fixes[mode] ?? []).reduce(into: []) { all, entry in
      if entry.0.includes(covariates) { all.formUnion(entry.1) }
    }
  }
}
