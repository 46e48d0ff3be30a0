import GRDB
import Vocabulary

/// What is kept for looking back: predictions, contacts, remote diagnoses. Each bounded, the newest stay.
enum RecordTables {
  static func write(_ unit: UnitOfWork, limits: StoreLimits, in database: Database) throws {
    try writePredictions(unit.predictions, limits: limits, in: database)

    let contact = try database.cachedStatement(
      sql: "INSERT INTO contact (at_ms, device, failure_mode, text, customer, digest) VALUES (?, ?, ?, ?, ?, ?)")
    for item in unit.contacts {
      try contact.execute(arguments: [
        item.time.milliseconds, item.device, item.failureMode?.text, item.text, item.customer,
        item.digest.map { Int64(bitPattern: $0) },
      ])
    }
    let diagnosis = try database.cachedStatement(
      sql: """
        INSERT INTO diagnosis (at_ms, product, device, failure_mode, result, detail, digest)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    for (identity, item) in unit.diagnoses {
      try diagnosis.execute(arguments: [
        item.time.milliseconds, identity.product.text, identity.device, item.failureMode.text, item.result.rawValue,
        item.detail, item.digest.map { Int64(bitPattern: $0) },
      ])
    }
    if !unit.contacts.isEmpty {
      try database.execute(
        sql: "DELETE FROM contact WHERE id <= (SELECT max(id) FROM contact) - ?", arguments: [limits.contacts])
    }
    if !unit.diagnoses.isEmpty {
      try database.execute(
        sql: "DELETE FROM diagnosis WHERE id <= (SELECT max(id) FROM diagnosis) - ?", arguments: [limits.contacts])
    }
  }

  /// In key order, so that a day's predictions are appended to the end of the table.
  private static func writePredictions(
    _ predictions: [Prediction], limits: StoreLimits, in database: Database
  ) throws {
    guard !predictions.isEmpty else { return }
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO prediction
          (as_of_ms, product, device, failure_mode, horizon_days, probability, low, high)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    let sorted = predictions.sorted {
      ($0.asOf, $0.identity, $0.failureMode) < ($1.asOf, $1.identity, $1.failureMode)
    }
    for item in sorted {
      try statement.execute(arguments: [
        item.asOf.milliseconds, item.identity.product.text, item.identity.device, item.failureMode.text,
        item.horizonDays, item.probability.mean, item.probability.low, item.probability.high,
      ])
    }
    try database.execute(
      sql: "DELETE FROM prediction WHERE as_of_ms < (SELECT max(as_of_ms) FROM prediction) - ?",
      arguments: [Int64(limits.predictionDays) * EventTime.day])
  }

  static func predictions(_ filter: PredictionFilter, in database: Database) throws -> [Prediction] {
    var conditions = Conditions()
    conditions.require("device", filter.device)
    conditions.require("product", filter.product)
    conditions.require("failure_mode", filter.failureMode)
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT * FROM prediction \(conditions.sql) ORDER BY as_of_ms DESC, product, device, failure_mode LIMIT ?
        """, arguments: conditions.arguments + [max(0, filter.limit)])
    var predictions: [Prediction] = []
    while let row = try rows.next() {
      predictions.append(
        Prediction(
          identity: try row.identity(), failureMode: try row.symbol("failure_mode"), asOf: try row.time("as_of_ms"),
          horizonDays: try row.value("horizon_days"),
          probability: Interval(
            mean: try row.value("probability"), low: try row.value("low"), high: try row.value("high"))))
    }
    return predictions
  }

  /// Of the kept messages of both kinds, the oldest first.
  static func digests(in database: Database) throws -> [UInt64] {
    try ["contact", "diagnosis"].flatMap { table in
      try Int64.fetchAll(database, sql: "SELECT digest FROM \(table) WHERE digest IS NOT NULL ORDER BY id")
        .map { UInt64(bitPattern: $0) }
    }
  }

  private static func digest(_ row: Row) throws -> UInt64? {
    (try row.optional("digest") as Int64?).map { UInt64(bitPattern: $0) }
  }

  static func contacts(of device: String, limit: Int, in database: Database) throws -> [Contact] {
    let rows = try Row.fetchCursor(
      database, sql: "SELECT * FROM contact WHERE device = ? ORDER BY at_ms DESC, id DESC LIMIT ?",
      arguments: [device, max(0, limit)])
    var contacts: [Contact] = []
    while let row = try rows.next() {
      contacts.append(
        Contact(
          time: try row.time("at_ms"), device: try row.value("device"),
          failureMode: try row.optionalSymbol("failure_mode"), text: try row.optional("text"),
          customer: try row.optional("customer"), digest: try digest(row)))
    }
    return contacts
  }

  static func diagnoses(of identity: DeviceIdentity, limit: Int, in database: Database) throws -> [Diagnosis] {
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT * FROM diagnosis WHERE device = ? AND product = ? ORDER BY at_ms DESC, id DESC LIMIT ?",
      arguments: [identity.device, identity.product.text, max(0, limit)])
    var diagnoses: [Diagnosis] = []
    while let row = try rows.next() {
      diagnoses.append(
        Diagnosis(
          time: try row.time("at_ms"), failureMode: try row.symbol("failure_mode"), result: try row.word("result"),
          detail: try row.optional("detail"), digest: try digest(row)))
    }
    return diagnoses
  }
}
