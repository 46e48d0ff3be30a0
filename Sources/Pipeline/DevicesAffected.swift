import DeviceHistory
import Vocabulary

/// Which devices have had an onset, by mode: for the size of a finding, and for a customer's other devices.
struct DevicesAffected {
  private var covariates: [ModeKey: [Covariates: Int]] = [:]
  private var byCustomer: [String: [Symbol: Int]] = [:]

  mutating func count(_ glance: DeviceGlance) {
    for (mode, onsets) in glance.onsets where onsets > 0 {
      covariates[mode, default: [:]][glance.covariates, default: 0] += 1
      if let customer = glance.customer { byCustomer[customer, default: [:]][mode.mode, default: 0] += 1 }
    }
  }

  /// How many devices of each defect's cohort had an onset.
  func byDefect(beliefs: [ModeBelief], cases: CaseBook) -> [CaseBook.DefectKey: Int] {
    var counts: [CaseBook.DefectKey: Int] = [:]
    let keys =
      beliefs.flatMap { belief in belief.cohorts.map { CaseBook.DefectKey(mode: belief.mode, cohort: $0.cohort) } }
      + Array(cases.findings.keys)
    for key in keys {
      counts[key] = (covariates[key.mode] ?? [:]).reduce(0) { $0 + (key.cohort.includes($1.key) ? $1.value : 0) }
    }
    return counts
  }

  /// Devices of the customer, this one included, that had an onset of the mode.
  func devices(ofCustomer customer: String, mode: Symbol) -> Int { byCustomer[customer]?[mode] ?? 0 }
}
