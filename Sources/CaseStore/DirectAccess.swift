import GRDB

/// SQL past the API, for what the schema and the file must bear by themselves: the tests' view, never the daemon's.
extension CaseDatabase {
  func execute(directly sql: String) throws {
    try write { try $0.execute(sql: sql) }
  }

  /// The first column of each row, as text.
  func texts(directly sql: String) throws -> [String] {
    var texts: [String] = []
    try write { database in
      texts = try Row.fetchAll(database, sql: sql).map { "\($0[0] as DatabaseValue)" }
    }
    return texts
  }

  /// Runs `body` while a transaction that did `sql` is neither committed nor rolled back; then rolls back.
  func withOpenTransaction(_ sql: String, _ body: () throws -> Void) throws {
    try write { database in
      try database.inTransaction(.immediate) {
        try database.execute(sql: sql)
        try body()
        return .rollback
      }
    }
  }
}

extension DatabaseFile {
  /// Makes a database from the statements of a dump, as an older version would have left it.
  static func make(at path: String, from dump: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { try $0.execute(sql: dump) }
    try queue.close()
  }
  static func texts(_ sql: String, at path: String) throws -> [String] {
    try DatabaseQueue(path: path).read { try String.fetchAll($0, sql: sql) }
  }
}
