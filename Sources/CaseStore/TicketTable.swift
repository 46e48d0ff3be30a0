import GRDB
import Vocabulary

/// Tickets in the table `ticket`, their history in `ticket_change`.
enum TicketTable {
  private static let upsert = """
    INSERT INTO ticket (id, kind, state, severity, device, product, batch, firmware, region, customer, failure_mode, kb,
      probability, evidence, attribution, finding, remedy, explanation, decided_ms, opened_ms, updated_ms, outcome,
      episode, may_contact, profile, sentences, wave, owner, queue, priority, due_ms, escalated_ms, options)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, state = excluded.state, severity = excluded.severity,
      batch = excluded.batch, firmware = excluded.firmware, region = excluded.region, customer = excluded.customer,
      kb = excluded.kb, probability = excluded.probability, evidence = excluded.evidence,
      attribution = excluded.attribution, finding = excluded.finding, remedy = excluded.remedy,
      explanation = excluded.explanation, decided_ms = excluded.decided_ms, opened_ms = excluded.opened_ms,
      updated_ms = excluded.updated_ms, outcome = excluded.outcome, may_contact = excluded.may_contact,
      profile = excluded.profile, wave = excluded.wave, owner = excluded.owner, queue = excluded.queue,
      priority = excluded.priority, due_ms = excluded.due_ms, escalated_ms = excluded.escalated_ms,
      options = excluded.options, sentences = excluded.sentences
    WHERE device = excluded.device AND product = excluded.product AND failure_mode = excluded.failure_mode
      AND episode = excluded.episode
    """

  /// Answers what its history gained.
  static func write(_ ticket: Ticket, in database: Database) throws -> ArraySlice<Ticket.Change> {
    let statement = try database.cachedStatement(sql: upsert)
    do {
      try statement.execute(arguments: [
        ticket.id, ticket.kind.rawValue, ticket.state.rawValue, ticket.severity.rawValue, ticket.device,
        ticket.product.text, ticket.batch.text, ticket.firmware.text, ticket.region.text, ticket.customer,
        ticket.failureMode.text, ticket.kb, try jsonText(ticket.probability), try jsonText(ticket.evidence),
        try jsonText(ticket.attribution), ticket.finding, try jsonText(ticket.remedy), ticket.explanation,
        ticket.decidedAt.milliseconds, ticket.openedAt.milliseconds, ticket.updatedAt.milliseconds,
        ticket.outcome?.rawValue, ticket.episode, ticket.mayContact, ticket.profile,
        ticket.sentences.isEmpty ? nil : try jsonText(ticket.sentences),
        ticket.wave, ticket.owner, ticket.queue, ticket.priority, ticket.dueAt?.milliseconds,
        ticket.escalatedAt?.milliseconds, try ticket.options.map { try jsonText($0) },
      ])
    } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
      let standing = try String.fetchOne(
        database,
        sql: "SELECT id FROM ticket WHERE device = ? AND failure_mode = ? AND state NOT IN ('closed', 'cancelled')",
        arguments: [ticket.device, ticket.failureMode.text])
      throw StoreError.conflict(
        id: standing ?? ticket.id,
        detail:
          "device \(ticket.device) has this live ticket for \(ticket.failureMode.text) already; \(ticket.id) refused")
    }
    guard database.changesCount == 1 else {
      throw StoreError.conflict(id: ticket.id, detail: "this id belongs to another device, failure mode or episode")
    }
    return try CaseHistory.ofTickets.append(ticket.history, to: ticket.id, in: database)
  }

  /// The tickets of `SELECT … FROM ticket` followed by `rest`, with their histories.
  static func read(_ rest: String, _ arguments: StatementArguments = [], in database: Database) throws -> [Ticket] {
    let statement = try database.cachedStatement(sql: "SELECT * FROM ticket " + rest)
    var tickets: [Ticket] = []
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while let row = try rows.next() { tickets.append(try ticket(row)) }
    let histories = try CaseHistory.ofTickets.read(tickets.map(\.id), in: database)
    for index in tickets.indices { tickets[index].history = histories[tickets[index].id] ?? [] }
    return tickets
  }

  static func ticket(_ row: Row) throws -> Ticket {
    var ticket = try core(row)
    ticket.wave = try row.optional("wave")
    ticket.owner = try row.optional("owner")
    ticket.queue = try row.optional("queue")
    ticket.priority = try row.optional("priority")
    ticket.dueAt = try row.optionalTime("due_ms")
    ticket.escalatedAt = try row.optionalTime("escalated_ms")
    ticket.options = try row.optionalJSON("options")
    return ticket
  }

  private static func core(_ row: Row) throws -> Ticket {
    var ticket = Ticket(
      id: try row.value("id"), kind: try row.word("kind"), state: try row.word("state"),
      severity: try row.word("severity"), device: try row.value("device"), product: try row.symbol("product"),
      batch: try row.symbol("batch"), firmware: try row.symbol("firmware"), region: try row.symbol("region"),
      customer: try row.optional("customer"), failureMode: try row.symbol("failure_mode"), kb: try row.optional("kb"),
      probability: try row.json("probability"), evidence: try row.json("evidence"),
      attribution: try row.json("attribution"), finding: try row.optional("finding"), remedy: try row.json("remedy"),
      explanation: try row.value("explanation"), decidedAt: try row.time("decided_ms"),
      openedAt: try row.time("opened_ms"), updatedAt: try row.time("updated_ms"),
      outcome: try row.optionalWord("outcome"), episode: try row.value("episode"),
      mayContact: try row.value("may_contact"), profile: try row.optional("profile"))
    if try row.optional("sentences") as String? != nil { ticket.sentences = try row.json("sentences") }
    return ticket
  }
}
