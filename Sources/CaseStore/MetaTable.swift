import GRDB

/// Small values by name: the gateway's clock and counters, and under `store.` the store's own.
enum MetaTable {
  static let ownPrefix = "store."

  static func set(_ bytes: [UInt8], for key: String, in database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO meta (key, value) VALUES (?, IFNULL(?, x''))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """)
    try statement.execute(arguments: [key, bytes.blob])
  }

  static func value(of key: String, in database: Database) throws -> [UInt8]? {
    try Row.fetchOne(database, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key]).map {
      try $0.bytes("value")
    }
  }

  /// All but the store's own.
  static func read(in database: Database) throws -> [String: [UInt8]] {
    var values: [String: [UInt8]] = [:]
    let rows = try Row.fetchCursor(database, sql: "SELECT key, value FROM meta")
    while let row = try rows.next() {
      let key: String = try row.value("key")
      if !key.hasPrefix(ownPrefix) { values[key] = try row.bytes("value") }
    }
    return values
  }

  static func count(_ key: String, in database: Database) throws -> Int {
    guard let row = try Row.fetchOne(database, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key]) else {
      return 0
    }
    let text = String(decoding: try row.bytes("value"), as: UTF8.self)
    guard let count = Int(text) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\(key) is no number: \(text)")
    }
    return count
  }

  static func setCount(_ count: Int, for key: String, in database: Database) throws {
    try set(Array(String(count).utf8), for: key, in: database)
  }
}
