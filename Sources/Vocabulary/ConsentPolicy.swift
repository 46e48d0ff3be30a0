/// What a device's silence about consent means: its region's policy, else the one for all.
package struct ConsentPolicy: Sendable, Hashable {
  package var telemetry: Bool
  package var contact: Bool
  package var regions: [Symbol: Region]

  /// `nil`: what holds for all holds here.
  package struct Region: Sendable, Hashable {
    package var telemetry: Bool?
    package var contact: Bool?

    package init(telemetry: Bool? = nil, contact: Bool? = nil) {
      self.telemetry = telemetry
      self.contact = contact
    }
  }

  package init(telemetry: Bool = true, contact: Bool = true, regions: [Symbol: Region] = [:]) {
    self.telemetry = telemetry
    self.contact = contact
    self.regions = regions
  }

  package func telemetry(in region: Symbol?) -> Bool {
    nearest(region) { $0.telemetry } ?? telemetry
  }

  package func contact(in region: Symbol?) -> Bool {
    nearest(region) { $0.contact } ?? contact
  }

  /// Of the region itself, else of the one that it is a part of: `DE-BY` of `DE`.
  private func nearest(_ region: Symbol?, _ word: (Region) -> Bool?) -> Bool? {
    guard !regions.isEmpty, let region else { return nil }
    if let said = regions[region].flatMap(word) { return said }
    // Looked up without making a symbol of what a device may have made up.
    return RegionParts(of: region.text).dropFirst().lazy
      .compactMap { Symbol(known: String($0)).flatMap { regions[$0] }.flatMap(word) }.first
  }

  package func allowsTelemetry(_ facts: Facts) -> Bool { facts.telemetryConsent ?? telemetry(in: facts.region) }

  package func allowsContact(_ facts: Facts) -> Bool { facts.contactConsent ?? contact(in: facts.region) }
}

extension ConsentPolicy: CustomStringConvertible {
  package var description: String {
    let own = regions.sorted { $0.key < $1.key }.map { region, policy in
      let words = [("telemetry", policy.telemetry), ("contact", policy.contact)].compactMap { name, value in
        value.map { "\(name) \($0)" }
      }
      return "; \(region): \(words.joined(separator: ", "))"
    }
    return "telemetry \(telemetry), contact \(contact)" + own.joined()
  }
}
