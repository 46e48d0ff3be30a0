import GRDB
import Vocabulary

/// Removes every trace of devices from the tables. Their tickets stay for the statistics (kind, state, mode, cohort,
/// figures) under a new random id: the old one is a hash of the device's name, which whoever knows the name can compute.
///
/// The freed bytes are overwritten (`secure_delete`) but still in the write-ahead log, and so may be copies that SQLite left
/// in the gaps of pages when it moved rows between them: measured, 2 of 300 erased devices were still readable in the file
/// after a checkpoint. `CaseDatabase.rewrite` and a checkpoint remove both.
struct Erasure {
  let devices: [DeviceIdentity]
  let at: EventTime
  /// Of the devices, as the audit names them.
  let pseudonyms: [String]

  /// `/` can't be in a device's id: no device is ever mistaken for a pseudonym, nor the other way round.
  static let pseudonymPrefix = "erased/"

  func apply(in database: Database) throws {
    guard !devices.isEmpty else { return }
    let names = try jsonText(devices.map(\.device))
    try pseudonymiseTickets(of: names, in: database)
    // Device ids are unique across products, so the id alone tells whose rows these are.
    // The journal is emptied by the same unit, and what remains of their records comes with its pages.
    for table in ["quarantine", "outbox", "prediction", "contact", "diagnosis", "verdict", "device"] {
      try database.execute(
        sql: "DELETE FROM \(table) WHERE device IN (SELECT value FROM json_each(?))", arguments: [names])
    }
    try TrialTable.erase(names, at: at, in: database)
    // The chain stays, and whose row it is only the key tells; what people wrote may name the device.
    try database.execute(
      sql: """
        DELETE FROM audit_reason WHERE number IN
          (SELECT number FROM audit WHERE pseudonym IN (SELECT value FROM json_each(?)))
        """, arguments: [try jsonText(pseudonyms)])
    try forgetMentions(in: database)
  }

  /// Quarantined messages that name an erased device without being known to be about it: under a topic that is no address,
  /// or in the payload of another device. Whatever stands between bytes that no id holds is looked up.
  private func forgetMentions(in database: Database) throws {
    let names = Set(devices.map { Array($0.device.utf8) })
    var found: [Int64] = []
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT id, topic, payload, detail FROM quarantine WHERE device IS NULL OR reason = 'identity'")
    while let row = try rows.next() {
      let texts = [
        Array((try row.value("topic") as String).utf8), try row.bytes("payload"),
        Array((try row.value("detail") as String).utf8),
      ]
      if texts.contains(where: { Self.mentions(names, in: $0) }) { found.append(try row.value("id")) }
    }
    try database.execute(
      sql: "DELETE FROM quarantine WHERE id IN (SELECT value FROM json_each(?))", arguments: [try jsonText(found)])
  }

  static func mentions(_ names: Set<[UInt8]>, in text: [UInt8]) -> Bool {
    text.split { !isOfID($0) }.contains { $0.count <= 128 && names.contains(Array($0)) }
  }

  /// The contract's alphabet of ids.
  private static func isOfID(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private func pseudonymiseTickets(of names: String, in database: Database) throws {
    let ids = try String.fetchAll(
      database, sql: "SELECT id FROM ticket WHERE device IN (SELECT value FROM json_each(?))", arguments: [names])
    guard !ids.isEmpty else { return }
    let cases = try jsonText(ids)
    // Words may name the device or its customer.
    try database.execute(
      sql: "UPDATE ticket_change SET reason = NULL WHERE ticket IN (SELECT value FROM json_each(?))", arguments: [cases]
    )
    // No one can act on a ticket without a device. What was resolved is closed with its outcome, the rest cancelled.
    try database.execute(
      sql: """
        INSERT INTO ticket_change (ticket, ordinal, at_ms, actor, change, old_value, new_value, reason)
        SELECT id, (SELECT count(*) FROM ticket_change WHERE ticket = ticket.id), ?, 'forewarnd', 'erased', state,
          CASE state WHEN 'resolved' THEN 'closed' ELSE 'cancelled' END, 'the data of the device were erased'
        FROM ticket WHERE id IN (SELECT value FROM json_each(?)) AND state NOT IN ('closed', 'cancelled')
        """, arguments: [at.milliseconds, cases])
    try database.execute(
      sql: """
        UPDATE ticket SET
          updated_ms = CASE WHEN state IN ('closed', 'cancelled') THEN updated_ms ELSE ? END,
          state = CASE WHEN state IN ('resolved', 'closed') THEN 'closed' ELSE 'cancelled' END,
          explanation = 'The data of the device were erased.', customer = NULL, may_contact = 0,
          sentences = NULL,
          device = ? || lower(hex(randomblob(8))), id = 'T-' || lower(hex(randomblob(8)))
        WHERE id IN (SELECT value FROM json_each(?))
        """, arguments: [at.milliseconds, Self.pseudonymPrefix, cases])
  }
}
