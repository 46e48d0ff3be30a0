import GRDB
package import Vocabulary

/// Reading what is kept of messages: quarantine, outbox, predictions, contacts, diagnoses.
extension CaseDatabase {
  /// The newest first.
  package func quarantine(reason: RejectionReason? = nil, limit: Int = 1000) throws(StoreError) -> [QuarantineSummary] {
    var conditions = Conditions()
    conditions.require("reason", reason?.rawValue)
    let rest = "\(conditions.sql) ORDER BY id DESC LIMIT ?"
    return try read { try QuarantineTable.summaries(rest, conditions.arguments + [max(0, limit)], in: $0) }
  }

  package func quarantineEntry(_ id: Int64) throws(StoreError) -> QuarantineEntry? {
    try read { try QuarantineTable.entries("WHERE id = ?", [id], in: $0).first }
  }

  /// The oldest first, from the one after `id` on: for going through all of them in parts.
  package func quarantine(
    after id: Int64, reason: RejectionReason?, limit: Int
  ) throws(StoreError) -> [QuarantineEntry] {
    var conditions = Conditions()
    conditions.require("id > CAST(? AS INTEGER)", with: String(id))
    conditions.require("reason", reason?.rawValue)
    let rest = "\(conditions.sql) ORDER BY id LIMIT ?"
    return try read { try QuarantineTable.entries(rest, conditions.arguments + [max(0, limit)], in: $0) }
  }

  /// Messages of `reason` whose time has come (due at `time` or before), in the order of their times.
  package func dueQuarantine(
    before time: EventTime, reason: RejectionReason = .future, limit: Int
  ) throws(StoreError) -> [QuarantineEntry] {
    try read {
      try QuarantineTable.entries(
        "WHERE due_ms <= ? AND reason = ? ORDER BY due_ms, id LIMIT ?",
        [time.milliseconds, reason.rawValue, max(0, limit)], in: $0)
    }
  }

  /// The newest first; of one moment by product, device and mode.
  package func predictions(_ filter: PredictionFilter = .init()) throws(StoreError) -> [Prediction] {
    try read { try RecordTables.predictions(filter, in: $0) }
  }

  /// What the support desk heard about a device, the newest first.
  package func contacts(of device: String, limit: Int = 100) throws(StoreError) -> [Contact] {
    try read { try RecordTables.contacts(of: device, limit: limit, in: $0) }
  }

  /// Remote checks of a device, the newest first.
  package func diagnoses(of identity: DeviceIdentity, limit: Int = 100) throws(StoreError) -> [Diagnosis] {
    try read { try RecordTables.diagnoses(of: identity, limit: limit, in: $0) }
  }
}
