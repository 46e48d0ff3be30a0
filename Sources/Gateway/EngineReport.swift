import DefectModel
import DeviceHistory
import FirmwareProfiles
import Logging
import Pipeline
import Triage
import Vocabulary

/// How many cases there are, for `status`: counted anew only after a change, not at each of hundreds of commits a second.
struct CaseTally {
  var open = 0
  var proposed = 0
  var live = 0
  var findings = 0

  init(_ cases: CaseBook) {
    for ticket in cases.tickets.values {
      live += 1
      if ticket.state.isOpen { open += 1 }
      if ticket.state == .proposed { proposed += 1 }
    }
    findings = cases.findings.count
  }
}

extension Engine {
  /// What a commit means for those who look on: `status`, metrics, the log.
  func report(_ total: FateCounts, _ yield: Yield, _ started: Double?) {
    let history = pipeline.history
    let tally = caseTally
    let seconds = WallClock.monotonicSeconds()
    let profiles = (pipeline.catalogue.profiles.count, pipeline.catalogue.revision)
    // Forecasts come due in passes alone; a restart, which has none yet, knows them from before.
    let drifts = yield.passes.isEmpty && started != nil ? nil : pipeline.model.drifts
    board.change { content in
      content.counts = total
      content.devices = history.deviceCount
      content.openTickets = tally.open
      content.proposedTickets = tally.proposed
      content.liveTickets = tally.live
      content.liveFindings = tally.findings
      content.clock = history.now
      if let drifts { content.calibration = drifts }
      content.unknownItems = history.unknownItems
      content.sequenceGaps = history.sequenceGaps
      (content.profileCount, content.profileRevision) = profiles
      reportLimits(on: &content)
      content.lastProgress = seconds
      if let pass = yield.passes.last {
        content.lastPassEnd = pass.bucket.end
        content.lastPassSeconds = started.map { (seconds - $0) / Double(yield.passes.count) }
      }
    }
    for pass in yield.passes {
      // A pass names the incidents of all its open buckets: those of the bucket that it closed are news.
      for (mode, incident) in pass.incidents where incident.bucket == pass.bucket {
        logger.notice(
          "everything in a region failed more than usual: no defect of devices",
          metadata: [
            "product": "\(mode.product)", "failure_mode": "\(mode.mode)", "region": "\(incident.region)",
            "carrier": "\(incident.carrier)", "from": "\(incident.bucket.start)", "failures": "\(incident.failures)",
            "expected": "\(incident.expectedFailures.toSixDigits)",
          ])
      }
    }
    for change in yield.changes {
      if case .finding(let finding) = change, finding.history.last?.at == yield.passes.last?.bucket.end {
        logger.notice(
          "finding",
          metadata: [
            "id": "\(finding.id)", "state": "\(finding.state)", "product": "\(finding.product)",
            "failure_mode": "\(finding.failureMode)", "cause": "\(finding.cohort.cause.rawValue)",
          ])
      }
    }
  }
}
