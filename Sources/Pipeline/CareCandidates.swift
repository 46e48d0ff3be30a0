import DefectModel
import DeviceHistory
import FirmwareProfiles
import Triage
import Vocabulary

/// The devices that triage has to look at after a pass: those with a live ticket, those in a cohort that is found or
/// suspected, and those that failed repeatedly themselves; each only where a remedy could pay.
struct CareCandidates {
  let history: FleetHistory
  let model: HazardModel
  let triage: CareDesk
  let catalogue: Catalogue
  let cases: CaseBook
  let beliefs: [ModeBelief]

  private struct Candidate {
    var standing: DeviceStanding
    var entry: DeviceStanding.Mode
    var key: ModeKey
    var probability: Interval
  }

  /// A walk over all devices shows whom anything concerns, and the customers' other devices; only those are weighed.
  func look(asOf moment: EventTime, length: BucketLength) -> (beliefs: [DeviceBelief], affected: DevicesAffected) {
    let defects = Defects(beliefs: beliefs, cases: cases)
    var affected = DevicesAffected()
    var concerned: [String] = []
    history.forEachStanding(asOf: moment, lengths: [length], includingRetired: true, hazard: nil) { standing in
      affected.count(standing)
      if standing.modes.contains(where: { isConcerned(standing, $0, asOf: moment, defects) }) {
        concerned.append(standing.identity.device)
      }
    }
    var thresholds: [ModeKey: Double] = [:]
    var candidates: [Candidate] = []
    for device in concerned {
      let standing = history.standing(of: device, asOf: moment, lengths: [length], includingRetired: true) {
        model.hazard($0, $1)
      }
      guard let standing else { continue }
      for entry in standing.modes where isConcerned(standing, entry, asOf: moment, defects) {
        let key = ModeKey(product: standing.identity.product, mode: entry.mode.id)
        let probability = model.probability(key, entry.risk, horizonDays: entry.mode.horizonDays)
        let threshold = thresholds[key] ?? triage.careThreshold(mode: key)
        thresholds[key] = threshold
        guard hasTicket(standing, entry) || probability.mean >= threshold else { continue }
        candidates.append(Candidate(standing: standing, entry: entry, key: key, probability: probability))
      }
    }
    let beliefs = candidates.map { belief($0, affected, fixes: defects.fixes($0.key, $0.entry.risk.covariates)) }
    return (beliefs.sorted { ($0.identity, $0.mode) < ($1.identity, $1.mode) }, affected)
  }

  private func hasTicket(_ standing: DeviceStanding, _ entry: DeviceStanding.Mode) -> Bool {
    cases.tickets[CaseBook.CareKey(device: standing.identity.device, mode: entry.mode.id)] != nil
  }

  private func isConcerned(
    _ standing: DeviceStanding, _ entry: DeviceStanding.Mode, asOf moment: EventTime, _ defects: Defects
  ) -> Bool {
    if !cases.tickets.isEmpty, hasTicket(standing, entry) { return true }
    if let retired = standing.facts.retired, retired < moment { return false }
    return entry.risk.onsets > 1
      || defects.include(
        entry.risk.covariates, ModeKey(product: standing.identity.product, mode: entry.mode.id))
  }

  private func belief(
    _ candidate: Candidate, _ affected: DevicesAffected, fixes: Set<Symbol>
  ) -> DeviceBelief {
    let (standing, entry, key) = (candidate.standing, candidate.entry, candidate.key)
    let horizon = entry.mode.horizonDays
    var byFirmware: [Symbol: Interval] = [:]
    for firmware in fixes.union([entry.risk.covariates.firmware]) {
      var risk = entry.risk
      risk.covariates.firmware = firmware
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
      reports: standing.reports, onsets: entry.risk.onsets, customersOtherDevicesAffected: max(0, others))
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
