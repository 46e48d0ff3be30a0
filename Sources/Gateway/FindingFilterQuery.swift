import CaseStore

/// The filters of `finding list`.
extension FindingFilter {
  static let names = ["state", "product", "failure_mode", "cause", "batch", "firmware", "region", "limit"]

  init(_ query: Query) throws {
    self.init()
    states = try query.choices("state")
    product = query["product"]
    failureMode = query["failure_mode"]
    causes = try query.choices("cause")
    batch = query["batch"]
    firmware = query["firmware"]
    region = query["region"]
    limit = try query.limit()
  }
}
