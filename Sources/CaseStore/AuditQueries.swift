import GRDB

/// Reading the audit, through the store or beside it.
extension CaseDatabase {
  /// The newest first.
  package func audit(_ filter: AuditFilter = .init()) throws(StoreError) -> [AuditEntry] {
    var conditions = Conditions()
    conditions.require("noun", oneOf: filter.nouns)
    conditions.require("subject", filter.subject)
    conditions.require("actor", filter.actor)
    conditions.require("change", filter.change)
    return try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT audit.*, reason FROM audit LEFT JOIN audit_reason USING (number) \(conditions.sql)
          ORDER BY number DESC LIMIT ?
          """, arguments: conditions.arguments + [max(0, filter.limit)])
      var entries: [AuditEntry] = []
      while let row = try rows.next() {
        var entry = try AuditTable.entry(row)
        let hadReason = (row["reason_digest"] as DatabaseValue?).map { !$0.isNull } ?? false
        entry.isReasonErased = hadReason && entry.reason == nil
        entries.append(entry)
      }
      return entries
    }
  }

  package func verifyAudit() throws(StoreError) -> AuditVerdict { try read(AuditTable.verify) }
}

/// The audit of a state directory whose daemon is down: read, and nothing else.
package enum StoredAudit {
  package static func verify(directory: String) throws(StoreError) -> AuditVerdict {
    let path = directory + "/" + DatabaseFile.name
    guard DatabaseFile(directory: directory, limits: StoreLimits()).size(of: path) != nil else {
      throw .directoryMissing(path: path)
    }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(StoreLimits().busySeconds)
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      return try queue.read { database in
        try Schema.check(database, path: path)
        return try AuditTable.verify(in: database)
      }
    } catch {
      throw StoreError(error, path: path)
    }
  }
}
