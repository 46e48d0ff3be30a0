package import Vocabulary

/// One change, by whom and why: as it is handed in, and as it is read.
package struct AuditEntry: Hashable, Sendable {
  package enum Noun: String, Sendable, CaseIterable {
    case ticket, finding, configuration, profile, device
  }

  /// From 1 on; 0 before it is written.
  package var number: Int64 = 0
  package var at: EventTime
  package var actor: String
  package var noun: Noun
  /// Id of the ticket or finding, name of the key or file; of a device its pseudonym.
  package var subject: String
  /// Keyed hash of the device that it is about; never the device's id.
  package var pseudonym: String?
  package var change: String
  package var from: String?
  package var to: String?
  package var reason: String?
  /// There was a reason, and it went with an erasure.
  package var isReasonErased = false
  package var digest: [UInt8] = []

  package init(
    at: EventTime, actor: String, noun: Noun, subject: String, pseudonym: String? = nil, change: String,
    from: String? = nil, to: String? = nil, reason: String? = nil
  ) {
    self.at = at
    self.actor = actor
    self.noun = noun
    self.subject = subject
    self.pseudonym = pseudonym
    self.change = change
    self.from = from
    self.to = to
    self.reason = reason
  }
}

/// Which entries; `nil` is any.
package struct AuditFilter: Sendable, Hashable {
  package var nouns: [AuditEntry.Noun] = []
  package var subject: String?
  package var actor: String?
  package var change: String?
  package var limit = 1000

  package init() {}
}

/// What going through the chain found.
package struct AuditVerdict: Hashable, Sendable {
  package struct Break: Hashable, Sendable {
    package var number: Int64
    package var detail: String
  }
  package var rows = 0
  /// The first one; `nil`: all rows are as they were written.
  package var firstBreak: Break?
  /// Of the last row, hexadecimal: noted elsewhere it proves later that nothing was cut off.
  package var head: String?
}
