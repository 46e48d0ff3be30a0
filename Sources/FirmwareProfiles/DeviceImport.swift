package import Vocabulary

/// The same facts as on the state topic, in bulk: a CSV file with a header.
package enum DeviceImport {
  /// Columns in any order: `device` and `product`, and any of `ts`, `batch`, `factory`, `manufactured`, `activated`,
  /// `firmware`, `region`, `carrier`, `customer`, `locale`, `retired_at`, `consent_telemetry`, `consent_contact` (true or
  /// false). An empty cell means not said.
  package static func parse(csv: [UInt8], catalogue: Catalogue) -> ImportResult<(DeviceIdentity, Facts)> {
    var products: [String: (product: Symbol, line: Int)] = [:]
    let table = ImportTable(
      example: "device,product,batch", column: Column.init,
      required: [(Column.device, "device"), (.product, "product")])
    return table.read(csv) { fields, columns, line throws(ImportTable<Column>.RowFaults) in
      let row = try read(fields, columns, catalogue)
      if let earlier = products[row.0.device], earlier.product != row.0.product {
        throw ImportTable<Column>.RowFaults([
          "the device \(row.0.device) is a \(earlier.product) in line \(earlier.line): ids are unique across products"
        ])
      }
      products[row.0.device] = (row.0.product, line)
      return row
    }
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

  private static func read(
    _ fields: [String], _ columns: [Column], _ catalogue: Catalogue
  ) throws(ImportTable<Column>.RowFaults) -> (DeviceIdentity, Facts) {
    var messages: [String] = []
    var product: Symbol?
    var device = ""
    var facts = Facts()
    for (column, text) in zip(columns, fields) {
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
    guard messages.isEmpty, let product else { throw ImportTable<Column>.RowFaults(messages) }
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
