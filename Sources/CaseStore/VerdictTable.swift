import GRDB
import Vocabulary

/// Verdicts on devices, written with whatever brought them.
enum VerdictTable {
  static func write(_ verdicts: [KeptVerdict], removing removed: [UInt64], in database: Database) throws {
    if !removed.isEmpty {
      let deletion = try database.cachedStatement(sql: "DELETE FROM verdict WHERE id = ?")
      for id in removed { try deletion.execute(arguments: [Int64(bitPattern: id)]) }
    }
    guard !verdicts.isEmpty else { return }
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO verdict
          (id, product, device, failure_mode, at_ms, result, source, ticket, detail, standing)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for kept in verdicts {
      let verdict = kept.verdict
      try statement.execute(arguments: [
        Int64(bitPattern: verdict.id), verdict.identity.product.text, verdict.identity.device,
        verdict.failureMode?.text, verdict.time.milliseconds, verdict.result.rawValue, verdict.source.rawValue,
        verdict.ticket, verdict.detail, try kept.standing.map { try jsonText($0) },
      ])
    }
  }

  static func read(in database: Database) throws -> [KeptVerdict] {
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM verdict ORDER BY id")
    var verdicts: [KeptVerdict] = []
    while let row = try rows.next() {
      let verdict = Verdict(
        identity: try row.identity(), failureMode: try row.optionalSymbol("failure_mode"), time: try row.time("at_ms"),
        result: try row.word("result"), source: try row.word("source"), ticket: try row.optional("ticket"),
        detail: try row.optional("detail"))
      let hasStanding = try row.optional("standing") as String? != nil
      verdicts.append(KeptVerdict(verdict, standing: hasStanding ? try row.json("standing") : nil))
    }
    return verdicts
  }
}
