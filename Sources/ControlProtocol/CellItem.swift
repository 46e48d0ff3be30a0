/// One cell of a failure mode's evidence: what was counted in a bucket for one combination of covariates. Cells add.
package struct CellItem: Hashable, Sendable, Codable {
  package var product: String
  package var failureMode: String
  /// The bucket's beginning, RFC 3339 in UTC, and its length: `hour` or `day`.
  package var bucket: String
  package var length: String
  package var region: String
  package var carrier: String
  package var batch: String
  package var firmware: String
  /// 0: activation not known; k: between edges k − 1 and k of the mode's `age_bins_days`.
  package var ageBin: Int
  /// `unknown`, `dry` or `humid`.
  package var weather: String
  /// The bins of the mode's risk factors in the profile's order with `.` between them; 0: not known.
  package var factorBins: String
  package var atRisk: Int
  package var onsets: Int
  package var symptoms: Int

  package init(
    product: String, failureMode: String, bucket: String, length: String, region: String, carrier: String,
    batch: String, firmware: String, ageBin: Int, weather: String, factorBins: String, atRisk: Int, onsets: Int,
    symptoms: Int
  ) {
    self.product = product
    self.failureMode = failureMode
    self.bucket = bucket
    self.length = length
    self.region = region
    self.carrier = carrier
    self.batch = batch
    self.firmware = firmware
    self.ageBin = ageBin
    self.weather = weather
    self.factorBins = factorBins
    self.atRisk = atRisk
    self.onsets = onsets
    self.symptoms = symptoms
  }

  private enum CodingKeys: String, CodingKey {
    case product
    case failureMode = "failure_mode"
    case bucket, length, region, carrier, batch, firmware
    case ageBin = "age_bin"
    case weather
    case factorBins = "factor_bins"
    case atRisk = "at_risk"
    case onsets, symptoms
  }
}
