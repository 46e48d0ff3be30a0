package import CaseStore
package import ControlProtocol
import Fingerprints
import Hummingbird
import Vocabulary

/// Who changed what.
extension Routes {
  func audit(_ request: Request, _ context: ControlContext) async throws -> Response {
    let query = try Query(request, allowed: ["noun", "subject", "actor", "change", "limit"])
    var filter = AuditFilter()
    filter.nouns = try query.choices("noun")
    filter.subject = query["subject"]
    filter.actor = query["actor"]
    filter.change = query["change"]
    filter.limit = try query.limit()
    return .json(ListReply(schema: Schema.name("audit", "list"), items: try store.audit(filter).map(AuditItem.init)))
  }

  func verifyAudit(_ request: Request, _ context: ControlContext) async throws -> Response {
    .json(ObjectReply(schema: Schema.name("audit", "verify"), value: AuditReport(try store.verifyAudit())))
  }
}

extension AuditItem {
  init(_ entry: AuditEntry) {
    self.init(
      number: entry.number, at: entry.at.description, actor: entry.actor, noun: entry.noun.rawValue,
      subject: entry.subject, pseudonym: entry.pseudonym, change: entry.change, from: entry.from, to: entry.to,
      reason: entry.reason, reasonErased: entry.isReasonErased, digest: Fingerprint.hexadecimal(entry.digest))
  }
}

extension AuditReport {
  package init(_ verdict: AuditVerdict) {
    self.init(
      valid: verdict.firstBreak == nil, rows: verdict.rows, firstBroken: verdict.firstBreak?.number,
      detail: verdict.firstBreak?.detail, head: verdict.head)
  }
}
