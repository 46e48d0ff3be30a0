package import Vocabulary

/// The same facts as on the state topic, in bulk: a CSV file with a header.
package enum DeviceImport {
  package struct ImportFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1, as an editor counts; 0 for the file as a whole.
    package var line: Int
    package var message: String
    package var description: String { line > 0 ? "line \(line): \(message)" : message }
  }

  /// Columns in any order: `device` and `product`, and any of `ts`, `batch`, `factory`, `manufactured`, `activated`,
  /// `firmware`, `region`, `carrier`, `customer`, `locale`, `retired_at`, `consent_telemetry`, `consent_contact` (true or
  /// false). An empty cell means not said. Rows without a fault are answered even where others have one; whether a file
  /// with faults is taken at all is the caller's decision.
  package static func parse(
    csv: [UInt8], catalogue: Catalogue
  ) -> (rows: [(DeviceIdentity, Facts)], faults: [ImportFault]) {
    guard csv.count <= DecodingLimits.importBytes else {
      return ([], [ImportFault(line: 0, message: "is larger than \(DecodingLimits.importBytes >> 20) MiB: split it")])
    }
    var reader = CSVReader(csv)
    guard let header = reader.next() else {
      return ([], [ImportFault(line: 0, message: "is empty: expected a header such as device,product,batch")])
    }
    if let fault = header.fault { return ([], [ImportFault(line: header.line, message: fault)]) }
    let (columns, headerFaults) = columns(of: header)
    guard headerFaults.isEmpty else { return ([], headerFaults) }

    var rows: [(DeviceIdentity, Facts)] = []
    var faults: [ImportFault] = []
    var products: [String: (product: Symbol, line: Int)] = [:]
    while let record = reader.next() {
      do throws(RowFaults) {
        let row = try read(record, columns, catalogue)
        if let earlier = products[row.0.device], earlier.product != row.0.product {
          throw RowFaults([
            "the device \(row.0.device) is a \(earlier.product) in line \(earlier.line): ids are unique across products"
          ])
        }
        products[row.0.device] = (row.0.product, record.line)
        rows.append(row)
      } catch {
        faults += error.messages.map { ImportFault(line: record.line, message: $0) }
      }
    }
    return (rows, faults)
  }

  private enum Column: Hashable {
    case device, product, time, telemetryConsent, contactConsent
    case fact(FactsReading.Field)

    init?(_ name: String) {
      switch name {
      case "device": self = .device
      case "product": self = .product
      case "ts": self = .time
      case "consent_telemetry": self = .telemetryConsent
      case "consent_contact": self = .contactConsent
      default:
        guard let field = FactsReading.Field(rawValue: name) else { return nil }
        self = .fact(field)
      }
    }
  }

  private struct RowFaults: Error {
    var messages: [String]
    init(_ messages: [String]) { self.messages = messages }
  }

  private static func columns(of header: CSVReader.Record) -> ([Column], [ImportFault]) {
    var columns: [Column] = []
    var faults: [ImportFault] = []
    for name in header.fields {
      guard let column = Column(name) else {
        faults.append(ImportFault(line: header.line, message: "unknown column \"\(name.escaped(maximum: 40))\""))
        continue
      }
      if columns.contains(column) { faults.append(ImportFault(line: header.line, message: "\(name) stands twice")) }
      columns.append(column)
    }
    for (column, name) in [(Column.device, "device"), (.product, "product")] where !columns.contains(column) {
      faults.append(ImportFault(line: header.line, message: "the column \(name) is missing"))
    }
    return (columns, faults)
  }

  private static func read(
    _ record: CSVReader.Record, _ columns: [Column], _ catalogue: Catalogue
  ) throws(RowFaults) -> (DeviceIdentity, Facts) {
    if let fault = record.fault { throw RowFaults([fault]) }
    guard record.fields.count == columns.count else {
      throw RowFaults(["expected \(columns.count) fields as in the header, found \(record.fields.count)"])
    }
    var messages: [String] = []
    var product: Symbol?
    var device = ""
    var facts = Facts()
    for (column, text) in zip(columns, record.fields) {
      switch column {
      case .device:
        device = text
        if !Identifier.isValid(text) {
          messages.append("device: expected an id (\(Identifier.rule)), found \"\(text.escaped(maximum: 40))\"")
        }
      case .product:
        product = catalogue.product(named: text)
        if product == nil {
          messages.append("product: no firmware profile describes \"\(text.escaped(maximum: 40))\"")
        }
      default:
        guard !text.isEmpty else { continue }
        if let message = set(column, text, &facts) { messages.append(message) }
      }
    }
    guard messages.isEmpty, let product else { throw RowFaults(messages) }
    return (DeviceIdentity(product: product, device: device), facts)
  }

  private static func set(_ column: Column, _ text: String, _ facts: inout Facts) -> String? {
    switch column {
    case .time:
      let result = Int64(text).map { PlausibleTime.check(EventTime(milliseconds: $0), found: text) }
      switch result ?? PlausibleTime.read(text) {
      case .success(let time): facts.time = time
      case .failure(let fault): return "ts: \(fault.message)"
      }
    case .telemetryConsent, .contactConsent:
      guard let consent = Bool(text.lowercased()) else {
        return "consent: expected true or false, found \"\(text.escaped(maximum: 40))\""
      }
      if column == .telemetryConsent { facts.telemetryConsent = consent } else { facts.contactConsent = consent }
    case .fact(let field):
      do throws(FactsReading.Fault) {
        try FactsReading.set(field, to: text, in: &facts)
      } catch {
        return "\(field.rawValue): \(error.message)"
      }
    case .device, .product: break
    }
    return nil
  }
}
