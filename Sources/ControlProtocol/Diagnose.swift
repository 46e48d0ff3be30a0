/// What a remote check found, told by hand.
package struct DiagnoseRequest: Hashable, Sendable, Codable {
  package var failureMode: String
  /// `fault`, `no_fault` or `inconclusive`.
  package var result: String
  package var detail: String?

  package init(failureMode: String, result: String, detail: String?) {
    self.failureMode = failureMode
    self.result = result
    self.detail = detail
  }

  private enum CodingKeys: String, CodingKey {
    case failureMode = "failure_mode"
    case result, detail
  }
}

/// And how the device's probability moved by it.
package struct DiagnoseReply: Hashable, Sendable, Codable {
  package var device: String
  package var product: String
  package var failureMode: String
  package var result: String
  package var at: String
  package var likelihoodRatio: Double
  /// `nil` before there is anything to go by.
  @Known package var before: HorizonProbability?
  @Known package var after: HorizonProbability?

  package init(
    device: String, product: String, failureMode: String, result: String, at: String, likelihoodRatio: Double,
    before: HorizonProbability?, after: HorizonProbability?
  ) {
    self.device = device
    self.product = product
    self.failureMode = failureMode
    self.result = result
    self.at = at
    self.likelihoodRatio = likelihoodRatio
    self.before = before
    self.after = after
  }

  private enum CodingKeys: String, CodingKey {
    case device, product
    case failureMode = "failure_mode"
    case result, at
    case likelihoodRatio = "likelihood_ratio"
    case before, after
  }
}
