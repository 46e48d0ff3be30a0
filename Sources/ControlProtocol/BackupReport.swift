import FoundationEssentials

/// What a backup or a restoration did.
package struct BackupReport: Codable, Hashable, Sendable {
  package var schema = Schema.name("backup", "create")
  package var path: String
  package var databaseBytes: Int64
  package var bytes: Int64
  /// Older backups that made room for it.
  package var removed: [String]

  package init(path: String, databaseBytes: Int64, bytes: Int64, removed: [String]) {
    self.path = path
    self.databaseBytes = databaseBytes
    self.bytes = bytes
    self.removed = removed
  }

  private enum CodingKeys: String, CodingKey {
    case schema, path
    case databaseBytes = "database_bytes"
    case bytes, removed
  }

  package var json: [UInt8] { get throws { try ReportJSON.bytes(self) } }
}

package struct RestoreReport: Codable, Hashable, Sendable {
  package var schema = Schema.name("backup", "restore")
  /// The backup's own words.
  package var created: String
  package var version: String
  package var databaseBytes: Int64
  package var tickets: Int
  package var findings: Int
  package var dryRun: Bool
  /// Where the state that was there is now.
  package var keptAside: String?

  package init(
    created: String, version: String, databaseBytes: Int64, tickets: Int, findings: Int, dryRun: Bool,
    keptAside: String?
  ) {
    self.created = created
    self.version = version
    self.databaseBytes = databaseBytes
    self.tickets = tickets
    self.findings = findings
    self.dryRun = dryRun
    self.keptAside = keptAside
  }

  private enum CodingKeys: String, CodingKey {
    case schema, created, version
    case databaseBytes = "database_bytes"
    case tickets, findings
    case dryRun = "dry_run"
    case keptAside = "kept_aside"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(schema, forKey: .schema)
    try container.encode(created, forKey: .created)
    try container.encode(version, forKey: .version)
    try container.encode(databaseBytes, forKey: .databaseBytes)
    try container.encode(tickets, forKey: .tickets)
    try container.encode(findings, forKey: .findings)
    try container.encode(dryRun, forKey: .dryRun)
    try container.encode(keptAside, forKey: .keptAside)
  }

  package var json: [UInt8] { get throws { try ReportJSON.bytes(self) } }
}

enum ReportJSON {
  static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(value)) + [0x0a]
  }
}
