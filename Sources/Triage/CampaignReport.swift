package import Vocabulary

/// The waves of one finding as an operator sees them.
package struct CampaignReport: Hashable, Sendable {
  package enum Standing: String, Sendable { case filling, watched, passed, failed }

  package struct Wave: Hashable, Sendable {
    package var wave: Campaign.Wave
    package var standing: Standing
    /// What it waits for, or why it failed.
    package var reason: String?
    package var counts: [WaveStanding.State: Int]
  }

  package var finding: Finding
  /// Tickets that no wave has let out.
  package var waiting: Int
  package var limitADay: Int
  package var waves: [Wave]
  /// Why no more tickets are let out now; `nil`: none waits.
  package var reason: String?
}

extension CareDesk {
  package func campaign(_ finding: Finding, _ book: CaseBook, at now: EventTime) -> CampaignReport {
    let rules = CampaignRules(policy: policy.waves, now: now)
    let standings = book.standings(of: finding.id)
    let waiting = book.waiting(of: finding.id)
    let campaign = finding.campaign ?? Campaign()
    let waves = campaign.waves.map { wave -> CampaignReport.Wave in
      let tally = WaveTally(wave, standings)
      let isLast = wave.number == campaign.waves.last?.number
      let count = tally.counts.values.reduce(0, +)
      var standing = CampaignReport.Standing.passed
      var reason: String?
      switch rules.gate(wave, standings) {
      case .failed(let words): (standing, reason) = (.failed, words)
      case .waits(let words) where isLast: (standing, reason) = (count < wave.size ? .filling : .watched, words)
      case .passed where isLast && count < wave.size: standing = .filling
      case .waits, .passed: break
      }
      return CampaignReport.Wave(wave: wave, standing: standing, reason: reason, counts: tally.counts)
    }
    let plan = rules.plan(finding, standings: standings, waiting: waiting)
    var reason = plan.reason
    if waiting > 0, plan.release > 0 {
      switch policy.careMode {
      case .off: reason = "care.mode is off"
      case .propose: reason = "care.mode is propose: let the next wave out with forewarn finding release \(finding.id)"
      case .send: reason = "the next pass lets \(plan.release) out"
      }
    }
    return CampaignReport(
      finding: finding, waiting: waiting, limitADay: campaign.limitADay ?? policy.waves.limitADay, waves: waves,
      reason: reason)
  }
}
