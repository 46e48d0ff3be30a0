/// The live cases, handed to triage as a value and changed only by `CaseChange`s, in memory as in the case store.
package struct CaseBook: Sendable {
  package struct CareKey: Hashable, Sendable {
    package var device: String
    package var mode: Symbol
    package init(device: String, mode: Symbol) {
      self.device = device
      self.mode = mode
    }
  }
  package struct DefectKey: Hashable, Sendable {
    package var mode: ModeKey
    package var cohort: Cohort
    package init(mode: ModeKey, cohort: Cohort) {
      self.mode = mode
      self.cohort = cohort
    }
  }

  /// Live tickets by device and failure mode: the key makes a second one impossible here too.
  package private(set) var tickets: [CareKey: Ticket] = [:]
  package private(set) var findings: [DefectKey: Finding] = [:]
  /// How many episodes there have been, live or not: the next id is made from the next number.
  package private(set) var ticketEpisodes: [CareKey: Int] = [:]
  package private(set) var findingEpisodes: [DefectKey: Int] = [:]
  /// What became of the tickets that waves let out, ended ones too, by live finding and ticket.
  private var standings: [String: [String: WaveStanding]] = [:]
  /// Live and proposed tickets by finding: counted along, for pages and events ask and there may be a hundred thousand.
  private var live: [String: Int] = [:]
  private var proposed: [String: Int] = [:]

  package init() {}

  /// An erased device: its cases live on in the store only, without its name.
  package mutating func forget(device: String) {
    // The keys alone are walked through: tickets are large, and there may be a hundred thousand.
    for key in tickets.keys.filter({ $0.device == device }) { set(key, nil, insteadOf: tickets[key]) }
    for key in ticketEpisodes.keys.filter({ $0.device == device }) { ticketEpisodes[key] = nil }
    for finding in standings.keys {
      for (ticket, standing) in standings[finding] ?? [:] where standing.device == device {
        standings[finding]?[ticket] = nil
      }
    }
  }

  /// The live tickets of these devices.
  package func tickets(of devices: Set<String>) -> [String: [Ticket]] {
    guard !devices.isEmpty else { return [:] }
    var found: [String: [Ticket]] = [:]
    for key in tickets.keys where devices.contains(key.device) {
      if let ticket = tickets[key] { found[key.device, default: []].append(ticket) }
    }
    return found
  }

  package func standings(of finding: String) -> [WaveStanding] { standings[finding].map { Array($0.values) } ?? [] }

  package func liveTickets(of finding: String) -> Int { live[finding] ?? 0 }

  /// How many tickets of a finding wait to be let out.
  package func waiting(of finding: String) -> Int { proposed[finding] ?? 0 }

  private mutating func set(_ key: CareKey, _ ticket: Ticket?, insteadOf old: Ticket?) {
    count(old, -1)
    count(ticket, 1)
    tickets[key] = ticket
  }

  private mutating func count(_ ticket: Ticket?, _ change: Int) {
    guard let ticket, let finding = ticket.finding else { return }
    Self.add(change, to: &live[finding])
    if ticket.state == .proposed { Self.add(change, to: &proposed[finding]) }
  }

  private static func add(_ change: Int, to count: inout Int?) {
    let sum = (count ?? 0) + change
    count = sum > 0 ? sum : nil
  }

  package mutating func apply(_ change: CaseChange) {
    switch change {
    case .ticket(let ticket):
      let key = CareKey(device: ticket.device, mode: ticket.failureMode)
      ticketEpisodes[key] = max(ticketEpisodes[key] ?? 0, ticket.episode)
      if let finding = ticket.finding, let standing = WaveStanding(ticket), standings[finding] != nil {
        standings[finding]?[ticket.id] = standing
      }
      if ticket.state.isLive {
        set(key, ticket, insteadOf: tickets[key])
      } else if let old = tickets[key], old.id == ticket.id {
        set(key, nil, insteadOf: old)
      }
    case .finding(let finding):
      let key = DefectKey(
        mode: ModeKey(product: finding.product, mode: finding.failureMode), cohort: finding.cohort)
      findingEpisodes[key] = max(findingEpisodes[key] ?? 0, finding.episode)
      standings[finding.id] = finding.state.isLive ? standings[finding.id] ?? [:] : nil
      if finding.state.isLive {
        findings[key] = finding
      } else if findings[key]?.id == finding.id {
        findings[key] = nil
      }
    }
  }
}

/// A ticket or finding as it stands after a change: the store writes it whole, under its id.
package enum CaseChange: Sendable, Hashable {
  case ticket(Ticket)
  case finding(Finding)
}

/// Short ids made from what a case is about, so that they don't depend on the order in which cases were opened.
package enum CaseID {
  /// `T-` and ten characters of Crockford's base 32: 50 bits of a `Digest`, enough that among a million tickets the
  /// chance of any two colliding is below one in two thousand.
  package static func ticket(_ identity: DeviceIdentity, mode: Symbol, episode: Int) -> String {
    "T-" + hash([identity.product.text, identity.device, mode.text, String(episode)])
  }

  package static func finding(_ mode: ModeKey, cohort: Cohort, episode: Int) -> String {
    "F-"
      + hash([
        mode.product.text, mode.mode.text, cohort.cause.rawValue, cohort.batch?.text ?? "", cohort.firmware?.text ?? "",
        cohort.region?.text ?? "", String(episode),
      ])
  }

  private static func hash(_ parts: [String]) -> String {
    let state = Digest.of(parts: parts).value
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
    return String((0..<10).map { alphabet[Int(state >> (5 * UInt64($0)) & 31)] })
  }
}

extension Double {
  /// Rounded to six significant digits: what is printed must not depend on the last bits of a CPU's arithmetic.
  package var toSixDigits: Double {
    guard self != 0, isFinite else { return self }
    // Powers of ten further down aren't exact, and nobody tells such shares and probabilities apart; but they aren't 0.
    if abs(self) < 1e-12 { return self < 0 ? -1e-12 : 1e-12 }
    var magnitude = 0
    var scaled = abs(self)
    while scaled >= 10 {
      scaled /= 10
      magnitude += 1
    }
    while scaled < 1 {
      scaled *= 10
      magnitude -= 1
    }
    let shift = 5 - magnitude
    var power = 1.0
    for _ in 0..<abs(shift) { power *= 10 }
    let result = shift >= 0 ? (self * power).rounded() / power : (self / power).rounded() * power
    return result.isFinite ? result : self
  }
}

extension Interval {
  package var toSixDigits: Interval {
    Interval(mean: mean.toSixDigits, low: low.toSixDigits, high: high.toSixDigits)
  }
}
