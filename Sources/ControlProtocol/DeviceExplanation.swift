/// Why a device is thought to fail, mode by mode, and what would change that.
package struct DeviceExplanation: Hashable, Sendable, Codable {
  package var device: String
  package var product: String
  package var asOf: String
  /// The likeliest first.
  package var modes: [Mode]

  package init(device: String, product: String, asOf: String, modes: [Mode]) {
    self.device = device
    self.product = product
    self.asOf = asOf
    self.modes = modes
  }

  private enum CodingKeys: String, CodingKey {
    case device, product
    case asOf = "as_of"
    case modes
  }

  package struct Mode: Hashable, Sendable, Codable {
    package var failureMode: String
    package var probability: HorizonProbability
    /// Of a new unit.
    package var ordinaryProbability: Double
    package var terms: [Term]
    package var attribution: Shares
    package var verdicts: [String]
    /// The cheapest first.
    package var remedies: [Remedy]
    package var currency: String
    package var scenarios: [Scenario]
    @Known package var ticket: String?

    package init(
      failureMode: String, probability: HorizonProbability, ordinaryProbability: Double, terms: [Term],
      attribution: Shares, verdicts: [String], remedies: [Remedy], currency: String, scenarios: [Scenario],
      ticket: String?
    ) {
      self.failureMode = failureMode
      self.probability = probability
      self.ordinaryProbability = ordinaryProbability
      self.terms = terms
      self.attribution = attribution
      self.verdicts = verdicts
      self.remedies = remedies
      self.currency = currency
      self.scenarios = scenarios
      self.ticket = ticket
    }

    private enum CodingKeys: String, CodingKey {
      case failureMode = "failure_mode"
      case probability
      case ordinaryProbability = "ordinary_probability"
      case terms, attribution, verdicts, remedies, currency, scenarios, ticket
    }
  }

  /// ln of a factor on the hazard.
  package struct Term: Hashable, Sendable, Codable {
    package var term: String
    package var label: String
    package var logFactor: Double
    package init(term: String, label: String, logFactor: Double) {
      self.term = term
      self.label = label
      self.logFactor = logFactor
    }
    private enum CodingKeys: String, CodingKey {
      case term, label
      case logFactor = "log_factor"
    }
  }

  package struct Remedy: Hashable, Sendable, Codable {
    /// `waiting`, `patch`, `replacement` or `diagnose`.
    package var type: String
    @Known package var firmware: String?
    package var expectedCost: Double
    /// `nil` of waiting.
    @Known package var paysFrom: Double?
    package init(type: String, firmware: String?, expectedCost: Double, paysFrom: Double?) {
      self.type = type
      self.firmware = firmware
      self.expectedCost = expectedCost
      self.paysFrom = paysFrom
    }
    private enum CodingKeys: String, CodingKey {
      case type, firmware
      case expectedCost = "expected_cost"
      case paysFrom = "pays_from"
    }
  }

  package struct Scenario: Hashable, Sendable, Codable {
    package var scenario: String
    package var probability: HorizonProbability
    package init(scenario: String, probability: HorizonProbability) {
      self.scenario = scenario
      self.probability = probability
    }
  }
}

/// What stands behind a finding beside what the finding itself tells.
package struct FindingGrounds: Hashable, Sendable, Codable {
  @Known package var logEvidence: Double?
  @Known package var logThreshold: Double?
  package var verdicts: VerdictSummary
  /// So many more suspects without the fault, and it is withdrawn, whatever the rates; `nil`: more than 100.
  @Known package var soundSuspectsToWithdraw: Int?
  package var clearsBelow: Double

  package init(
    logEvidence: Double?, logThreshold: Double?, verdicts: VerdictSummary, soundSuspectsToWithdraw: Int?,
    clearsBelow: Double
  ) {
    self.logEvidence = logEvidence
    self.logThreshold = logThreshold
    self.verdicts = verdicts
    self.soundSuspectsToWithdraw = soundSuspectsToWithdraw
    self.clearsBelow = clearsBelow
  }

  private enum CodingKeys: String, CodingKey {
    case logEvidence = "log_evidence"
    case logThreshold = "log_threshold"
    case verdicts
    case soundSuspectsToWithdraw = "sound_suspects_to_withdraw"
    case clearsBelow = "clears_below"
  }
}
