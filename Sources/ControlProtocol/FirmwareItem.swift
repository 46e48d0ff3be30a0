/// A firmware version of a product as `firmware list` shows it.
package struct FirmwareItem: Hashable, Sendable, Codable {
  package var product: String
  package var firmware: String
  /// Of the profile's `releases`: a date, and the failure modes that it mends.
  @Known package var released: String?
  package var fixes: [String]
  /// Devices that run it, as far as they said.
  package var devices: Int
  /// Live findings about it.
  package var findings: [String]

  package init(
    product: String, firmware: String, released: String?, fixes: [String], devices: Int, findings: [String]
  ) {
    self.product = product
    self.firmware = firmware
    self.released = released
    self.fixes = fixes
    self.devices = devices
    self.findings = findings
  }
}

/// The same with the evidence of each failure mode, as `firmware show` shows it.
package struct FirmwareDetail: Hashable, Sendable, Codable {
  package var item: FirmwareItem
  package var evidence: [Evidence]

  /// Of closed buckets, as far back as cells are kept.
  package struct Evidence: Hashable, Sendable, Codable {
    package var failureMode: String
    package var deviceDays: Double
    package var onsets: Int64
    /// Onsets a device-day; `nil` without exposure.
    @Known package var rate: Double?
    package var windowDays: Int

    package init(failureMode: String, deviceDays: Double, onsets: Int64, rate: Double?, windowDays: Int) {
      self.failureMode = failureMode
      self.deviceDays = deviceDays
      self.onsets = onsets
      self.rate = rate
      self.windowDays = windowDays
    }

    private enum CodingKeys: String, CodingKey {
      case onsets, rate
      case failureMode = "failure_mode"
      case deviceDays = "device_days"
      case windowDays = "window_days"
    }
  }

  package init(item: FirmwareItem, evidence: [Evidence]) {
    self.item = item
    self.evidence = evidence
  }

  private enum CodingKeys: String, CodingKey { case evidence }

  package init(from decoder: any Decoder) throws {
    item = try FirmwareItem(from: decoder)
    evidence = try decoder.container(keyedBy: CodingKeys.self).decode([Evidence].self, forKey: .evidence)
  }

  package func encode(to encoder: any Encoder) throws {
    try item.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(evidence, forKey: .evidence)
  }
}
