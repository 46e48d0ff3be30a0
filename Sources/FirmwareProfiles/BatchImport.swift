package import Vocabulary

/// What the supply chain knows of batches, as a CSV file with a header.
package enum BatchImport {
  /// Columns in any order: `product` and `batch`, and any of `factory`, `line`, `supplier`, `manufactured` (a date) and
  /// `component_lots` (with `;` between lots). An empty cell means not said.
  package static func parse(csv: [UInt8], catalogue: Catalogue) -> ImportResult<BatchFacts> {
    let table = ImportTable(
      example: "product,batch,supplier", column: Column.init(rawValue:),
      required: [(Column.product, "product"), (.batch, "batch")])
    return table.read(csv) { fields, columns, _ throws(ImportTable<Column>.RowFaults) in
      try facts(fields, columns, catalogue)
    }
  }

  private enum Column: String {
    case product, batch, factory, line, supplier, manufactured
    case componentLots = "component_lots"
  }

  private static func facts(
    _ fields: [String], _ columns: [Column], _ catalogue: Catalogue
  ) throws(ImportTable<Column>.RowFaults) -> BatchFacts {
    var messages: [String] = []
    var product: Symbol?
    var batch = ""
    var facts = BatchFacts(product: .unknown, batch: .unknown)
    for (column, text) in zip(columns, fields) {
      switch column {
      case .product:
        product = catalogue.product(named: text)
        if product == nil {
          messages.append("product: no firmware profile describes \"\(text.escaped(maximum: 40))\"")
        }
      case .batch:
        batch = text
        if !Identifier.isValid(text) { messages.append(mismatch("batch", text)) }
      default:
        if !text.isEmpty, let message = set(column, text, &facts) { messages.append(message) }
      }
    }
    guard messages.isEmpty, let product else { throw ImportTable<Column>.RowFaults(messages) }
    facts.product = product
    facts.batch = Symbol(batch)
    return facts
  }

  /// Why the cell can't be used.
  private static func set(_ column: Column, _ text: String, _ facts: inout BatchFacts) -> String? {
    switch column {
    case .manufactured:
      guard case .success(let time) = PlausibleTime.read(text) else {
        return
          "manufactured: expected a date such as 2024-05-02, from 2000 to 2100, found \"\(text.escaped(maximum: 40))\""
      }
      facts.manufactured = time
    case .componentLots:
      let lots = text.split(separator: ";").map { $0.trimmingSpaces }.filter { !$0.isEmpty }
      guard lots.count <= DecodingLimits.componentLots else {
        return "component_lots: expected at most \(DecodingLimits.componentLots) lots, found \(lots.count)"
      }
      if let bad = lots.first(where: { !isWord($0) }) { return "component_lots: " + expectedWord(bad) }
      // As a set: the order of lots says nothing, and a table from another program may bring them in another one.
      facts.componentLots = Set(lots).sorted()
    case .factory, .line, .supplier:
      guard isWord(text) else { return "\(column.rawValue): " + expectedWord(text) }
      switch column {
      case .factory: facts.factory = text
      case .line: facts.line = text
      default: facts.supplier = text
      }
    case .product, .batch: break
    }
    return nil
  }

  private static func isWord(_ text: String) -> Bool {
    (1...DecodingLimits.customerBytes).contains(text.utf8.count) && !text.holdsControls
  }

  private static func expectedWord(_ text: String) -> String {
    "expected 1 to \(DecodingLimits.customerBytes) bytes without control characters, found \"\(text.escaped(maximum: 40))\""
  }

  private static func mismatch(_ name: String, _ text: String) -> String {
    "\(name): expected an id (\(Identifier.rule)), found \"\(text.escaped(maximum: 40))\""
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    var rest = self
    while rest.first == " " { rest.removeFirst() }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
