/// One change as `audit list` shows it.
package struct AuditItem: Hashable, Sendable, Codable {
  package var number: Int64
  package var at: String
  package var actor: String
  package var noun: String
  package var subject: String
  @Known package var pseudonym: String?
  package var change: String
  @Known package var from: String?
  @Known package var to: String?
  @Known package var reason: String?
  /// There was a reason; it went with the device's erasure.
  package var reasonErased: Bool
  package var digest: String

  package init(
    number: Int64, at: String, actor: String, noun: String, subject: String, pseudonym: String?, change: String,
    from: String?, to: String?, reason: String?, reasonErased: Bool, digest: String
  ) {
    self.number = number
    self.at = at
    self.actor = actor
    self.noun = noun
    self.subject = subject
    self.pseudonym = pseudonym
    self.change = change
    self.from = from
    self.to = to
    self.reason = reason
    self.reasonErased = reasonErased
    self.digest = digest
  }

  private enum CodingKeys: String, CodingKey {
    case number, at, actor, noun, subject, pseudonym, change, from, to, reason
    case reasonErased = "reason_erased"
    case digest
  }
}

/// What `audit verify` found.
package struct AuditReport: Hashable, Sendable, Codable {
  package var valid: Bool
  /// Rows that are as they were written, up to the first that isn't.
  package var rows: Int
  @Known package var firstBroken: Int64?
  @Known package var detail: String?
  /// Digest of the last row.
  @Known package var head: String?

  package init(valid: Bool, rows: Int, firstBroken: Int64?, detail: String?, head: String?) {
    self.valid = valid
    self.rows = rows
    self.firstBroken = firstBroken
    self.detail = detail
    self.head = head
  }

  private enum CodingKeys: String, CodingKey {
    case valid, rows
    case firstBroken = "first_broken"
    case detail, head
  }
}
