/// What `forewarn restore` did, or would do.
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
  @Known package var keptAside: String?

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
}
