import GRDB
import Vocabulary

/// Findings in the table `finding`, their history in `finding_change`.
enum FindingTable {
  private static let upsert = """
    INSERT INTO finding (id, state, failure_mode, product, cause, batch, firmware, region, rate_ratio, probability,
      attribution, device_days, failures, devices_affected, onset_ms, detected_ms, kb, explanation, candidates,
      decided_ms, opened_ms, updated_ms, episode, profile, campaign)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, rate_ratio = excluded.rate_ratio,
      probability = excluded.probability, attribution = excluded.attribution, device_days = excluded.device_days,
      failures = excluded.failures, devices_affected = excluded.devices_affected, onset_ms = excluded.onset_ms,
      detected_ms = excluded.detected_ms, kb = excluded.kb, explanation = excluded.explanation,
      candidates = excluded.candidates, decided_ms = excluded.decided_ms, opened_ms = excluded.opened_ms,
      updated_ms = excluded.updated_ms, profile = excluded.profile,
      campaign = excluded.campaign
    WHERE product = excluded.product AND failure_mode = excluded.failure_mode AND cause = excluded.cause
      AND batch IS excluded.batch AND firmware IS excluded.firmware AND region IS excluded.region
      AND episode = excluded.episode
    """

  /// Answers what its history gained.
  static func write(_ finding: Finding, in database: Database) throws -> ArraySlice<Ticket.Change> {
    let statement = try database.cachedStatement(sql: upsert)
    let cohort = finding.cohort
    do {
      try statement.execute(arguments: [
        finding.id, finding.state.rawValue, finding.failureMode.text, finding.product.text, cohort.cause.rawValue,
        cohort.batch?.text, cohort.firmware?.text, cohort.region?.text, try jsonText(finding.rateRatio),
        finding.probability, try jsonText(finding.attribution), finding.deviceDays, finding.failures,
        finding.devicesAffected, finding.onset?.milliseconds, finding.detectedAt?.milliseconds, finding.kb,
        finding.explanation, try jsonText(finding.candidates), finding.decidedAt.milliseconds,
        finding.openedAt.milliseconds, finding.updatedAt.milliseconds, finding.episode,
        finding.profile, try finding.campaign.map { try jsonText($0) },
      ])
    } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
      let standing = try String.fetchOne(
        database,
        sql: """
          SELECT id FROM finding WHERE product = ? AND failure_mode = ? AND cause = ? AND batch IS ? AND firmware IS ?
            AND region IS ? AND state <> 'cleared'
          """,
        arguments: [
          finding.product.text, finding.failureMode.text, cohort.cause.rawValue, cohort.batch?.text,
          cohort.firmware?.text, cohort.region?.text,
        ])
      throw StoreError.conflict(
        id: standing ?? finding.id, detail: "this live finding is about the same cohort; \(finding.id) refused")
    }
    guard database.changesCount == 1 else {
      throw StoreError.conflict(id: finding.id, detail: "this id belongs to another cohort or episode")
    }
    return try CaseHistory.ofFindings.append(finding.history, to: finding.id, in: database)
  }

  /// The findings of `SELECT … FROM finding` followed by `rest`, with their histories.
  static func read(_ rest: String, _ arguments: StatementArguments = [], in database: Database) throws -> [Finding] {
    let statement = try database.cachedStatement(sql: "SELECT * FROM finding " + rest)
    var findings: [Finding] = []
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while let row = try rows.next() { findings.append(try finding(row)) }
    let histories = try CaseHistory.ofFindings.read(findings.map(\.id), in: database)
    for index in findings.indices { findings[index].history = histories[findings[index].id] ?? [] }
    return findings
  }

  static func finding(_ row: Row) throws -> Finding {
    var finding = try core(row)
    finding.campaign = try row.optionalJSON("campaign")
    return finding
  }

  private static func core(_ row: Row) throws -> Finding {
    Finding(
      id: try row.value("id"), state: try row.word("state"), failureMode: try row.symbol("failure_mode"),
      product: try row.symbol("product"),
      cohort: Cohort(
        cause: try row.word("cause"), batch: try row.optionalSymbol("batch"),
        firmware: try row.optionalSymbol("firmware"), region: try row.optionalSymbol("region")),
      rateRatio: try row.json("rate_ratio"), probability: try row.value("probability"),
      attribution: try row.json("attribution"), deviceDays: try row.value("device_days"),
      failures: try row.value("failures"), devicesAffected: try row.value("devices_affected"),
      onset: try row.optionalTime("onset_ms"), detectedAt: try row.optionalTime("detected_ms"),
      kb: try row.optional("kb"), explanation: try row.value("explanation"), candidates: try row.json("candidates"),
      decidedAt: try row.time("decided_ms"), openedAt: try row.time("opened_ms"),
      updatedAt: try row.time("updated_ms"), episode: try row.value("episode"),
      profile: try row.optional("profile"))
  }
}
