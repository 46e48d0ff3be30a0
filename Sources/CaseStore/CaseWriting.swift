import GRDB
import Vocabulary

extension [CaseChange] {
  /// Writes the cases as they stand after all changes. Findings go first, for tickets name them; of each kind the ended
  /// ones, so that a case may follow its predecessor within one unit.
  func write(in database: Database) throws {
    var tickets: [String: Ticket] = [:]
    var findings: [String: Finding] = [:]
    for change in self {
      switch change {
      case .ticket(let ticket): tickets[ticket.id] = ticket
      case .finding(let finding): findings[finding.id] = finding
      }
    }
    let orderedFindings = findings.values.sorted { ($0.state.isLive ? 1 : 0, $0.id) < ($1.state.isLive ? 1 : 0, $1.id) }
    for finding in orderedFindings { try FindingTable.write(finding, in: database) }
    let orderedTickets = tickets.values.sorted { ($0.state.isLive ? 1 : 0, $0.id) < ($1.state.isLive ? 1 : 0, $1.id) }
    for ticket in orderedTickets { try TicketTable.write(ticket, in: database) }
  }
}
