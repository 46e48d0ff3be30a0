import DefectModel
import DeviceHistory
package import FirmwareProfiles
package import Vocabulary

/// Who looks on at what the stages hand to each other, without changing anything: for a search over captures. The daemon has
/// none.
package struct Onlooker: Sendable {
  /// Each report that was applied.
  package var report: @Sendable (Report, DeviceIdentity) -> Void
  /// Each piece of evidence, differences of revised buckets among them.
  package var evidence: @Sendable (Evidence) -> Void

  package init(
    report: @escaping @Sendable (Report, DeviceIdentity) -> Void = { _, _ in },
    evidence: @escaping @Sendable (Evidence) -> Void = { _ in }
  ) {
    self.report = report
    self.evidence = evidence
  }
}

extension StageLine {
  /// A line that watches failure modes other than the catalogue's and raises nothing: its reports are decoded by the
  /// catalogue, its evidence is the onlooker's.
  package static func watching(
    _ profiles: [FirmwareProfile], catalogue: Catalogue, settings: PipelineSettings, onlooker: Onlooker
  ) -> StageLine {
    var line = StageLine(catalogue: catalogue, settings: settings)
    line.history = FleetHistory(profiles: profiles, settings: settings.history)
    line.model = HazardModel(profiles: [])
    line.onlooker = onlooker
    return line
  }
}
