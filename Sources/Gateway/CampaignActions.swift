import CaseStore
import ControlProtocol
import Hummingbird
import Pipeline
import Triage
import Vocabulary

/// Waves of tickets, as operators see them and let them out.
extension Engine {
  func campaign(_ finding: Finding) -> CampaignReport {
    pipeline.triage.campaign(finding, pipeline.cases, at: judgementTime)
  }

  /// The next tickets of a finding, in one transaction.
  func release(finding id: String, isForced: Bool, reason: String?, actor: String) async throws -> CampaignItem {
    try await turn {
      guard let stored = try store.finding(id)?.finding else { throw ProblemDetails.noSuch("finding", id) }
      let changes: [CaseChange]
      do throws(Refusal) {
        changes = try pipeline.triage.release(
          stored, pipeline.cases, isForced: isForced, reason: reason, at: judgementTime, wall: WallClock.now(),
          actor: actor)
      } catch {
        throw ProblemDetails(refusal: error)
      }
      try await save(changes)
      var released = 0
      var changed = stored
      for change in changes {
        switch change {
        case .ticket: released += 1
        case .finding(let finding): changed = finding
        }
      }
      return CampaignItem(campaign(changed), released: released)
    }
  }
}

extension Routes {
  func waves(_ request: Request, _ context: ControlContext) async throws -> Response {
    let id = try context.id()
    guard let found = try store.finding(id) else { throw ProblemDetails.noSuch("finding", id) }
    return .json(
      ObjectReply(
        schema: Schema.name("finding", "waves"), value: CampaignItem(await engine.campaign(found.finding))))
  }
}

extension CampaignItem {
  init(_ report: CampaignReport, released: Int? = nil) {
    let campaign = report.finding.campaign
    self.init(
      finding: report.finding.id, state: report.finding.state.rawValue, paused: campaign?.pause != nil,
      pausedBy: campaign?.pause?.by, acknowledgedAt: campaign?.acknowledgedAt?.description,
      limitADay: report.limitADay, waiting: report.waiting, reason: report.reason,
      waves: report.waves.map { wave in
        func count(_ state: WaveStanding.State) -> Int { wave.counts[state] ?? 0 }
        return Wave(
          number: wave.wave.number, size: wave.wave.size, begunAt: wave.wave.begunAt.description,
          lastReleaseAt: wave.wave.lastReleaseAt.description, standing: wave.standing.rawValue, reason: wave.reason,
          released: wave.counts.values.reduce(0, +), open: count(.open), installed: count(.installed),
          worse: count(.worse), good: count(.good), bad: count(.bad), failed: count(.failed),
          declined: count(.declined), cancelled: count(.cancelled))
      }, released: released)
  }
}
