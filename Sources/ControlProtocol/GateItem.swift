/// Whether a firmware's rollout may go on, as `firmware gate` shows it.
package struct GateItem: Hashable, Sendable, Codable {
  package struct Reason: Hashable, Sendable, Codable {
    /// What it alone would lead to.
    package var verdict: String
    @Known package var failureMode: String?
    @Known package var finding: String?
    package var text: String

    package init(verdict: String, failureMode: String?, finding: String?, text: String) {
      self.verdict = verdict
      self.failureMode = failureMode
      self.finding = finding
      self.text = text
    }

    private enum CodingKeys: String, CodingKey {
      case verdict, finding, text
      case failureMode = "failure_mode"
    }
  }

  /// What is known of one failure mode on the firmware, against other firmware.
  package struct Mode: Hashable, Sendable, Codable {
    package var failureMode: String
    package var deviceDays: Double
    package var onsets: Int
    package var expectedOnsets: Double
    @Known package var rateRatio: Estimate?
    /// P(ratio < 1.15) and P(ratio > 1.3).
    @Known package var probabilityNormal: Double?
    @Known package var probabilityWorse: Double?

    package init(
      failureMode: String, deviceDays: Double, onsets: Int, expectedOnsets: Double, rateRatio: Estimate?,
      probabilityNormal: Double?, probabilityWorse: Double?
    ) {
      self.failureMode = failureMode
      self.deviceDays = deviceDays
      self.onsets = onsets
      self.expectedOnsets = expectedOnsets
      self.rateRatio = rateRatio
      self.probabilityNormal = probabilityNormal
      self.probabilityWorse = probabilityWorse
    }

    private enum CodingKeys: String, CodingKey {
      case failureMode = "failure_mode"
      case deviceDays = "device_days"
      case onsets
      case expectedOnsets = "expected_onsets"
      case rateRatio = "rate_ratio"
      case probabilityNormal = "probability_normal"
      case probabilityWorse = "probability_worse"
    }
  }

  package var firmware: String
  package var product: String
  @Known package var asOf: String?
  /// `go`, `hold` or `stop`.
  package var verdict: String
  package var reasons: [Reason]
  /// On this firmware, after which nothing is held for want of data.
  @Known package var missingDeviceDays: Double?
  package var modes: [Mode]

  package init(
    firmware: String, product: String, asOf: String?, verdict: String, reasons: [Reason], missingDeviceDays: Double?,
    modes: [Mode]
  ) {
    self.firmware = firmware
    self.product = product
    self.asOf = asOf
    self.verdict = verdict
    self.reasons = reasons
    self.missingDeviceDays = missingDeviceDays
    self.modes = modes
  }

  private enum CodingKeys: String, CodingKey {
    case firmware, product, verdict, reasons, modes
    case asOf = "as_of"
    case missingDeviceDays = "missing_device_days"
  }
}
