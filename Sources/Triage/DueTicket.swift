import Vocabulary

/// A ticket that would open. Written only once it is let in: in a bad week of a large fleet a hundred thousand devices are
/// due, of which a pass takes a thousand, and a ticket's words cost more than all that led to it.
struct DueTicket {
  /// Of the device in the pass.
  let number: Int
  let id: String
  let episode: Int
  /// What its number is limited for.
  let parent: String
  let probability: Double
  let trial: TrialEntry?

  init(number: Int, device: DeviceBelief, episode: Int, finding: String?, trial: TrialEntry?) {
    self.number = number
    self.episode = episode
    self.trial = trial
    id = CaseID.ticket(device.identity, mode: device.mode, episode: episode)
    parent = Self.parent(finding, device.identity.product, device.mode)
    // As the ticket will say it.
    probability = device.probability.toSixDigits.mean
  }

  static func parent(_ finding: String?, _ product: Symbol, _ mode: Symbol) -> String {
    finding ?? "\(product)/\(mode)"
  }
}
