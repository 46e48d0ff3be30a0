import GRDB
import Vocabulary

extension [CaseChange] {
  /// Writes the cases as they stand after all changes. Findings go first, for tickets name them; of each kind the ended
  /// ones, so that a case may follow its predecessor within one unit. What the histories gained is audited.
  func write(in database: Database, pseudonym: (String) -> String) throws {
    var tickets: [String: Ticket] = [:]
    var findings: [String: Finding] = [:]
    for change in self {
      switch change {
      case .ticket(let ticket): tickets[ticket.id] = ticket
      case .finding(let finding): findings[finding.id] = finding
      }
    }
    let orderedFindings = findings.values.sorted { ($0.state.isLive ? 1 : 0, $0.id) < ($1.state.isLive ? 1 : 0, $1.id) }
    var audit: [AuditEntry] = []
    for finding in orderedFindings {
      audit += try FindingTable.write(finding, in: database).map { AuditEntry($0, .finding, finding.id) }
    }
    let orderedTickets = tickets.values.sorted { ($0.state.isLive ? 1 : 0, $0.id) < ($1.state.isLive ? 1 : 0, $1.id) }
    for ticket in orderedTickets {
      let fresh = try TicketTable.write(ticket, in: database)
      guard !fresh.isEmpty else { continue }
      let pseudonym = pseudonym(ticket.device)
      audit += fresh.map { AuditEntry($0, .ticket, ticket.id, pseudonym: pseudonym) }
    }
    try AuditTable.append(audit, in: database)
  }
}

extension AuditEntry {
  fileprivate init(_ change: Ticket.Change, _ noun: Noun, _ subject: String, pseudonym: String? = nil) {
    self.init(
      at: change.at, actor: change.actor, noun: noun, subject: subject, pseudonym: pseudonym, change: change.change,
      from: change.from, to: change.to, reason: change.reason)
  }
}
