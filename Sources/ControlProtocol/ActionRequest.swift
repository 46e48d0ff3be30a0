/// The body of an action on a ticket or finding. What isn't said is left out.
package struct ActionRequest: Hashable, Sendable, Codable {
  package var reason: String?
  package var note: String?
  package var outcome: String?
  /// Until when a ticket is held, RFC 3339.
  package var until: String?
  /// How many tickets of a finding are let out a day.
  package var limit: Int?
  /// Lets the next wave out whatever the last one showed.
  package var force: Bool?

  package init(
    reason: String? = nil, note: String? = nil, outcome: String? = nil, until: String? = nil, limit: Int? = nil,
    force: Bool? = nil
  ) {
    self.limit = limit
    self.force = force
    self.reason = reason
    self.note = note
    self.outcome = outcome
    self.until = until
  }
}
