package import Vocabulary

/// What a workbench found in returned devices, as a CSV file with a header.
package enum ReturnsImport {
  package struct Row: Sendable, Hashable {
    package var device: String
    package var time: EventTime
    /// As it was written; `nil` for `none`.
    package var failureMode: String?
  }

  /// Columns in any order: `device`, `date` (a date or an RFC 3339 time), and `failure_mode`, the mode that was found, or
  /// `none`. Whether the device is known and its product has that mode is the caller's to say.
  package static func parse(csv: [UInt8], catalogue: Catalogue) -> ImportResult<Row> {
    let table = ImportTable(
      example: "device,date,failure_mode", column: Column.init(rawValue:),
      required: [(Column.device, "device"), (.date, "date"), (.failureMode, "failure_mode")])
    return table.read(csv) { fields, columns, _ throws(ImportTable<Column>.RowFaults) in
      var row = Row(device: "", time: .distantPast)
      var messages: [String] = []
      for (column, text) in zip(columns, fields) {
        switch column {
        case .device:
          row.device = text
          if !Identifier.isValid(text) {
            messages.append("device: expected an id (\(Identifier.rule)), found \"\(text.escaped(maximum: 40))\"")
          }
        case .date:
          switch PlausibleTime.read(text) {
          case .success(let time): row.time = time
          case .failure(let fault): messages.append("date: \(fault.message)")
          }
        case .failureMode:
          guard text != "none" else { break }
          row.failureMode = text
          if catalogue.mode(named: text) == nil {
            messages.append(
              "failure_mode: no firmware profile has a mode \"\(text.escaped(maximum: 40))\"; write none if nothing was found"
            )
          }
        }
      }
      guard messages.isEmpty else { throw ImportTable<Column>.RowFaults(messages) }
      return row
    }
  }

  private enum Column: String {
    case device, date
    case failureMode = "failure_mode"
  }
}
