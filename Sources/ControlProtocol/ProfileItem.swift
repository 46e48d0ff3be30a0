/// A firmware profile as `profile list` shows it.
package struct ProfileItem: Hashable, Sendable, Codable {
  package var product: String
  package var title: String
  /// The range of versions it describes, as its file writes it; empty for all.
  package var firmware: String
  package var source: String
  package var revision: String
  /// Ids of its failure modes.
  package var modes: [String]

  package init(product: String, title: String, firmware: String, source: String, revision: String, modes: [String]) {
    self.product = product
    self.title = title
    self.firmware = firmware
    self.source = source
    self.revision = revision
    self.modes = modes
  }
}

/// What a reload of configuration and profiles did.
package struct ReloadReport: Hashable, Sendable, Codable {
  package var count: Int
  package var revision: String
  /// Whether the files differ from those that were in use.
  package var changed: Bool
  /// Keys of the configuration that were changed and are in force now.
  package var applied: [String]
  /// Keys of the configuration that differ from those in force, and will until a restart.
  package var needRestart: [String]

  package init(count: Int, revision: String, changed: Bool, applied: [String] = [], needRestart: [String] = []) {
    self.count = count
    self.revision = revision
    self.changed = changed
    self.applied = applied
    self.needRestart = needRestart
  }

  private enum CodingKeys: String, CodingKey {
    case count, revision, changed, applied
    case needRestart = "need_restart"
  }

  /// A daemon of an earlier version names no keys.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      count: try container.decode(Int.self, forKey: .count),
      revision: try container.decode(String.self, forKey: .revision),
      changed: try container.decode(Bool.self, forKey: .changed),
      applied: try container.decodeIfPresent([String].self, forKey: .applied) ?? [],
      needRestart: try container.decodeIfPresent([String].self, forKey: .needRestart) ?? [])
  }
}
