/// What `device erase` did.
package struct ErasureReport: Hashable, Sendable, Codable {
  package var device: String
  /// Nothing is heard of it until its customer agrees again.
  package var refuses: Bool
  package var alreadyErased: Bool
  /// Of these only figures are left, under a random name.
  package var tickets: Int
  package var reports: Int
  /// Where the registry's retained facts may still stand at the broker.
  @Known package var stateTopic: String?

  package init(
    device: String, refuses: Bool, alreadyErased: Bool, tickets: Int, reports: Int, stateTopic: String?
  ) {
    self.device = device
    self.refuses = refuses
    self.alreadyErased = alreadyErased
    self.tickets = tickets
    self.reports = reports
    self.stateTopic = stateTopic
  }

  private enum CodingKeys: String, CodingKey {
    case device, refuses
    case alreadyErased = "already_erased"
    case tickets, reports
    case stateTopic = "state_topic"
  }
}
