/// A device as `device list` shows it. Times are RFC 3339 in UTC.
package struct DeviceItem: Hashable, Sendable, Codable {
  package var device: String
  package var product: String
  package var batch: String
  @Known package var firmware: String?
  package var region: String
  package var carrier: String
  @Known package var customer: String?
  @Known package var activated: String?
  @Known package var lastHeard: String?
  package var reports: Int
  package var consent: Consent
  /// When it was taken out of use.
  @Known package var retired: String?
  /// Reports that are missing by their sequence numbers.
  @Known package var sequenceGaps: Int?

  package init(
    device: String, product: String, batch: String, firmware: String?, region: String, carrier: String,
    customer: String?, activated: String?, lastHeard: String?, reports: Int, consent: Consent, retired: String?,
    sequenceGaps: Int = 0
  ) {
    self.sequenceGaps = sequenceGaps
    self.device = device
    self.product = product
    self.batch = batch
    self.firmware = firmware
    self.region = region
    self.carrier = carrier
    self.customer = customer
    self.activated = activated
    self.lastHeard = lastHeard
    self.reports = reports
    self.consent = consent
    self.retired = retired
  }

  private enum CodingKeys: String, CodingKey {
    case device, product, batch, firmware, region, carrier, customer, activated
    case lastHeard = "last_heard"
    case reports, consent, retired
    case sequenceGaps = "sequence_gaps"
  }

  /// What holds for the device after policies and defaults.
  package struct Consent: Hashable, Sendable, Codable {
    package var telemetry: Bool
    package var contact: Bool
    package init(telemetry: Bool, contact: Bool) {
      self.telemetry = telemetry
      self.contact = contact
    }
  }
}

/// A device as `device show` shows it: the item's fields, and beside them what is held of it.
package struct DeviceDetail: Hashable, Sendable, Codable {
  package var item: DeviceItem
  package var modes: [Mode]
  /// Ids of its live tickets.
  package var tickets: [String]

  package init(item: DeviceItem, modes: [Mode], tickets: [String]) {
    self.item = item
    self.modes = modes
    self.tickets = tickets
  }

  private enum CodingKeys: String, CodingKey { case modes, tickets }

  package init(from decoder: any Decoder) throws {
    item = try DeviceItem(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    modes = try container.decode([Mode].self, forKey: .modes)
    tickets = try container.decode([String].self, forKey: .tickets)
  }

  package func encode(to encoder: any Encoder) throws {
    try item.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(modes, forKey: .modes)
    try container.encode(tickets, forKey: .tickets)
  }

  package struct Mode: Hashable, Sendable, Codable {
    package var failureMode: String
    package var onsets: Int
    /// `nil` until the mode has been fitted.
    @Known package var probability: HorizonProbability?
    @Known package var attribution: Shares?

    package init(failureMode: String, onsets: Int, probability: HorizonProbability?, attribution: Shares?) {
      self.failureMode = failureMode
      self.onsets = onsets
      self.probability = probability
      self.attribution = attribution
    }

    private enum CodingKeys: String, CodingKey {
      case failureMode = "failure_mode"
      case onsets, probability, attribution
    }
  }
}

/// At least one onset within the horizon: mean and 90 % credible interval.
package struct HorizonProbability: Hashable, Sendable, Codable {
  package var mean: Double
  package var low: Double
  package var high: Double
  package var horizonDays: Double

  package init(mean: Double, low: Double, high: Double, horizonDays: Double) {
    self.mean = mean
    self.low = low
    self.high = high
    self.horizonDays = horizonDays
  }

  private enum CodingKeys: String, CodingKey {
    case mean, low, high
    case horizonDays = "horizon_days"
  }
}

/// Shares of a hazard by cause; they sum to 1.
package struct Shares: Hashable, Sendable, Codable {
  package var batch: Double
  package var firmware: Double
  package var environment: Double
  package var device: Double
  package var unknown: Double

  package init(batch: Double, firmware: Double, environment: Double, device: Double, unknown: Double) {
    self.batch = batch
    self.firmware = firmware
    self.environment = environment
    self.device = device
    self.unknown = unknown
  }
}
