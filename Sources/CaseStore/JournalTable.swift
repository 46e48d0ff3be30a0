import GRDB
import Vocabulary

/// The messages since the last snapshot, a batch a row: exact bytes, packed together: one statement a
/// batch, and what reports have in common is written once.
enum JournalTable {
  /// Returns how many bytes the batch takes.
  static func append(
    _ deliveries: [Delivery], _ compression: Compression, in database: Database
  ) throws -> Int {
    guard !deliveries.isEmpty else { return 0 }
    let packed = try compression.packed(JournalBatch.bytes(of: deliveries))
    let statement = try database.cachedStatement(sql: "INSERT INTO journal_batch (messages, packed) VALUES (?, ?)")
    try statement.execute(arguments: [deliveries.count, packed.blob])
    return packed.count
  }

  static func clear(in database: Database) throws {
    try database.execute(sql: "DELETE FROM journal_batch")
    // Of the first version.
    try database.execute(sql: "DELETE FROM journal")
  }

  static func read(into state: inout StoredState, in database: Database) throws {
    let rows = try Row.fetchCursor(
      database, sql: "SELECT topic, payload, retained, received_ms FROM journal ORDER BY id")
    while let row = try rows.next() {
      let delivery = Delivery(
        topic: try row.value("topic"), payload: try row.bytes("payload"), isRetained: try row.value("retained"),
        receivedAt: try row.time("received_ms"))
      state.journal.append(delivery)
      state.journalBytes += delivery.payload.count
    }
    let batches = try Row.fetchCursor(database, sql: "SELECT messages, packed FROM journal_batch ORDER BY id")
    while let row = try batches.next() {
      let packed = try row.bytes("packed")
      state.journalBytes += packed.count
      let deliveries = try JournalBatch.deliveries(in: try Compression.unpacked(packed))
      let announced: Int = try row.value("messages")
      guard deliveries.count == announced else { throw JournalBatch.damage }
      state.journal += deliveries
    }
  }
}

/// A batch's messages one behind the other: time (milliseconds after the one before), whether it was retained, topic and
/// payload with their lengths; numbers as LEB128.
enum JournalBatch {
  static let damage = DatabaseError(
    resultCode: .SQLITE_CORRUPT, message: "a batch of the journal isn't what was written")

  static func bytes(of deliveries: [Delivery]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(deliveries.reduce(0) { $0 + $1.payload.count + $1.topic.utf8.count + 16 })
    func append(_ number: UInt64) {
      var rest = number
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    var before: Int64 = 0
    for delivery in deliveries {
      let step = delivery.receivedAt.milliseconds &- before
      before = delivery.receivedAt.milliseconds
      append(UInt64(bitPattern: step << 1 ^ step >> 63))
      append(UInt64(delivery.topic.utf8.count) << 1 | (delivery.isRetained ? 1 : 0))
      bytes.append(contentsOf: delivery.topic.utf8)
      append(UInt64(delivery.payload.count))
      bytes.append(contentsOf: delivery.payload)
    }
    return bytes
  }

  static func deliveries(in bytes: [UInt8]) throws -> [Delivery] {
    var place = 0
    func number() throws -> UInt64 {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard place < bytes.count else { throw damage }
        let next = bytes[place]
        place += 1
        value |= UInt64(next & 0x7f) << shift
        if next < 0x80 { return value }
      }
      throw damage
    }
    func take(_ count: UInt64) throws -> ArraySlice<UInt8> {
      guard count <= UInt64(bytes.count - place) else { throw damage }
      defer { place += Int(count) }
      return bytes[place..<place + Int(count)]
    }
    var deliveries: [Delivery] = []
    var time: Int64 = 0
    while place < bytes.count {
      let step = try number()
      time &+= Int64(bitPattern: step >> 1) ^ -Int64(bitPattern: step & 1)
      let header = try number()
      guard let topic = String(validating: try take(header >> 1), as: UTF8.self) else { throw damage }
      deliveries.append(
        Delivery(
          topic: topic, payload: Array(try take(try number())), isRetained: header & 1 == 1,
          receivedAt: EventTime(milliseconds: time)))
    }
    return deliveries
  }
}
