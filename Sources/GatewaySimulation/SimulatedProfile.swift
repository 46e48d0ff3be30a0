import CheckedYAML
import FirmwareProfiles

/// The one product of simulated worlds: two ways of failing, of which one needs a count.
enum SimulatedProfile {
  static let product = "hub"
  static let dropsOf = "dropout"
  static let heatOf = "overheating"
  static let dropsAnOnset = 6
  static let refractoryDays = 7

  static func catalogue() throws(YAMLFaults) -> Catalogue {
    try Catalogue(files: [(name: "hub.yaml", bytes: Array(text.utf8))])
  }

  private static let text = """
    product: hub
    title: Hub
    replacement: {sku: HUB-1, firmware: 1.0.0}
    weather: {humid_at_pct: 70}
    signals:
      rssi_dbm: {type: gauge, unit: dBm, range: [-110, 0]}
    events: [link_lost, overheated]
    modes:
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
