package import Vocabulary

/// All that one batch, one bucket's close or one act of an operator changes; committed whole or not at all.
///
/// Within a commit: cases first, then erasures, then everything else. So a unit that erases a device may hold the last
/// change of its ticket (which is pseudonymised with the others) and what must be known of it afterwards: the message
/// that withdrew consent, a device record with nothing but that, the message that withdraws its care offer.
package struct UnitOfWork: Sendable {
  /// A message of the outbox that couldn't be sent.
  package struct FailedDelivery: Sendable, Hashable {
    package var id: Int64
    package var error: String
    /// When a webhook is tried again.
    package var dueAt: EventTime?
    /// No further try: it is a dead letter.
    package var isLast: Bool
    package init(id: Int64, error: String, dueAt: EventTime? = nil, isLast: Bool = false) {
      self.id = id
      self.error = error
      self.dueAt = dueAt
      self.isLast = isLast
    }
  }

  /// The gateway's clock at the commit: when `deliveredOutbox` was delivered and `erasedDevices` were erased.
  package var at: EventTime
  /// Deletes the journal before anything is appended: what it held is in the records and cells of this unit. A unit that
  /// erases devices must do so, since the journal may hold their messages.
  package var emptiesJournal = false
  /// Messages that the pipeline took.
  package var journal: [Delivery] = []
  package var devicePages: [(number: Int, bytes: [UInt8])] = []
  package var erasedDevices: [DeviceIdentity] = []
  /// An empty blob deletes the bucket's cells.
  package var cells: [(ModeKey, Bucket, [UInt8])] = []
  package var models: [(ModeKey, [UInt8])] = []
  /// Modes whose evidence means something else now: their cells and state go before any others are written.
  package var forgottenModes: [ModeKey] = []
  /// Keys that begin with `store.` are the store's own and not allowed here.
  package var meta: [String: [UInt8]] = [:]
  package var quarantined: [QuarantineEntry] = []
  /// Messages that are counted as quarantined and dropped at once: under a flood not all are written.
  package var unkeptQuarantine = 0
  package var releasedQuarantine: [Int64] = []
  /// Messages that were taken again and refused for something else now.
  package var rejudgedQuarantine: [(id: Int64, rejection: Rejection)] = []
  /// Cases as they stand afterwards, in the order of the changes; of several for one id the last is written.
  package var changes: [CaseChange] = []
  package var outbox: [OutgoingMessage] = []
  package var deliveredOutbox: [Int64] = []
  package var failedOutbox: [FailedDelivery] = []
  /// Tried again from the beginning, dead or not.
  package var retriedOutbox: [Int64] = []
  /// Of what a device would be told in a row only the last is kept: the brake has held it back meanwhile.
  package var dropsSupersededOffers = false
  package var predictions: [Prediction] = []
  package var contacts: [Contact] = []
  /// One that stands already stays as it is.
  package var trial: [TrialEntry] = []
  package var diagnoses: [(DeviceIdentity, Diagnosis)] = []
  package var verdicts: [KeptVerdict] = []
  package var withdrawnVerdicts: [UInt64] = []
  /// As they stand afterwards.
  package var batches: [BatchFacts] = []

  package var expiries: [Expiry] = []
  /// Ended tickets of which only the figures stay.
  package var forgottenTickets: [String] = []
  /// Changes besides those of `changes`, whose histories are audited by themselves.
  package var audit: [AuditEntry] = []
  /// What stands for a device in the audit.
  package var pseudonym: @Sendable (_ device: String) -> String = { _ in "" }

  package init(at: EventTime) { self.at = at }

  var touchesCases: Bool {
    !changes.isEmpty || !erasedDevices.isEmpty || !expiries.isEmpty || !forgottenTickets.isEmpty
  }
}
