import CaseStore
import Vocabulary

/// The filters of `ticket list`, which actions on many tickets take too.
extension TicketFilter {
  static let names = [
    "state", "kind", "severity", "device", "product", "batch", "firmware", "region", "customer", "failure_mode",
    "finding", "owner", "queue", "overdue", "limit",
  ]

  /// - Parameter now: against which `overdue` is judged.
  init(_ query: Query, now: EventTime) throws {
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
    owner = query["owner"]
    queue = query["queue"]
    if try query.word("overdue", of: ["true", "false"]) == "true" { overdueAt = now }
    limit = try query.limit()
  }

  /// At most one of each failure mode, by the schema.
  static func live(of device: String) -> TicketFilter {
    var filter = TicketFilter()
    filter.device = device
    filter.states = Ticket.State.allCases.filter(\.isLive)
    return filter
  }
}
