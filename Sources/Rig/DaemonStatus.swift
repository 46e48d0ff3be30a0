/// What a test reads of `GET /v1/status`; the contract lists the fields.
package struct DaemonStatus: Decodable, Sendable {
  package struct Messages: Decodable, Sendable {
    package var received: Int
    package var applied: Int
    package var duplicate: Int
    package var quarantined: Int
    package var unconsented: Int
    package var late: Int

    /// Everything received is in exactly one of the other five.
    package var isBalanced: Bool { received == applied + duplicate + quarantined + unconsented + late }
  }
  package struct Broker: Decodable, Sendable {
    package var connected: Bool
    package var dropped: Int?
  }
  package struct Tickets: Decodable, Sendable { package var open: Int }
  package struct Findings: Decodable, Sendable { package var live: Int }

  package var state: String
  package var reasons: [String]
  package var messages: Messages
  package var devices: Int
  package var tickets: Tickets
  package var findings: Findings
  package var broker: Broker
  package var clock: String?
}
