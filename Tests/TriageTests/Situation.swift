import Triage
import Vocabulary

/// A made-up product and the beliefs of one pass about it: every test starts here and changes what it is about.
enum Situation {
  static let product: Symbol = "fire-tv-stick-4k-max"
  static let mode: Symbol = "hdmi-cec-failure"
  static let key = ModeKey(product: product, mode: mode)
  static let batch = Cohort(cause: .batch, batch: "W18")
  static let firmware = Cohort(cause: .firmware, firmware: "3.2.0")
  static let start = EventTime(seconds: 1_763_856_000)  // 2025-11-23

  static func day(_ number: Int) -> EventTime { start + Int64(number) * EventTime.day }

  /// Who is held out is a test of its own; here devices are counted.
  private static func withoutHoldout(_ mode: FailureMode) -> FailureMode {
    var mode = mode
    mode.holdoutShare = 0
    return mode
  }

  static let profile = FirmwareProfile(
    product: product, title: "Fire TV Stick 4K Max",
    replacement: .init(sku: "B0BP9SNVH9", firmware: "4.1.0"),
    modes: [
      FailureMode(
        id: mode, title: "HDMI CEC failure", kb: "KB-087", onset: .event("hdmi_cec_timeout", count: 3),
        costs: .init(failure: 100, patch: 0.5, replacement: 45, diagnose: 2, currency: "USD"))
    ].map { withoutHoldout($0) }, releases: [.init(version: "4.1.0", fixes: [mode])])

  static func triage(_ mode: TriagePolicy.CareMode = .propose, change: (inout TriagePolicy) -> Void = { _ in })
    -> CareDesk
  {
    var policy = TriagePolicy()
    policy.careMode = mode
    change(&policy)
    return CareDesk(profiles: [profile], policy: policy)
  }

  /// Both gates open, found in 41 230 device-days.
  static func belief(_ cohort: Cohort = batch, change: (inout CohortBelief) -> Void = { _ in }) -> CohortBelief {
    var belief = CohortBelief(
      cohort: cohort, rateRatio: Interval(mean: 4.1, low: 3.0, high: 5.6), probability: 0.998, logEvidence: 20,
      logThreshold: 15, isPosteriorGateOpen: true,
      attribution: Attribution(batch: 0.91, firmware: 0.03, environment: 0.02, device: 0.01, unknown: 0.03),
      deviceDays: 41230, failures: 37, expectedFailures: 9.1, controlDeviceDays: 250_400, controlFailures: 55,
      onset: day(-14),
      candidates: [Candidate(cohort: Cohort(cause: .firmware, firmware: "3.1.0"), probability: 0.02)])
    change(&belief)
    return belief
  }

  /// In batch W18 on firmware 3.2.0, with a failure more likely than not.
  static func device(
    _ name: String = "G0911", probability: Double = 0.87, change: (inout DeviceBelief) -> Void = { _ in }
  ) -> DeviceBelief {
    var device = DeviceBelief(
      identity: DeviceIdentity(product: product, device: name), mode: mode, facts: Facts(customer: "c-8842"),
      covariates: Covariates(region: "US-FL", carrier: "carrier-7", batch: "W18", firmware: "3.2.0"),
      probability: around(probability),
      attribution: Attribution(batch: 0.8, firmware: 0.05, environment: 0.05, device: 0.05, unknown: 0.05),
      probabilityByFirmware: ["4.1.0": around(0.06)], probabilityOfReplacement: 0.03, reports: 212, onsets: 1)
    change(&device)
    return device
  }

  static func around(_ mean: Double) -> Interval {
    Interval(mean: mean, low: mean * 0.9, high: min(1, mean * 1.06))
  }

  static func pass(_ number: Int = 0, _ cohorts: [CohortBelief] = [], _ devices: [DeviceBelief] = []) -> PassBeliefs {
    PassBeliefs(
      decidedAt: day(number), modes: [ModeBelief(mode: key, cohorts: cohorts, incidents: [])], devices: devices)
  }
}

/// Cases as the gateway keeps them: the book, and what has ended.
struct Desk {
  var book = CaseBook()
  var ended = EndedCases()
  var log: [CaseChange] = []

  mutating func take(_ change: CaseChange) {
    book.apply(change)
    ended.apply(change)
    log.append(change)
  }

  @discardableResult
  mutating func run(_ triage: CareDesk, _ pass: PassBeliefs) -> [CaseChange] {
    let changes = triage.decide(pass, cases: book, ended: ended, openedAt: pass.decidedAt)
    for change in changes { take(change) }
    return changes
  }

  var tickets: [Ticket] { book.tickets.values.sorted { $0.id < $1.id } }
  var findings: [Finding] { book.findings.values.sorted { $0.id < $1.id } }
  var ticket: Ticket? { tickets.count == 1 ? tickets.first : nil }
  var finding: Finding? { findings.count == 1 ? findings.first : nil }

  /// The last state that was written of each ticket, live or not.
  var lastTickets: [Ticket] {
    var last: [String: Ticket] = [:]
    for case .ticket(let ticket) in log { last[ticket.id] = ticket }
    return last.values.sorted { $0.id < $1.id }
  }

  var lastFindings: [Finding] {
    var last: [String: Finding] = [:]
    for case .finding(let finding) in log { last[finding.id] = finding }
    return last.values.sorted { $0.id < $1.id }
  }
}

/// SplitMix64 (Steele, Lea & Flood 2014): the same seed, the same beliefs.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
