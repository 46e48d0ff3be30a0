import CaseStore
import ControlProtocol
import Dashboard
import DefectModel
import Hummingbird
import Vocabulary

/// A finding as a page: the case from the store, its evidence from a copy of the model.
extension DashboardRoutes {
  func finding(_ request: Request, _ context: BasicRequestContext) async throws -> WebPage {
    _ = try query(request, [])
    let id = try id(context)
    guard let found = try store.finding(id) else { throw ProblemDetails.noSuch("finding", id) }
    let finding = found.finding
    let snapshot = await engine.modelSnapshot
    let mode = ModeKey(product: finding.product, mode: finding.failureMode)
    let evidence = snapshot.model.evidence(
      mode, of: finding.cohort, since: finding.onset, effects: finding.candidates.map(\.cohort))
    return FindingCard(
      finding: finding, open: found.open, closed: found.closed, batch: try store.batchFacts(of: finding),
      campaign: CampaignItem(await engine.campaign(finding)), evidence: evidence.map(FindingEvidence.init)
    ).page(now: judgementTime)
  }
}

extension FindingEvidence {
  init(_ evidence: CohortEvidence) {
    self.init(
      regions: evidence.regions.map { region in
        Region(
          region: region.region.text, deviceDays: region.deviceDays, onsets: region.onsets,
          otherDeviceDays: region.otherDeviceDays, otherOnsets: region.otherOnsets,
          ratio: region.ratio.map { Estimate($0) })
      },
      days: evidence.days.map { day in
        Day(start: day.start, deviceDays: day.deviceDays, onsets: day.onsets, expected: day.expected)
      },
      effects: evidence.effects.map { $0.ratio.map { Estimate($0) } })
  }
}
