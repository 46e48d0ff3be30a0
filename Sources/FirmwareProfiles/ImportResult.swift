/// What a table of facts holds: the rows that can be read, and why the others can't. Whether a file with faults is taken
/// at all is the caller's decision.
package struct ImportResult<Row: Sendable>: Sendable {
  package private(set) var rows: [Row] = []
  /// Of each row, the line in which it begins.
  package private(set) var lines: [Int] = []
  /// The first `DecodingLimits.importFaults` of them, in order.
  package private(set) var faults: [ImportFault] = []
  /// All of them, and the lines that have any.
  package private(set) var faultCount = 0
  package private(set) var faultyLines = 0
  /// Of them those that are rows as well.
  private var faultyRows = 0
  private var lastFaultyLine = 0

  package init() {}

  init(fault message: String, line: Int = 0) {
    add(ImportFault(line: line, message: message))
  }

  package mutating func add(_ row: Row, line: Int) {
    rows.append(row)
    lines.append(line)
  }

  package mutating func add(_ fault: ImportFault) {
    faultCount += 1
    if fault.line != lastFaultyLine || fault.line == 0 { faultyLines += 1 }
    lastFaultyLine = fault.line
    if faults.count < DecodingLimits.importFaults { faults.append(fault) }
  }

  /// What is wrong with a row that could be read.
  package mutating func addToRow(_ fault: ImportFault) {
    if fault.line != lastFaultyLine { faultyRows += 1 }
    add(fault)
  }

  package var lineCount: Int { rows.count + faultyLines - faultyRows }
}

package struct ImportFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// From 1, as an editor counts; 0 for the file as a whole.
  package var line: Int
  package var message: String
  package var description: String { line > 0 ? "line \(line): \(message)" : message }

  package init(line: Int, message: String) {
    self.line = line
    self.message = message
  }
}

/// A CSV with a header, read row by row by whoever knows its columns.
struct ImportTable<Column: Hashable> {
  struct RowFaults: Error {
    var messages: [String]
    init(_ messages: [String]) { self.messages = messages }
  }

  /// What to say of an empty file.
  var example: String
  var column: (String) -> Column?
  /// Columns that must be there.
  var required: [(Column, String)]

  func read<Row>(
    _ csv: [UInt8], _ row: (_ fields: [String], _ columns: [Column], _ line: Int) throws(RowFaults) -> Row
  ) -> ImportResult<Row> {
    guard csv.count <= DecodingLimits.importBytes else {
      return ImportResult(fault: "is larger than \(DecodingLimits.importBytes >> 20) MiB: split it")
    }
    var reader = CSVReader(csv)
    guard let header = reader.next() else {
      return ImportResult(fault: "is empty: expected a header such as \(example)")
    }
    if let fault = header.fault { return ImportResult(fault: fault, line: header.line) }
    var result = ImportResult<Row>()
    let columns = columns(of: header) { result.add(ImportFault(line: header.line, message: $0)) }
    guard result.faultCount == 0 else { return result }
    while let record = reader.next() {
      do throws(RowFaults) {
        if let fault = record.fault { throw RowFaults([fault]) }
        guard record.fields.count == columns.count else {
          throw RowFaults(["expected \(columns.count) fields as in the header, found \(record.fields.count)"])
        }
        result.add(try row(record.fields, columns, record.line), line: record.line)
      } catch {
        for message in error.messages { result.add(ImportFault(line: record.line, message: message)) }
      }
    }
    return result
  }

  private func columns(of header: CSVReader.Record, _ fault: (String) -> Void) -> [Column] {
    var columns: [Column] = []
    for name in header.fields {
      guard let column = column(name) else {
        fault("unknown column \"\(name.escaped(maximum: 40))\"")
        continue
      }
      if columns.contains(column) { fault("\(name) stands twice") }
      columns.append(column)
    }
    for (column, name) in required where !columns.contains(column) { fault("the column \(name) is missing") }
    return columns
  }
}
