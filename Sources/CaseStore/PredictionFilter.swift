/// Which predictions; `nil` is any.
package struct PredictionFilter: Sendable, Hashable {
  package var device: String?
  package var product: String?
  package var failureMode: String?
  package var limit = 1000

  package init(device: String? = nil, product: String? = nil, failureMode: String? = nil, limit: Int = 1000) {
    self.device = device
    self.product = product
    self.failureMode = failureMode
    self.limit = limit
  }
}
