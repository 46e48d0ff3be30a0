/// The body of an action on many tickets.
package struct BatchActionRequest: Hashable, Sendable, Codable {
  /// Without any, the query's filter says which.
  package var ids: [String]?
  package var action: ActionRequest

  package init(ids: [String]?, action: ActionRequest) {
    self.ids = ids
    self.action = action
  }
}

/// What an action on many tickets did, or would do.
package struct BatchActionReport: Hashable, Sendable, Codable {
  package enum Result: String, Hashable, Sendable, Codable { case changed, unchanged, refused }

  package struct Item: Hashable, Sendable, Codable {
    package var id: String
    package var result: Result
    @Known package var from: String?
    @Known package var to: String?
    /// Why it was refused.
    @Known package var detail: String?

    package init(id: String, result: Result, from: String?, to: String?, detail: String?) {
      self.id = id
      self.result = result
      self.from = from
      self.to = to
      self.detail = detail
    }
  }

  package var dryRun: Bool
  package var changed = 0
  package var unchanged = 0
  package var refused = 0
  package var items: [Item] = []

  package init(dryRun: Bool) { self.dryRun = dryRun }

  /// With the numbers that the items give.
  package var counted: BatchActionReport {
    var report = self
    report.changed = items.count { $0.result == .changed }
    report.unchanged = items.count { $0.result == .unchanged }
    report.refused = items.count { $0.result == .refused }
    return report
  }

  private enum CodingKeys: String, CodingKey {
    case dryRun = "dry_run"
    case changed, unchanged, refused, items
  }
}
