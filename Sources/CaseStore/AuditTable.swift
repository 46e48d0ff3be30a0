import Fingerprints
import GRDB
import Vocabulary

/// The chain itself: SHA-256 over the digest of the row before and this row's fields, each with its length in front.
enum AuditTable {
  private static let noDigest = [UInt8](repeating: 0, count: 32)
  private static let saltBytes = 16

  static func append(_ entries: [AuditEntry], in database: Database) throws {
    guard !entries.isEmpty else { return }
    let last = try Row.fetchOne(database, sql: "SELECT number, digest FROM audit ORDER BY number DESC LIMIT 1")
    var number: Int64 = try last.map { try $0.value("number") } ?? 0
    var digest = try last.map { try $0.bytes("digest") } ?? noDigest
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO audit (number, at_ms, actor, noun, subject, pseudonym, change, old_value, new_value, reason_digest,
          digest)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let explain = try database.cachedStatement(
      sql: "INSERT INTO audit_reason (number, salt, reason) VALUES (?, ?, ?)")
    var generator = SystemRandomNumberGenerator()
    for var entry in entries {
      number += 1
      entry.number = number
      // Salted: once it is erased, nobody can tell by its digest whether a guess was right.
      let salt = (0..<saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      let reasonDigest = entry.reason.map { Self.digest(ofReason: $0, salt: salt) }
      digest = Self.digest(of: entry, reasonDigest: reasonDigest, after: digest)
      try insert.execute(arguments: [
        number, entry.at.milliseconds, entry.actor, entry.noun.rawValue, entry.subject, entry.pseudonym, entry.change,
        entry.from, entry.to, reasonDigest?.blob, digest.blob,
      ])
      if let reason = entry.reason { try explain.execute(arguments: [number, salt.blob, reason]) }
    }
  }

  static func digest(ofReason reason: String, salt: [UInt8]) -> [UInt8] { Fingerprint.of(salt + Array(reason.utf8)) }

  static func digest(of entry: AuditEntry, reasonDigest: [UInt8]?, after before: [UInt8]) -> [UInt8] {
    var bytes = before
    func add(_ field: [UInt8]?) {
      // An absent field is told from an empty one.
      let count = field.map { Int64($0.count) } ?? -1
      withUnsafeBytes(of: count.littleEndian) { bytes += Array($0) }
      bytes += field ?? []
    }
    add(Array(String(entry.number).utf8))
    add(Array(String(entry.at.milliseconds).utf8))
    for text in [
      entry.actor, entry.noun.rawValue, entry.subject, entry.pseudonym, entry.change, entry.from, entry.to,
    ] {
      add(text.map { Array($0.utf8) })
    }
    add(reasonDigest)
    return Fingerprint.of(bytes)
  }

  static func entry(_ row: Row) throws -> AuditEntry {
    var entry = AuditEntry(
      at: try row.time("at_ms"), actor: try row.value("actor"), noun: try row.word("noun"),
      subject: try row.value("subject"), pseudonym: try row.optional("pseudonym"), change: try row.value("change"),
      from: try row.optional("old_value"), to: try row.optional("new_value"), reason: try row.optional("reason"))
    entry.number = try row.value("number")
    entry.digest = try row.bytes("digest")
    return entry
  }

  /// Goes through all rows; ends at the first that isn't what was written.
  static func verify(in database: Database) throws -> AuditVerdict {
    var verdict = AuditVerdict()
    var before = noDigest
    let rows = try Row.fetchCursor(
      database, sql: "SELECT audit.*, salt, reason FROM audit LEFT JOIN audit_reason USING (number) ORDER BY number")
    while let row = try rows.next() {
      let entry = try entry(row)
      if let detail = try fault(of: row, entry, expected: Int64(verdict.rows) + 1, after: before) {
        verdict.firstBreak = .init(number: entry.number, detail: detail)
        return verdict
      }
      before = entry.digest
      verdict.rows += 1
    }
    verdict.head = verdict.rows > 0 ? Fingerprint.hexadecimal(before) : nil
    return verdict
  }

  private static func fault(
    of row: Row, _ entry: AuditEntry, expected: Int64, after before: [UInt8]
  ) throws -> String? {
    guard entry.number == expected else { return "row \(expected) is missing" }
    let reasonDigest = try (row["reason_digest"] as DatabaseValue?).flatMap { value -> [UInt8]? in
      value.isNull ? nil : try row.bytes("reason_digest")
    }
    guard digest(of: entry, reasonDigest: reasonDigest, after: before) == entry.digest else {
      return "its fields, or a row before it, were changed after it was written"
    }
    if let reason = entry.reason {
      guard let reasonDigest, digest(ofReason: reason, salt: try row.bytes("salt")) == reasonDigest else {
        return "its reason was changed or added after it was written"
      }
    } else if reasonDigest != nil, entry.pseudonym == nil {
      return "its reason was removed: only an erased device's may be"
    }
    return nil
  }
}
