import Foundation
import Testing
import Vocabulary

@testable import CaseStore

/// Stores of every schema that ever was, as a dump each in `Schemas`: they open, keep everything, and an upgrade that fails
/// leaves the file as it was.
struct UpgradeTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Schemas")
  static let schemas = Schema.migrations.map(\.identifier)

  private func store(of schema: String, in directory: TemporaryDirectory) throws -> String {
    let dump = try String(contentsOf: Self.folder.appending(path: "\(schema).sql"), encoding: .utf8)
    let path = directory.path + "/cases.db"
    // `.dump` leaves out what stands in the header.
    try DatabaseFile.make(
      at: path, from: "PRAGMA application_id = \(Schema.applicationID); PRAGMA journal_mode = WAL;\n" + dump)
    return path
  }

  /// Each row of each table, in the columns that the table has now.
  private func rows(at path: String, columns: [String: [String]]) throws -> [String: [String]] {
    try columns.mapValues { $0.map { "quote(\"\($0)\")" }.joined(separator: " || ',' || ") }.reduce(into: [:]) {
      rows, table in
      rows[table.key] = try DatabaseFile.texts(
        "SELECT \(table.value) AS row FROM \"\(table.key)\" ORDER BY row", at: path)
    }
  }

  private func columns(at path: String) throws -> [String: [String]] {
    let tables = try DatabaseFile.texts(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'grdb%'",
      at: path)
    return try tables.reduce(into: [:]) { columns, table in
      columns[table] = try DatabaseFile.texts("SELECT name FROM pragma_table_info('\(table)')", at: path)
    }
  }

  @Test(arguments: schemas)
  func `a store of every schema opens with every row that it had, and its audit is whole`(schema: String) throws {
    let directory = try TemporaryDirectory()
    let path = try store(of: schema, in: directory)
    let columns = try columns(at: path)
    let before = try rows(at: path, columns: columns)
    #expect(before.values.reduce(0) { $0 + $1.count } >= 15, "the fixture of \(schema) holds something")
    let store = try CaseDatabase(directory: directory.path)
    #expect(try store.integrityCheck() == [])
    #expect(try store.verifyAudit().firstBreak == nil)
    #expect(try store.ticket(fullTicket().id)?.history.prefix(2) == fullTicket().history[...])
    _ = try store.load()
    try store.close()
    #expect(try rows(at: path, columns: columns) == before)
  }

  @Test(arguments: schemas)
  func `an upgrade that fails at its last step leaves every byte of the file as it was, and says what to do`(
    schema: String
  ) throws {
    let directory = try TemporaryDirectory()
    let path = try store(of: schema, in: directory)
    let before = try directory.bytes(of: "cases.db")
    var file = DatabaseFile(directory: directory.path, limits: StoreLimits())
    file.migrations.append(
      (
        "faulty",
        "CREATE TABLE later (id INTEGER); INSERT INTO later SELECT number FROM device_page; UPDATE nothing SET a = 1"
      ))
    let error = #expect(throws: StoreError.self) { try file.open() }
    guard case .upgradeFailed(path, "faulty", let detail) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(detail.contains("nothing"))
    #expect("\(try #require(error))".contains("install the former version"))
    #expect(try directory.bytes(of: "cases.db") == before)
    // And the program that can do it, does it.
    #expect(try CaseDatabase(directory: directory.path).ticket(fullTicket().id) != nil)
  }

  @Test func `an upgrade for which the disk has no room leaves the file as it was`() throws {
    let directory = try TemporaryDirectory()
    _ = try store(of: "facts", in: directory)
    let before = try directory.bytes(of: "cases.db")
    var limits = StoreLimits()
    limits.databaseBytes = Int64(before.count)
    var file = DatabaseFile(directory: directory.path, limits: limits)
    file.migrations.append(
      ("large", "CREATE TABLE large (a BLOB); INSERT INTO large SELECT randomblob(1000000) FROM (VALUES (1), (2))"))
    let error = #expect(throws: (any Error).self) { try file.open() }
    #expect("\(StoreError(try #require(error), path: file.path))".contains("no space left"))
    #expect(try directory.bytes(of: "cases.db") == before)
  }

  @Test func `every schema has its fixture`() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(Set(files) == Set(Self.schemas.map { "\($0).sql" }), "see FullStore for how to make one")
  }
}
