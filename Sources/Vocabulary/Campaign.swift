/// How the tickets of one finding are let out: a canary wave, then growing ones, each begun only when the last has shown
/// that the care helps. A part of its finding, and changed with it.
package struct Campaign: Hashable, Sendable {
  package struct Wave: Hashable, Sendable {
    /// From 1; tickets name it.
    package var number: Int
    /// How many tickets it may let out.
    package var size: Int
    package var begunAt: EventTime
    package var lastReleaseAt: EventTime
    package init(number: Int, size: Int, begunAt: EventTime) {
      self.number = number
      self.size = size
      self.begunAt = begunAt
      lastReleaseAt = begunAt
    }
  }

  /// An operator's pause: no further ticket is let out.
  package struct Pause: Hashable, Sendable {
    package var since: EventTime
    package var by: String
    package init(since: EventTime, by: String) {
      self.since = since
      self.by = by
    }
  }

  package var waves: [Wave] = []
  package var pause: Pause?
  /// An operator's limit of tickets a day; `nil`: the configuration's.
  package var limitADay: Int?
  /// The UTC day of the latest release, and how many there were on it.
  package var lastDay: EventTime?
  package var releasedOnLastDay = 0
  package var acknowledgedAt: EventTime?
  /// Batches, firmware and regions in which devices failed when it was acknowledged, and those told of since; `nil`: the
  /// next pass looks.
  package var places: [String]?
  /// When it was said that nobody answers to its proposals.
  package var escalatedAt: EventTime?

  package init() {}
}

/// What became of one ticket that was let out, as the next wave needs to know it.
package struct WaveStanding: Hashable, Sendable {
  package enum State: String, Sendable, CaseIterable {
    /// Nothing is known yet.
    case open
    /// The new firmware runs, and the device's risk isn't above what it was.
    case installed
    /// The new firmware runs, and the risk is above what it was.
    case worse
    /// The fault was there, or the patch cured it.
    case good
    /// The fault was not there, or it was another.
    case bad
    /// A patch that didn't help.
    case failed
    /// The customer didn't want it: says nothing of the care.
    case declined
    case cancelled
  }

  package var device: String
  package var wave: Int
  package var state: State

  package init?(_ ticket: Ticket) {
    guard let wave = ticket.wave else { return nil }
    device = ticket.device
    self.wave = wave
    let isInstalled = ticket.history.contains { $0.change == "target_firmware_installed" }
    switch ticket.outcome {
    case _ where ticket.state == .cancelled: state = .cancelled
    case _ where isInstalled && ticket.kind == .replacement: state = .failed
    case .confirmed, .cured: state = .good
    case .noFaultFound, .otherCause: state = .bad
    case .declined: state = .declined
    case nil:
      state =
        !isInstalled ? .open : ticket.probability.mean > ticket.remedy.probabilityWhenDecided ? .worse : .installed
    }
  }
}

extension Ticket.Remedy {
  /// The device's probability when the remedy was decided: waiting costs it times a failure, and a failure is the expected
  /// cost over the break-even.
  package var probabilityWhenDecided: Double {
    expectedCost > 0 ? costOfWaiting * breakEvenProbability / expectedCost : 1
  }
}

extension Campaign: Codable {
  private enum CodingKeys: String, CodingKey {
    case waves, pause
    case limitADay = "limit_a_day"
    case lastDay = "last_day"
    case releasedOnLastDay = "released_on_last_day"
    case acknowledgedAt = "acknowledged_at"
    case places
    case escalatedAt = "escalated_at"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(waves, forKey: .waves)
    try container.encode(pause, forKey: .pause)
    try container.encode(limitADay, forKey: .limitADay)
    try container.encode(lastDay, forKey: .lastDay)
    try container.encode(releasedOnLastDay, forKey: .releasedOnLastDay)
    try container.encode(acknowledgedAt, forKey: .acknowledgedAt)
    try container.encode(places, forKey: .places)
    try container.encode(escalatedAt, forKey: .escalatedAt)
  }
}

extension Campaign.Wave: Codable {
  private enum CodingKeys: String, CodingKey {
    case number, size
    case begunAt = "begun_at"
    case lastReleaseAt = "last_release_at"
  }
}

extension Campaign.Pause: Codable {}
