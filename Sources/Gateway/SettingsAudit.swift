import CaseStore
import FirmwareProfiles
import Foundation
import Logging
import Pipeline
import Vocabulary

/// Changes of configuration and profiles in the audit: a start and a reload compare what is in force with what was last
/// audited, so that a file that was changed while the daemon was away is noticed too.
extension Engine {
  func restoreAudit(_ meta: [String: [UInt8]]) {
    guard let bytes = meta[MetaKey.audited] else { return }
    do {
      auditedSettings = try JSONDecoder().decode([String: String].self, from: Data(bytes))
    } catch {
      logger.warning("what was audited last can't be read; all is audited anew", metadata: ["error": "\(error)"])
    }
  }

  /// At a start; whoever changed the files did so in the meantime.
  func audit(_ settings: [String: String]) async throws {
    try await turn {
      note(settings, by: "at the start")
      guard await commit() else { throw StartFailure("the audit could not be written at the start") }
    }
  }

  func note(_ settings: [String: String], by actor: String) {
    let at = WallClock.now()
    for name in Set(settings.keys).union(auditedSettings.keys).sorted() where settings[name] != auditedSettings[name] {
      let isProfile = name.hasPrefix(Configuration.profilePrefix)
      let change =
        auditedSettings[name] == nil ? "set" : settings[name] == nil ? "removed" : "changed"
      pendingAudit.append(
        AuditEntry(
          at: at, actor: actor, noun: isProfile ? .profile : .configuration,
          subject: isProfile ? String(name.dropFirst(Configuration.profilePrefix.count)) : name, change: change,
          from: auditedSettings[name], to: settings[name]))
    }
    auditedSettings = settings
  }

  func addAudit(to unit: inout UnitOfWork) {
    guard !pendingAudit.isEmpty else { return }
    unit.audit += pendingAudit
    unit.meta[MetaKey.audited] = JSONText.bytes(auditedSettings)
  }
}

extension Configuration {
  static let profilePrefix = "profile "

  /// By name and value. Nothing secret stands in a configuration: passwords come from files.
  func auditedParts(_ catalogue: Catalogue) -> [String: String] {
    // Sources have no text of their own that two starts would write alike.
    var parts = Dictionary(
      (changeableParts + fixedParts.filter { $0.key != "sources" }).map { ($0.key, $0.value) },
      uniquingKeysWith: { first, _ in first })
    parts["sources"] = "\(sources.count)"
    for profile in catalogue.profiles { parts[Self.profilePrefix + profile.source] = profile.revision }
    return parts
  }
}
