import GRDB
package import Vocabulary

/// Cases page by page in the order of their ids, for an export that never holds more than a page.
extension CaseDatabase {
  package func tickets(after id: String?, limit: Int) throws(StoreError) -> [Ticket] {
    try read { try TicketTable.read("WHERE id > ? ORDER BY id LIMIT ?", [id ?? "", limit], in: $0) }
  }

  package func findings(after id: String?, limit: Int) throws(StoreError) -> [Finding] {
    try read { try FindingTable.read("WHERE id > ? ORDER BY id LIMIT ?", [id ?? "", limit], in: $0) }
  }
}
