import CaseStore

/// The filters of `ticket list`, which actions on many tickets take too.
extension TicketFilter {
  static let names = [
    "state", "kind", "severity", "device", "product", "batch", "firmware", "region", "customer", "failure_mode",
    "finding", "limit",
  ]

  init(_ query: Query) throws {
    self.init()
    states = try query.choices("state")
    kinds = try query.choices("kind")
    severities = try query.choices("severity")
    device = query["device"]
    product = query["product"]
    batch = query["batch"]
    firmware = query["firmware"]
    region = query["region"]
    customer = query["customer"]
    failureMode = query["failure_mode"]
    finding = query["finding"]
    limit = try query.limit()
  }
}
