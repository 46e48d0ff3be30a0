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
    guard !regions.isEmpty, let region, let own = regions[region]?.telemetry else { return telemetry }
    return own
  }

  package func contact(in region: Symbol?) -> Bool {
    guard !regions.isEmpty, let region, let own = regions[region]?.contact else { return contact }
    return own
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
