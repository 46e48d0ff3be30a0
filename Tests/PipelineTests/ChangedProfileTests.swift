import DeviceHistory
import FirmwareProfiles
import Pipeline
import Testing
import Vocabulary

/// What a difference between profiles foretells of evidence is what the pipeline does.
struct ChangedProfileTests {
  private static let text = """
    product: stick
    events: [cec]
    modes:
      - id: hdmi
        onset: {event: cec, count: 3}
        KEY
    """

  @Test(arguments: [
    "refractory_days: 8", "grace_buckets: 2", "bucket: hour", "age_bins_days: [30]", "horizon_days: 14",
    "window_days: 14", "costs: {failure: 70}", "severity: minor", "verdicts: {no_fault_found: 0.5}",
    "factors: [{since: install, bins_days: [1]}]",
  ])
  func `a mode loses its evidence exactly where the difference says so`(key: String) throws {
    func catalogue(_ key: String) throws -> Catalogue {
      try Catalogue(files: [("stick.yaml", Array(Self.text.replacing("KEY", with: key).utf8))])
    }
    let (old, new) = (try catalogue("title: HDMI"), try catalogue("title: HDMI\n    \(key)"))
    var pipeline = StageLine(catalogue: old, settings: PipelineSettings())
    let lost = pipeline.replaceCatalogue(new).map(\.mode)
    let difference = ProfileDifference(from: old.profiles[0], to: new.profiles[0])
    #expect(lost == difference.modesBegunAnew && difference.changes.count == 1)
  }
}
