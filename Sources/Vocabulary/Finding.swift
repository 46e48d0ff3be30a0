/// A defect found in a cohort: one failure mode, one cause; the parent of its tickets. Its JSON is the contract's, but
/// for `tickets {open, closed}`, which whoever prints it counts.
package struct Finding: Hashable, Sendable {
  package enum State: String, Sendable, Codable, CaseIterable {
    case suspected, confirmed, known, cleared
    package var isLive: Bool { self != .cleared }
    /// Tickets come only from these.
    package var warrantsCare: Bool { self == .confirmed || self == .known }
  }

  package struct CandidateEntry: Hashable, Sendable, Codable {
    package var cohort: Cohort
    package var probability: Double
    package init(cohort: Cohort, probability: Double) {
      self.cohort = cohort
      self.probability = probability
    }
    private enum CodingKeys: String, CodingKey { case cause, batch, firmware, region, probability }
    package init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      cohort = Cohort(
        cause: try container.decode(Cause.self, forKey: .cause),
        batch: try container.decodeIfPresent(Symbol.self, forKey: .batch),
        firmware: try container.decodeIfPresent(Symbol.self, forKey: .firmware),
        region: try container.decodeIfPresent(Symbol.self, forKey: .region))
      probability = try container.decode(Double.self, forKey: .probability)
    }
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(cohort.cause, forKey: .cause)
      try container.encode(cohort.batch, forKey: .batch)
      try container.encode(cohort.firmware, forKey: .firmware)
      try container.encode(cohort.region, forKey: .region)
      try container.encode(probability, forKey: .probability)
    }
  }

  package var id: String
  package var state: State
  package var failureMode: Symbol
  package var product: Symbol
  package var cohort: Cohort
  package var rateRatio: Interval
  /// That it is real.
  package var probability: Double
  package var attribution: Attribution
  package var deviceDays: Double
  package var failures: Int
  package var devicesAffected: Int
  package var onset: EventTime?
  /// `decided_at` of its first confirmation; `nil` while it is only suspected.
  package var detectedAt: EventTime?
  package var kb: String?
  package var explanation: String
  package var candidates: [CandidateEntry]
  package var decidedAt: EventTime
  package var openedAt: EventTime
  package var updatedAt: EventTime
  package var episode: Int
  package var history: [Ticket.Change]
  /// Revision of the firmware profile by which it was last judged; `nil` in a finding of an older version.
  package var profile: String?
  /// How its tickets are let out; `nil`: none was, and nobody has said anything about it.
  package var campaign: Campaign?

  package init(
    id: String, state: State, failureMode: Symbol, product: Symbol, cohort: Cohort, rateRatio: Interval,
    probability: Double, attribution: Attribution, deviceDays: Double, failures: Int, devicesAffected: Int,
    onset: EventTime?, detectedAt: EventTime?, kb: String?, explanation: String, candidates: [CandidateEntry],
    decidedAt: EventTime, openedAt: EventTime, updatedAt: EventTime, episode: Int, history: [Ticket.Change] = [],
    profile: String? = nil
  ) {
    self.id = id
    self.state = state
    self.failureMode = failureMode
    self.product = product
    self.cohort = cohort
    self.rateRatio = rateRatio
    self.probability = probability
    self.attribution = attribution
    self.deviceDays = deviceDays
    self.failures = failures
    self.devicesAffected = devicesAffected
    self.onset = onset
    self.detectedAt = detectedAt
    self.kb = kb
    self.explanation = explanation
    self.candidates = candidates
    self.decidedAt = decidedAt
    self.openedAt = openedAt
    self.updatedAt = updatedAt
    self.episode = episode
    self.history = history
    self.profile = profile
  }
}

extension Finding: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, state
    case failureMode = "failure_mode"
    case product, cause, batch, firmware, region
    case rateRatio = "rate_ratio"
    case probability, attribution
    case deviceDays = "device_days"
    case failures
    case devicesAffected = "devices_affected"
    case onset
    case detectedAt = "detected_at"
    case kb, explanation, candidates
    case decidedAt = "decided_at"
    case openedAt = "opened_at"
    case updatedAt = "updated_at"
    case episode, history, profile, campaign
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try container.decode(String.self, forKey: .id),
      state: try container.decode(State.self, forKey: .state),
      failureMode: try container.decode(Symbol.self, forKey: .failureMode),
      product: try container.decode(Symbol.self, forKey: .product),
      cohort: Cohort(
        cause: try container.decode(Cause.self, forKey: .cause),
        batch: try container.decodeIfPresent(Symbol.self, forKey: .batch),
        firmware: try container.decodeIfPresent(Symbol.self, forKey: .firmware),
        region: try container.decodeIfPresent(Symbol.self, forKey: .region)),
      rateRatio: try container.decode(Interval.self, forKey: .rateRatio),
      probability: try container.decode(Double.self, forKey: .probability),
      attribution: try container.decode(Attribution.self, forKey: .attribution),
      deviceDays: try container.decode(Double.self, forKey: .deviceDays),
      failures: try container.decode(Int.self, forKey: .failures),
      devicesAffected: try container.decode(Int.self, forKey: .devicesAffected),
      onset: try container.decodeIfPresent(EventTime.self, forKey: .onset),
      detectedAt: try container.decodeIfPresent(EventTime.self, forKey: .detectedAt),
      kb: try container.decodeIfPresent(String.self, forKey: .kb),
      explanation: try container.decode(String.self, forKey: .explanation),
      candidates: try container.decode([CandidateEntry].self, forKey: .candidates),
      decidedAt: try container.decode(EventTime.self, forKey: .decidedAt),
      openedAt: try container.decode(EventTime.self, forKey: .openedAt),
      updatedAt: try container.decode(EventTime.self, forKey: .updatedAt),
      episode: try container.decode(Int.self, forKey: .episode),
      history: try container.decode([Ticket.Change].self, forKey: .history),
      profile: try container.decodeIfPresent(String.self, forKey: .profile))
    campaign = try container.decodeIfPresent(Campaign.self, forKey: .campaign)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(state, forKey: .state)
    try container.encode(failureMode, forKey: .failureMode)
    try container.encode(product, forKey: .product)
    try container.encode(cohort.cause, forKey: .cause)
    try container.encode(cohort.batch, forKey: .batch)
    try container.encode(cohort.firmware, forKey: .firmware)
    try container.encode(cohort.region, forKey: .region)
    try container.encode(rateRatio, forKey: .rateRatio)
    try container.encode(probability, forKey: .probability)
    try container.encode(attribution, forKey: .attribution)
    try container.encode(deviceDays, forKey: .deviceDays)
    try container.encode(failures, forKey: .failures)
    try container.encode(devicesAffected, forKey: .devicesAffected)
    try container.encode(onset, forKey: .onset)
    try container.encode(detectedAt, forKey: .detectedAt)
    try container.encode(kb, forKey: .kb)
    try container.encode(explanation, forKey: .explanation)
    try container.encode(candidates, forKey: .candidates)
    try container.encode(decidedAt, forKey: .decidedAt)
    try container.encode(openedAt, forKey: .openedAt)
    try container.encode(updatedAt, forKey: .updatedAt)
    try container.encode(episode, forKey: .episode)
    try container.encode(history, forKey: .history)
    try container.encode(profile, forKey: .profile)
    try container.encode(campaign, forKey: .campaign)
  }
}
