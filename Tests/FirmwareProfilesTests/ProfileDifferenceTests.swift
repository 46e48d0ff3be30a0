import Testing
import Vocabulary

@testable import FirmwareProfiles

/// What a changed profile changes.
struct ProfileDifferenceTests {
  private static let text = """
    product: stick
    firmware: ">=3.0.0 <5.0.0"
    signals:
      rssi: {type: gauge, range: [-110, 0]}
    events: [cec]
    modes:
      - id: hdmi
        onset: {event: cec, count: 3}
        refractory_days: 7
        costs: {failure: 60}
      - id: wifi
        onset: {signal: rssi, mean_below: -80}
    releases:
      - {version: 4.1.0, fixes: [hdmi]}
    """

  private func profile(_ text: String) throws -> FirmwareProfile {
    try #require(try Catalogue(files: [("stick.yaml", Array(text.utf8))]).profiles.first)
  }

  private func difference(_ from: String, _ to: String) throws -> ProfileDifference {
    #expect(Self.text.contains(from))
    return ProfileDifference(from: try profile(Self.text), to: try profile(Self.text.replacing(from, with: to)))
  }

  @Test func `a profile doesn't differ from itself`() throws {
    #expect(ProfileDifference(from: try profile(Self.text), to: try profile(Self.text)).changes.isEmpty)
  }

  @Test(arguments: [
    ("count: 3", "count: 4", "modes[hdmi].onset", true), ("refractory_days: 7", "refractory_days: 8", "", true),
    ("refractory_days: 7", "grace_buckets: 2", "modes[hdmi].grace_buckets", true),
    ("refractory_days: 7", "factors: [{since: install, bins_days: [1]}]", "modes[hdmi].factors", true),
    ("refractory_days: 7", "age_bins_days: [30]", "modes[hdmi].age_bins_days", true),
    ("refractory_days: 7", "bucket: hour", "modes[hdmi].bucket", true),
    ("refractory_days: 7", "horizon_days: 14", "modes[hdmi].horizon_days", false),
    ("refractory_days: 7", "window_days: 14", "modes[hdmi].window_days", false),
    ("refractory_days: 7", "verdicts: {bench: {sensitivity: 0.7}}", "modes[hdmi].verdicts.bench", false),
    ("refractory_days: 7", "verdicts: {no_fault_found: 0.5}", "modes[hdmi].verdicts.no_fault_found", false),
    ("failure: 60", "failure: 70", "modes[hdmi].costs.failure", false), ("fixes: [hdmi]", "fixes: [wifi]", "", false),
    ("[-110, 0]", "[-120, 0]", "signals.rssi", false), ("[cec]", "[cec, boot]", "events[boot]", false),
  ])
  func `each key is named, and whether evidence begins anew`(
    from: String, to: String, key: String, startsAnew: Bool
  ) throws {
    let difference = try difference(from, to)
    #expect(difference.changes.count == 1)
    let change = try #require(difference.changes.first)
    #expect(key.isEmpty || change.key == key)
    #expect(change.startsAnew == startsAnew && change.before != change.after)
    #expect(difference.modesBegunAnew.map(\.text) == (startsAnew ? ["hdmi"] : []))
  }

  @Test func `another firmware range lets every mode begin anew, a mode that comes or goes only itself`() throws {
    #expect(try difference("<5.0.0", "<6.0.0").modesBegunAnew.map(\.text) == ["hdmi", "silent", "wifi"])
    let gone = try difference(
      "  - id: wifi\n    onset: {signal: rssi, mean_below: -80}\n", "")
    #expect(gone.changes.map(\.key) == ["modes[wifi]"] && gone.modesBegunAnew.map(\.text) == ["wifi"])
    #expect(gone.changes.first?.after == nil)
  }
}
