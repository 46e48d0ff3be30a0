import GRDB
package import Vocabulary

/// Which batches; `nil` is any.
package struct BatchFilter: Sendable, Hashable {
  package var product: String?
  package var batch: String?
  package var factory: String?
  package var supplier: String?
  /// That went into it.
  package var componentLot: String?
  package var limit = 1000

  package init() {}
}

/// What the supply chain knows of batches. Written straight to their table: no judgement depends on the order in which
/// they came, so they need no journal.
enum BatchTable {
  static func write(_ batches: [BatchFacts], in database: Database) throws {
    guard !batches.isEmpty else { return }
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO batch (product, batch, factory, line, supplier, manufactured_ms, component_lots)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    for item in batches {
      try statement.execute(arguments: [
        item.product.text, item.batch.text, item.factory, item.line, item.supplier, item.manufactured?.milliseconds,
        try jsonText(item.componentLots),
      ])
    }
  }

  static func read(_ filter: BatchFilter, in database: Database) throws -> [BatchFacts] {
    var conditions = Conditions()
    conditions.require("product", filter.product)
    conditions.require("batch", filter.batch)
    conditions.require("factory", filter.factory)
    conditions.require("supplier", filter.supplier)
    conditions.require("? IN (SELECT value FROM json_each(component_lots))", with: filter.componentLot)
    let rows = try Row.fetchCursor(
      database, sql: "SELECT * FROM batch \(conditions.sql) ORDER BY product, batch LIMIT ?",
      arguments: conditions.arguments + [max(0, filter.limit)])
    var batches: [BatchFacts] = []
    while let row = try rows.next() {
      batches.append(
        BatchFacts(
          product: try row.symbol("product"), batch: try row.symbol("batch"), factory: try row.optional("factory"),
          line: try row.optional("line"), supplier: try row.optional("supplier"),
          manufactured: try row.optionalTime("manufactured_ms"), componentLots: try row.json("component_lots")))
    }
    return batches
  }
}

extension CaseDatabase {
  /// By product and id.
  package func batches(_ filter: BatchFilter = .init()) throws(StoreError) -> [BatchFacts] {
    try read { try BatchTable.read(filter, in: $0) }
  }
}
