import GRDB
package import Vocabulary

/// Cases page by page in the order of their ids, for an export that never holds more than a page.
extension CaseDatabase {
  /// Those that a filter lets through; its limit and offset don't count.
  package func tickets(_ filter: TicketFilter = .init(), after id: String?, limit: Int) throws(StoreError) -> [Ticket] {
    var conditions = filter.conditions
    conditions.require("id > ?", with: id ?? "")
    return try read {
      try TicketTable.read("\(conditions.sql) ORDER BY id LIMIT ?", conditions.arguments + [limit], in: $0)
    }
  }

  package func findings(
    _ filter: FindingFilter = .init(), after id: String?, limit: Int
  ) throws(StoreError) -> [(finding: Finding, open: Int, closed: Int)] {
    var conditions = filter.conditions
    conditions.require("id > ?", with: id ?? "")
    return try read { database in
      try FindingTable.read("\(conditions.sql) ORDER BY id LIMIT ?", conditions.arguments + [limit], in: database)
        .map { try Self.withTicketCounts($0, in: database) }
    }
  }
}
