/// The proactive care of one device and failure mode. Its JSON is the contract's: every field is there, `null` where it
/// isn't known.
package struct Ticket: Hashable, Sendable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    case patch, replacement, diagnose
  }
  package enum State: String, Sendable, Codable, CaseIterable {
    case proposed, open, acknowledged, onHold = "on_hold", resolved, closed, cancelled
    /// At most one live ticket exists for a device and failure mode.
    package var isLive: Bool { self != .closed && self != .cancelled }
    /// Someone may still act on it.
    package var isOpen: Bool { isLive && self != .resolved }
  }
  package enum Outcome: String, Sendable, Codable, CaseIterable {
    case confirmed, cured, declined
    case noFaultFound = "no_fault_found"
    case otherCause = "other_cause"
  }

  package struct Probability: Hashable, Sendable, Codable {
    package var mean: Double
    package var low: Double
    package var high: Double
    package var horizonDays: Double
    package init(_ interval: Interval, horizonDays: Double) {
      mean = interval.mean
      low = interval.low
      high = interval.high
      self.horizonDays = horizonDays
    }
    private enum CodingKeys: String, CodingKey {
      case mean, low, high
      case horizonDays = "horizon_days"
    }
  }

  package struct Evidence: Hashable, Sendable, Codable {
    package var cohortDeviceDays: Double?
    package var cohortFailures: Int?
    package var deviceReports: Int
    package init(cohortDeviceDays: Double?, cohortFailures: Int?, deviceReports: Int) {
      self.cohortDeviceDays = cohortDeviceDays
      self.cohortFailures = cohortFailures
      self.deviceReports = deviceReports
    }
    private enum CodingKeys: String, CodingKey {
      case cohortDeviceDays = "cohort_device_days"
      case cohortFailures = "cohort_failures"
      case deviceReports = "device_reports"
    }
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(cohortDeviceDays, forKey: .cohortDeviceDays)
      try container.encode(cohortFailures, forKey: .cohortFailures)
      try container.encode(deviceReports, forKey: .deviceReports)
    }
  }

  package struct Remedy: Hashable, Sendable, Codable {
    package var type: Kind
    package var sku: String?
    package var firmware: Symbol?
    package var expectedCost: Double
    package var costOfWaiting: Double
    package var breakEvenProbability: Double
    package var currency: String
    /// Of a patch: the share of the device's risk that the new firmware takes away, as estimated from the data.
    package var efficacy: Interval?
    package init(
      type: Kind, sku: String?, firmware: Symbol?, expectedCost: Double, costOfWaiting: Double,
      breakEvenProbability: Double, currency: String
    ) {
      self.type = type
      self.sku = sku
      self.firmware = firmware
      self.expectedCost = expectedCost
      self.costOfWaiting = costOfWaiting
      self.breakEvenProbability = breakEvenProbability
      self.currency = currency
    }
    private enum CodingKeys: String, CodingKey {
      case type, sku, firmware, currency, efficacy
      case expectedCost = "expected_cost"
      case costOfWaiting = "cost_of_waiting"
      case breakEvenProbability = "break_even_probability"
    }
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(type, forKey: .type)
      try container.encode(sku, forKey: .sku)
      try container.encode(firmware, forKey: .firmware)
      try container.encode(expectedCost, forKey: .expectedCost)
      try container.encode(costOfWaiting, forKey: .costOfWaiting)
      try container.encode(breakEvenProbability, forKey: .breakEvenProbability)
      try container.encode(currency, forKey: .currency)
      try container.encode(efficacy, forKey: .efficacy)
    }
  }

  /// One of the things that could be done for the device, whether or not it was chosen, with what it is expected to cost.
  package struct Option: Hashable, Sendable, Codable {
    /// `nothing`, `wait` (decide a week later), or a kind.
    package var type: String
    package var firmware: Symbol?
    package var expectedCost: Double
    /// Of `wait`: what a week's data are worth, and the harm that a week does.
    package var valueOfData: Double?
    package var harm: Double?
    package init(
      type: String, firmware: Symbol? = nil, expectedCost: Double, valueOfData: Double? = nil, harm: Double? = nil
    ) {
      self.type = type
      self.firmware = firmware
      self.expectedCost = expectedCost
      self.valueOfData = valueOfData
      self.harm = harm
    }
    private enum CodingKeys: String, CodingKey {
      case type, firmware, harm
      case expectedCost = "expected_cost"
      case valueOfData = "value_of_data"
    }
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(type, forKey: .type)
      try container.encode(firmware, forKey: .firmware)
      try container.encode(expectedCost, forKey: .expectedCost)
      try container.encode(valueOfData, forKey: .valueOfData)
      try container.encode(harm, forKey: .harm)
    }
  }

  /// One entry of the history; `from` and `to` hold the old and new value of what `change` names.
  package struct Change: Hashable, Sendable, Codable {
    package var at: EventTime
    package var actor: String
    package var change: String
    package var from: String?
    package var to: String?
    package var reason: String?
    package init(at: EventTime, actor: String, change: String, from: String?, to: String?, reason: String?) {
      self.at = at
      self.actor = actor
      self.change = change
      self.from = from
      self.to = to
      self.reason = reason
    }
    private enum CodingKeys: String, CodingKey { case at, actor, change, from, to, reason }
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(at, forKey: .at)
      try container.encode(actor, forKey: .actor)
      try container.encode(change, forKey: .change)
      try container.encode(from, forKey: .from)
      try container.encode(to, forKey: .to)
      try container.encode(reason, forKey: .reason)
    }
  }

  package var id: String
  package var kind: Kind
  package var state: State
  package var severity: Severity
  package var device: String
  package var product: Symbol
  package var batch: Symbol
  package var firmware: Symbol
  package var region: Symbol
  package var customer: String?
  package var failureMode: Symbol
  package var kb: String?
  package var probability: Probability
  package var evidence: Evidence
  package var attribution: Attribution
  package var finding: String?
  package var remedy: Remedy
  package var explanation: String
  package var decidedAt: EventTime
  package var openedAt: EventTime
  package var updatedAt: EventTime
  package var outcome: Outcome?
  package var history: [Change]
  /// Which repetition of care for this device and mode this is, from 1; part of the id.
  package var episode: Int
  /// Whether the customer may be written to; without it no care offer is sent.
  package var mayContact: Bool
  /// Revision of the firmware profile by which it was last judged; `nil` in a ticket of an older version.
  package var profile: String?
  /// The wave of its finding's campaign that let it out; `nil`: none has, or it has no finding.
  package var wave: Int?
  /// Who answers for it, in which queue, and how urgently: 1 is the most urgent.
  package var owner: String?
  package var queue: String?
  package var priority: Int?
  /// By when it wants an answer; `nil` while it waits for its wave.
  package var dueAt: EventTime?
  package var escalatedAt: EventTime?
  /// What could be done, the cheapest first.
  package var options: [Option]?

  /// What `explanation` says, before it was put into English; empty in a ticket of an older version. Not in its JSON.
  package var sentences: [Sentence] = []

  package init(
    id: String, kind: Kind, state: State, severity: Severity, device: String, product: Symbol, batch: Symbol,
    firmware: Symbol, region: Symbol, customer: String?, failureMode: Symbol, kb: String?, probability: Probability,
    evidence: Evidence, attribution: Attribution, finding: String?, remedy: Remedy, explanation: String,
    decidedAt: EventTime, openedAt: EventTime, updatedAt: EventTime, outcome: Outcome? = nil, history: [Change] = [],
    episode: Int, mayContact: Bool, profile: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.state = state
    self.severity = severity
    self.device = device
    self.product = product
    self.batch = batch
    self.firmware = firmware
    self.region = region
    self.customer = customer
    self.failureMode = failureMode
    self.kb = kb
    self.probability = probability
    self.evidence = evidence
    self.attribution = attribution
    self.finding = finding
    self.remedy = remedy
    self.explanation = explanation
    self.decidedAt = decidedAt
    self.openedAt = openedAt
    self.updatedAt = updatedAt
    self.outcome = outcome
    self.history = history
    self.episode = episode
    self.mayContact = mayContact
    self.profile = profile
  }
}

