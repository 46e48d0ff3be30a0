/// Whether care helps: what happened to devices that got it, and to those that were held out by lot.
package struct ImpactReport: Hashable, Sendable, Codable {
  package struct Arm: Hashable, Sendable, Codable {
    package var devices: Int
    package var deviceDays: Double
    package var contacts: Int
    /// Onsets of the failure mode.
    package var failures: Int

    package init(devices: Int = 0, deviceDays: Double = 0, contacts: Int = 0, failures: Int = 0) {
      self.devices = devices
      self.deviceDays = deviceDays
      self.contacts = contacts
      self.failures = failures
    }

    private enum CodingKeys: String, CodingKey {
      case devices
      case deviceDays = "device_days"
      case contacts, failures
    }
  }

  /// What care avoided among the devices that got it; a 90 % interval.
  package struct Avoided: Hashable, Sendable, Codable {
    package var mean: Double
    package var low: Double
    package var high: Double
    /// The interval leaves no doubt about the sign.
    package var known: Bool

    package init(mean: Double, low: Double, high: Double, known: Bool) {
      self.mean = mean
      self.low = low
      self.high = high
      self.known = known
    }
  }

  package struct Item: Hashable, Sendable, Codable {
    /// `nil` in the sum of all.
    @Known package var product: String?
    @Known package var failureMode: String?
    package var care: Arm
    package var holdout: Arm
    /// `nil`: one of the arms has no time yet.
    @Known package var contactsAvoided: Avoided?
    @Known package var failuresAvoided: Avoided?
    /// In plain words; where it isn't known yet, what it would take.
    package var explanation: String

    package init(
      product: String?, failureMode: String?, care: Arm, holdout: Arm, contactsAvoided: Avoided?,
      failuresAvoided: Avoided?, explanation: String
    ) {
      self.product = product
      self.failureMode = failureMode
      self.care = care
      self.holdout = holdout
      self.contactsAvoided = contactsAvoided
      self.failuresAvoided = failuresAvoided
      self.explanation = explanation
    }

    private enum CodingKeys: String, CodingKey {
      case product
      case failureMode = "failure_mode"
      case care, holdout
      case contactsAvoided = "contacts_avoided"
      case failuresAvoided = "failures_avoided"
      case explanation
    }
  }

  package var asOf: String
  package var total: Item
  package var items: [Item]

  package init(asOf: String, total: Item, items: [Item]) {
    self.asOf = asOf
    self.total = total
    self.items = items
  }

  private enum CodingKeys: String, CodingKey {
    case asOf = "as_of"
    case total, items
  }
}
