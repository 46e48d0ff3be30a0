import GRDB
import Vocabulary

/// The messages since the last bucket's close, appended batch by batch.
enum JournalTable {
  static func append(_ entries: [UnitOfWork.JournalEntry], in database: Database) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT INTO journal (received_ms, topic, payload, retained, device) VALUES (?, ?, IFNULL(?, x''), ?, ?)")
    for entry in entries {
      try statement.execute(arguments: [
        entry.delivery.receivedAt.milliseconds, entry.delivery.topic, entry.delivery.payload.blob,
        entry.delivery.isRetained, entry.device,
      ])
    }
  }

  static func read(in database: Database) throws -> [Delivery] {
    var deliveries: [Delivery] = []
    let rows = try Row.fetchCursor(
      database, sql: "SELECT topic, payload, retained, received_ms FROM journal ORDER BY id")
    while let row = try rows.next() {
      deliveries.append(
        Delivery(
          topic: try row.value("topic"), payload: try row.bytes("payload"), isRetained: try row.value("retained"),
          receivedAt: try row.time("received_ms")))
    }
    return deliveries
  }
}
