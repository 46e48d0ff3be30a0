import DeviceHistory
import FirmwareProfiles
import Pipeline
import Synchronization
import Testing
import Vocabulary

struct OnlookerTests {
  private final class Seen: Sendable {
    private let counts = Mutex((reports: 0, atRisk: Int64(0)))
    var reports: Int { counts.withLock { $0.reports } }
    var atRisk: Int64 { counts.withLock { $0.atRisk } }
    func note(_ report: Report) { counts.withLock { $0.reports += 1 } }
    func note(_ evidence: Evidence) { counts.withLock { $0.atRisk += Int64(evidence.counts.atRisk) } }
  }

  @Test func `an onlooker is told of each report and of the evidence of its own modes, and nothing is raised`() throws {
    let (catalogue, settings) = (try StageLineTests.pipeline().catalogue, try StageLineTests.pipeline().settings)
    let profile = try #require(catalogue.profile(product: "echo-dot-5", firmware: nil))
    var searched = profile
    searched.modes = [FailureMode(id: "any-fault", title: "Any", onset: .silence(days: 3), refractoryDays: 0)]
    let seen = Seen()
    var pipeline = StageLine.watching(
      [searched], catalogue: catalogue, settings: settings,
      onlooker: Onlooker(report: { report, _ in seen.note(report) }, evidence: { seen.note($0) }))
    for day in 0..<8 {
      pipeline.take(StageLineTests.report("E1", day, at: StageLineTests.noon + Int64(day) * EventTime.day), wall: nil)
    }
    pipeline.finish()
    pipeline.predictAtEnd()
    let yield = pipeline.takeYield()
    #expect(seen.reports == 8 && seen.atRisk > 0 && yield.counts.applied == 8)
    #expect(yield.changes.isEmpty && yield.passes.count == 8)
  }
}
