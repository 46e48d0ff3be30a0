/// What `forewarn backup` did.
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
}
