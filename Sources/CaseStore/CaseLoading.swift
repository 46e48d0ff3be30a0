import GRDB
import Vocabulary

/// Cases as a start needs them: live ones whole, of the ended ones only which episodes there were.
enum CaseLoading {
  static func read(into state: inout StoredState, in database: Database) throws {
    // Ended cases first and without history: the case book keeps no more of them than their episode.
    let findings = try Row.fetchCursor(database, sql: "SELECT * FROM finding WHERE state = 'cleared'")
    while let row = try findings.next() { state.add(try FindingTable.finding(row)) }
    for finding in try FindingTable.read("WHERE state <> 'cleared' ORDER BY id", in: database) {
      state.add(finding)
      state.findings.append(finding)
    }
    let tickets = try Row.fetchCursor(
      database,
      sql: "SELECT * FROM ticket WHERE state IN ('closed', 'cancelled') AND substr(device, 1, length(?1)) <> ?1",
      arguments: [Erasure.pseudonymPrefix])
    while let row = try tickets.next() { state.add(try TicketTable.ticket(row)) }
    // What became of a wave's tickets is told by their history, too.
    let ended = """
      WHERE state IN ('closed', 'cancelled') AND wave IS NOT NULL
        AND finding IN (SELECT id FROM finding WHERE state <> 'cleared') AND substr(device, 1, length(?1)) <> ?1
      ORDER BY id
      """
    for ticket in try TicketTable.read(ended, [Erasure.pseudonymPrefix], in: database) { state.add(ticket) }
    for ticket in try TicketTable.read("WHERE state NOT IN ('closed', 'cancelled') ORDER BY id", in: database) {
      state.add(ticket)
      state.tickets.append(ticket)
    }
  }
}

extension StoredState {
  fileprivate mutating func add(_ finding: Finding) {
    caseBook.apply(.finding(finding))
    let key = CaseBook.DefectKey(
      mode: ModeKey(product: finding.product, mode: finding.failureMode), cohort: finding.cohort)
    findingEpisodes[key] = max(findingEpisodes[key] ?? 0, finding.episode)
  }

  fileprivate mutating func add(_ ticket: Ticket) {
    caseBook.apply(.ticket(ticket))
    let key = CaseBook.CareKey(device: ticket.device, mode: ticket.failureMode)
    ticketEpisodes[key] = max(ticketEpisodes[key] ?? 0, ticket.episode)
  }
}
