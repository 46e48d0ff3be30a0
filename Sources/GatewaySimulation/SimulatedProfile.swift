import CheckedYAML
import FirmwareProfiles

/// The one product of simulated worlds: two ways of failing, of which one needs a count. A reload can add a third; the two
/// mean the same in every form, so that their evidence must go on as if there had been no reload.
enum SimulatedProfile {
  static let product = "hub"
  static let dropsOf = "dropout"
  static let heatOf = "overheating"
  static let dropsAnOnset = 6
  static let refractoryDays = 7

  enum Form: Sendable, CaseIterable {
    case plain
    /// Watches a signal and an event more.
    case wider
    /// Judges a mode by the hour as well.
    case hourly

    fileprivate var mode: String {
      switch self {
      case .plain: ""
      case .wider:
        """
          - id: wear
            title: Wears out
            onset: {all: [{event: cycled, count: 1}, {signal: amperes, max_above: 2}]}
            refractory_days: 7

        """
      case .hourly:
        """
          - id: fits
            title: Drops the link again and again
            onset: {event: link_lost, count: 2}
            bucket: hour
            refractory_days: 1

        """
      }
    }
  }

  static func catalogue(_ form: Form = .plain) throws(YAMLFaults) -> Catalogue {
    try Catalogue(files: [(name: "hub.yaml", bytes: Array((head + form.mode + rest).utf8))])
  }

  private static let head = """
    product: hub
    title: Hub
    replacement: {sku: HUB-1, firmware: 1.0.0}
    weather: {humid_at_pct: 70}
    signals:
      rssi_dbm: {type: gauge, unit: dBm, range: [-110, 0]}
      amperes: {type: gauge, unit: A, range: [0, 10]}
    events: [cycled, link_lost, overheated]
    modes:

    """

  private static let rest = """
      - id: dropout
        title: Drops the link
        severity: major
        onset: {event: link_lost, count: 6}
        bucket: day
        refractory_days: 7
        horizon_days: 30
        factors:
          - {signal: rssi_dbm, bins: [-80, -70]}
        costs: {failure: 120, patch: 0.5, replacement: 45, diagnose: 2, currency: USD}
      - id: overheating
        title: Overheats
        severity: critical
        onset: {event: overheated, count: 1}
        bucket: day
        refractory_days: 7
        horizon_days: 30
        costs: {failure: 150, patch: 0.5, replacement: 45, diagnose: 2, currency: USD}
    releases:
      - {version: 1.0.0, date: 2025-01-01}
    """
}