extension Ticket: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, kind, state, severity, device, product, batch, firmware, region, customer
    case failureMode = "failure_mode"
    case kb, probability, evidence, attribution, finding, remedy, explanation
    case decidedAt = "decided_at"
    case openedAt = "opened_at"
    case updatedAt = "updated_at"
    case outcome, history, episode
    case mayContact = "may_contact"
    case profile, wave, owner, queue, priority, options
    case dueAt = "due_at"
    case escalatedAt = "escalated_at"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(kind, forKey: .kind)
    try container.encode(state, forKey: .state)
    try container.encode(severity, forKey: .severity)
    try container.encode(device, forKey: .device)
    try container.encode(product, forKey: .product)
    try container.encode(batch, forKey: .batch)
    try container.encode(firmware, forKey: .firmware)
    try container.encode(region, forKey: .region)
    try container.encode(customer, forKey: .customer)
    try container.encode(failureMode, forKey: .failureMode)
    try container.encode(kb, forKey: .kb)
    try container.encode(probability, forKey: .probability)
    try container.encode(evidence, forKey: .evidence)
    try container.encode(attribution, forKey: .attribution)
    try container.encode(finding, forKey: .finding)
    try container.encode(remedy, forKey: .remedy)
    try container.encode(explanation, forKey: .explanation)
    try container.encode(decidedAt, forKey: .decidedAt)
    try container.encode(openedAt, forKey: .openedAt)
    try container.encode(updatedAt, forKey: .updatedAt)
    try container.encode(outcome, forKey: .outcome)
    try container.encode(history, forKey: .history)
    try container.encode(episode, forKey: .episode)
    try container.encode(mayContact, forKey: .mayContact)
    try container.encode(profile, forKey: .profile)
    try container.encode(wave, forKey: .wave)
    try container.encode(owner, forKey: .owner)
    try container.encode(queue, forKey: .queue)
    try container.encode(priority, forKey: .priority)
    try container.encode(dueAt, forKey: .dueAt)
    try container.encode(escalatedAt, forKey: .escalatedAt)
    try container.encode(options, forKey: .options)
    var derived = encoder.container(keyedBy: DerivedKeys.self)
    try derived.encode(trace, forKey: .trace)
  }

  /// What follows from the others: written for readers, never read.
  private enum DerivedKeys: String, CodingKey { case trace }
}
