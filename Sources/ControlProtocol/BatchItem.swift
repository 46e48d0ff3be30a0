/// A batch as the supply chain knows it, as `batch list` shows it.
package struct BatchItem: Hashable, Sendable, Codable {
  package var product: String
  package var batch: String
  @Known package var factory: String?
  @Known package var line: String?
  @Known package var supplier: String?
  /// A date.
  @Known package var manufactured: String?
  package var componentLots: [String]

  package init(
    product: String, batch: String, factory: String?, line: String?, supplier: String?, manufactured: String?,
    componentLots: [String]
  ) {
    self.product = product
    self.batch = batch
    self.factory = factory
    self.line = line
    self.supplier = supplier
    self.manufactured = manufactured
    self.componentLots = componentLots
  }

  private enum CodingKeys: String, CodingKey {
    case product, batch, factory, line, supplier, manufactured
    case componentLots = "component_lots"
  }
}

/// The same with what the gateway itself knows of it, as `batch show` shows it.
package struct BatchDetail: Hashable, Sendable, Codable {
  package var item: BatchItem
  /// Devices that say they are of it.
  package var devices: Int
  /// Live findings about it.
  package var findings: [String]

  package init(item: BatchItem, devices: Int, findings: [String]) {
    self.item = item
    self.devices = devices
    self.findings = findings
  }

  private enum CodingKeys: String, CodingKey { case devices, findings }

  package init(from decoder: any Decoder) throws {
    item = try BatchItem(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    devices = try container.decode(Int.self, forKey: .devices)
    findings = try container.decode([String].self, forKey: .findings)
  }

  package func encode(to encoder: any Encoder) throws {
    try item.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(devices, forKey: .devices)
    try container.encode(findings, forKey: .findings)
  }
}
