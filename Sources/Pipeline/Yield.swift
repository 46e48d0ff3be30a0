package import FirmwareProfiles
package import Vocabulary

/// What a batch of messages has given since it was last taken: all of it belongs into one transaction.
package struct Yield: Sendable {
  package struct Quarantined: Sendable {
    package var delivery: Delivery
    package var rejection: Rejection
    package var device: String?
    /// When a message from the future is worth another try.
    package var dueAt: EventTime?
  }
  package struct Taken: Sendable {
    package var delivery: Delivery
    package var device: String?
  }
  /// One closed bucket and what its pass changed.
  package struct Pass: Sendable {
    package var bucket: Bucket
    package var incidents: [(ModeKey, EnvironmentIncident)]
  }

  /// What was received, by fate.
  package var counts = FateCounts()
  package var quarantined: [Quarantined] = []
  /// Refused messages that are counted, but not kept: see `QuarantineBudget`.
  package var unkept = 0
  /// Messages from the future that were quarantined in an earlier yield and have been taken since.
  package var readmitted: [Delivery] = []
  /// Messages that changed what is kept, in order: replaying them on the last snapshot gives the same state.
  package var taken: [Taken] = []
  package var changes: [CaseChange] = []
  package var passes: [Pass] = []
  package var predictions: [Prediction] = []
  package var contacts: [Contact] = []
  package var diagnoses: [(DeviceIdentity, Diagnosis)] = []
  /// Verdicts as they stand now, and the numbers of those that were taken back or forgotten.
  package var verdicts: [KeptVerdict] = []
  package var withdrawnVerdicts: [UInt64] = []
  /// What foreign devices are asked for.
  package var requests: [ForeignRequest] = []
  /// Devices that came into the comparison of care with none, or are held out of care still.
  package var trial: [TrialEntry] = []
  /// Devices whose customers withdrew consent.
  package var erased: [DeviceIdentity] = []

  package init() {}
}
