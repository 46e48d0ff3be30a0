/// How a finding's tickets are let out, as `finding waves` shows it.
package struct CampaignItem: Hashable, Sendable, Codable {
  package struct Wave: Hashable, Sendable, Codable {
    package var number: Int
    package var size: Int
    package var begunAt: String
    package var lastReleaseAt: String
    /// `filling`, `watched`, `passed` or `failed`.
    package var standing: String
    @Known package var reason: String?
    /// All that it let out; then by what became of them.
    package var released: Int
    package var open: Int
    package var installed: Int
    package var worse: Int
    package var good: Int
    package var bad: Int
    package var failed: Int
    package var declined: Int
    package var cancelled: Int

    package init(
      number: Int, size: Int, begunAt: String, lastReleaseAt: String, standing: String, reason: String?, released: Int,
      open: Int, installed: Int, worse: Int, good: Int, bad: Int, failed: Int, declined: Int, cancelled: Int
    ) {
      self.number = number
      self.size = size
      self.begunAt = begunAt
      self.lastReleaseAt = lastReleaseAt
      self.standing = standing
      self.reason = reason
      self.released = released
      self.open = open
      self.installed = installed
      self.worse = worse
      self.good = good
      self.bad = bad
      self.failed = failed
      self.declined = declined
      self.cancelled = cancelled
    }

    private enum CodingKeys: String, CodingKey {
      case number, size, standing, reason, released, open, installed, worse, good, bad, failed, declined, cancelled
      case begunAt = "begun_at"
      case lastReleaseAt = "last_release_at"
    }
  }

  package var finding: String
  package var state: String
  package var paused: Bool
  @Known package var pausedBy: String?
  @Known package var acknowledgedAt: String?
  package var limitADay: Int
  /// Tickets that no wave has let out.
  package var waiting: Int
  /// Why no more are let out now.
  @Known package var reason: String?
  package var waves: [Wave]
  /// How many this very release let out.
  @Known package var released: Int?

  package init(
    finding: String, state: String, paused: Bool, pausedBy: String?, acknowledgedAt: String?, limitADay: Int,
    waiting: Int, reason: String?, waves: [Wave], released: Int?
  ) {
    self.finding = finding
    self.state = state
    self.paused = paused
    self.pausedBy = pausedBy
    self.acknowledgedAt = acknowledgedAt
    self.limitADay = limitADay
    self.waiting = waiting
    self.reason = reason
    self.waves = waves
    self.released = released
  }

  private enum CodingKeys: String, CodingKey {
    case finding, state, paused, waiting, reason, waves, released
    case pausedBy = "paused_by"
    case acknowledgedAt = "acknowledged_at"
    case limitADay = "limit_a_day"
  }
}
