/// What `GET /v1/doctor` answers: each check with what it saw, and for a fault what mends it.
package struct DoctorReport: Hashable, Sendable, Codable {
  package var schema = Schema.name("doctor", "run")
  /// No check found a fault.
  package var sound: Bool
  package var items: [Item]

  package init(items: [Item]) {
    self.items = items
    sound = items.allSatisfy { $0.state == .ok }
  }

  package enum State: String, Sendable, Codable, CaseIterable { case ok, fault }

  package struct Item: Hashable, Sendable, Codable {
    /// The check's name, for filters and scripts.
    package var check: String
    package var state: State
    package var detail: String
    /// What to do; `nil` where nothing is wrong.
    @Known package var fix: String?

    package init(check: String, state: State, detail: String, fix: String? = nil) {
      self.check = check
      self.state = state
      self.detail = detail
      self.fix = fix
    }
  }
}
