package import Vocabulary

/// Which tickets; `nil` or an empty list is any.
package struct TicketFilter: Sendable, Hashable {
  package var states: [Ticket.State] = []
  package var kinds: [Ticket.Kind] = []
  package var severities: [Severity] = []
  package var device: String?
  package var product: String?
  package var batch: String?
  package var firmware: String?
  package var region: String?
  package var customer: String?
  package var failureMode: String?
  package var finding: String?
  package var owner: String?
  package var queue: String?
  /// Nobody answered to them by their time, as of this one.
  package var overdueAt: EventTime?
  package var limit = 1000
  /// So many are left out at the beginning: for lists that are looked through page by page.
  package var offset = 0

  package init() {}
}

/// Which findings; `nil` or an empty list is any.
package struct FindingFilter: Sendable, Hashable {
  package var states: [Finding.State] = []
  package var product: String?
  package var failureMode: String?
  package var causes: [Cause] = []
  package var batch: String?
  package var firmware: String?
  package var region: String?
  package var limit = 1000

  package init() {}
}
