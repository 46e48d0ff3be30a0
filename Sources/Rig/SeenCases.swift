/// A finding as `forewarn finding list -o json` prints it: the fields of the contract that a judgement needs, read apart
/// from the daemon's own types, so that a mistake in those shows.
package struct SeenFinding: Decodable, Sendable {
  package var id: String
  package var state: String
  package var failureMode: String
  package var product: String
  package var cause: String
  package var batch: String?
  package var firmware: String?
  package var region: String?

  /// Tickets come only from these states.
  package var isAsserted: Bool { state == "confirmed" || state == "known" }

  package var words: String {
    let cohort = [batch, firmware, region].compactMap(\.self).joined(separator: " × ")
    return "\(id) \(state): \(product) \(failureMode), \(cause) \(cohort)"
  }

  private enum CodingKeys: String, CodingKey {
    case id, state, product, cause, batch, firmware, region
    case failureMode = "failure_mode"
  }
}

/// A ticket as `forewarn ticket list -o json` prints it.
package struct SeenTicket: Decodable, Sendable {
  package struct Probability: Decodable, Sendable { package var mean: Double }

  package var id: String
  package var kind: String
  package var state: String
  package var device: String
  package var product: String
  package var region: String
  package var failureMode: String
  package var finding: String?
  package var probability: Probability

  private enum CodingKeys: String, CodingKey {
    case id, kind, state, device, product, region, finding, probability
    case failureMode = "failure_mode"
  }
}

/// What a list prints with `-o json`.
package struct SeenList<Item: Decodable & Sendable>: Decodable, Sendable {
  package var schema: String
  package var items: [Item]
}
