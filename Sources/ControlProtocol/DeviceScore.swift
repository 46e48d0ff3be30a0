/// What `device score` shows: the device's probabilities under the scenario that was asked for.
package struct DeviceScore: Hashable, Sendable, Codable {
  package var device: String
  package var product: String
  package var batch: String
  @Known package var firmware: String?
  package var region: String
  /// The time up to which evidence was counted.
  package var asOf: String
  package var scenario: Scenario
  package var modes: [Mode]

  package init(
    device: String, product: String, batch: String, firmware: String?, region: String, asOf: String,
    scenario: Scenario, modes: [Mode]
  ) {
    self.device = device
    self.product = product
    self.batch = batch
    self.firmware = firmware
    self.region = region
    self.asOf = asOf
    self.scenario = scenario
    self.modes = modes
  }

  private enum CodingKeys: String, CodingKey {
    case device, product, batch, firmware, region
    case asOf = "as_of"
    case scenario, modes
  }

  /// What was asked to be assumed; `nil`: as things are.
  package struct Scenario: Hashable, Sendable, Codable {
    @Known package var horizonDays: Double?
    /// `humid` or `dry`.
    @Known package var humidity: String?
    @Known package var firmware: String?

    package init(horizonDays: Double?, humidity: String?, firmware: String?) {
      self.horizonDays = horizonDays
      self.humidity = humidity
      self.firmware = firmware
    }

    private enum CodingKeys: String, CodingKey {
      case horizonDays = "horizon_days"
      case humidity, firmware
    }
  }

  package struct Mode: Hashable, Sendable, Codable {
    package var failureMode: String
    /// Under the scenario; `nil` until the mode has been fitted.
    @Known package var probability: HorizonProbability?
    /// As things are.
    @Known package var asIs: HorizonProbability?
    /// The same in humid weather throughout, where weather makes a difference.
    @Known package var ifHumid: HorizonProbability?
    /// The same with each firmware that may be a way out.
    package var byFirmware: [WithFirmware]
    @Known package var attribution: Shares?

    package init(
      failureMode: String, probability: HorizonProbability?, asIs: HorizonProbability?,
      ifHumid: HorizonProbability? = nil, byFirmware: [WithFirmware] = [], attribution: Shares?
    ) {
      self.failureMode = failureMode
      self.probability = probability
      self.asIs = asIs
      self.ifHumid = ifHumid
      self.byFirmware = byFirmware
      self.attribution = attribution
    }

    private enum CodingKeys: String, CodingKey {
      case failureMode = "failure_mode"
      case probability
      case asIs = "as_is"
      case ifHumid = "if_humid"
      case byFirmware = "by_firmware"
      case attribution
    }
  }

  package struct WithFirmware: Hashable, Sendable, Codable {
    package var firmware: String
    package var probability: HorizonProbability
    package init(firmware: String, probability: HorizonProbability) {
      self.firmware = firmware
      self.probability = probability
    }
  }
}
