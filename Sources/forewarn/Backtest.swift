import Vocabulary

/// What one set of profiles raised over a capture: of each defect and each care the first time.
struct BacktestRun {
  struct Defect: Hashable {
    var mode: ModeKey
    var cohort: Cohort
  }

  /// When a finding was first confirmed, or known.
  private(set) var findings: [Defect: EventTime] = [:]
  private(set) var tickets: [CaseBook.CareKey: Ticket] = [:]
  private var products: [CaseBook.CareKey: Symbol] = [:]

  mutating func add(_ change: CaseChange) {
    switch change {
    case .finding(let finding):
      guard finding.state.warrantsCare || finding.detectedAt != nil else { return }
      let defect = Defect(
        mode: ModeKey(product: finding.product, mode: finding.failureMode), cohort: finding.cohort)
      let time = finding.detectedAt ?? finding.decidedAt
      findings[defect] = min(findings[defect] ?? time, time)
    case .ticket(let ticket):
      let key = CaseBook.CareKey(device: ticket.device, mode: ticket.failureMode)
      if tickets[key].map({ ticket.decidedAt < $0.decidedAt }) ?? true { tickets[key] = ticket }
    }
  }
}

/// What changed profiles would have raised against what the present ones do.
struct Backtest: Encodable {
  enum Change: String, Encodable, CaseIterable {
    case new, gone, earlier, later, same
  }

  struct FindingRow: Encodable {
    var change: Change
    var product: String
    var failureMode: String
    var cause: String
    @NullEncoded var batch: String?
    @NullEncoded var firmware: String?
    @NullEncoded var region: String?
    @NullEncoded var before: String?
    @NullEncoded var after: String?
    /// How many days earlier the changed profile finds it; negative: later.
    @NullEncoded var daysEarlier: Double?

    private enum CodingKeys: String, CodingKey {
      case change, product
      case failureMode = "failure_mode"
      case cause, batch, firmware, region, before, after
      case daysEarlier = "days_earlier"
    }
  }

  struct TicketRow: Encodable {
    var change: Change
    var device: String
    var product: String
    var failureMode: String
    var kind: String
    @NullEncoded var before: String?
    @NullEncoded var after: String?
    @NullEncoded var daysEarlier: Double?

    private enum CodingKeys: String, CodingKey {
      case change, device, product
      case failureMode = "failure_mode"
      case kind, before, after
      case daysEarlier = "days_earlier"
    }
  }

  /// Against tickets that people have ended.
  struct Outcomes: Encodable {
    var confirmed: Int
    var caught: Int
    @NullEncoded var recall: Double?
    /// Raised by the run, and no such fault was found.
    var falseAlarms: Int
    var unfounded: Int
    /// Days from the run's ticket to the end of the real one, of those caught.
    @NullEncoded var medianLeadDays: Double?

    private enum CodingKeys: String, CodingKey {
      case confirmed, caught, recall
      case falseAlarms = "false_alarms"
      case unfounded
      case medianLeadDays = "median_lead_days"
    }
  }

  struct Closed: Encodable {
    var before: Outcomes
    var after: Outcomes
    /// Confirmed, caught by the present profiles and not by the changed ones.
    var missed: [String]
    var gained: [String]
  }

  var schema = "forewarn.profile.test/1"
  var profiles: [String]
  var modesBegunAnew: [String]
  var findings: [FindingRow]
  var tickets: [TicketRow]
  @NullEncoded var closed: Closed?

  private enum CodingKeys: String, CodingKey {
    case schema, profiles
    case modesBegunAnew = "modes_begun_anew"
    case findings, tickets, closed
  }

  init(profiles: [String], modesBegunAnew: [String], before: BacktestRun, after: BacktestRun, closed: [Ticket]?) {
    self.profiles = profiles
    self.modesBegunAnew = modesBegunAnew
    findings = Set(before.findings.keys).union(after.findings.keys).map {
      Self.row($0, before.findings[$0], after.findings[$0])
    }.sorted { Self.order($0) < Self.order($1) }
    tickets = Set(before.tickets.keys).union(after.tickets.keys).compactMap {
      Self.row(before.tickets[$0], after.tickets[$0])
    }.sorted { ($0.product, $0.failureMode, $0.device) < ($1.product, $1.failureMode, $1.device) }
    self.closed = closed.map { Self.judge($0, before, after) }
  }

  /// Something that was found before is missed now.
  var misses: Bool { findings.contains { $0.change == .gone } || !(closed?.missed.isEmpty ?? true) }

  private static func order(_ row: FindingRow) -> String {
    [row.product, row.failureMode, row.cause, row.batch ?? "", row.firmware ?? "", row.region ?? ""]
      .joined(separator: "\u{1}")
  }

  private static func change(_ before: EventTime?, _ after: EventTime?) -> (Change, Double?) {
    guard let before else { return (.new, nil) }
    guard let after else { return (.gone, nil) }
    let days = Double(before.milliseconds - after.milliseconds) / Double(EventTime.day)
    return (days > 0 ? .earlier : days < 0 ? .later : .same, days.toSixDigits)
  }

  private static func row(_ defect: BacktestRun.Defect, _ before: EventTime?, _ after: EventTime?) -> FindingRow {
    let (change, days) = change(before, after)
    return FindingRow(
      change: change, product: defect.mode.product.text, failureMode: defect.mode.mode.text,
      cause: defect.cohort.cause.rawValue, batch: defect.cohort.batch?.text, firmware: defect.cohort.firmware?.text,
      region: defect.cohort.region?.text, before: before?.description, after: after?.description, daysEarlier: days)
  }

  private static func row(_ before: Ticket?, _ after: Ticket?) -> TicketRow? {
    guard let ticket = after ?? before else { return nil }
    let (change, days) = change(before?.decidedAt, after?.decidedAt)
    return TicketRow(
      change: change, device: ticket.device, product: ticket.product.text, failureMode: ticket.failureMode.text,
      kind: ticket.kind.rawValue, before: before?.decidedAt.description, after: after?.decidedAt.description,
      daysEarlier: days)
  }

  // MARK: Ended tickets

  private static func judge(_ closed: [Ticket], _ before: BacktestRun, _ after: BacktestRun) -> Closed {
    let ended = closed.compactMap { ticket in ending(ticket).map { (ticket, $0) } }
    func caught(_ run: BacktestRun, _ entry: (ticket: Ticket, end: EventTime)) -> Double? {
      let key = CaseBook.CareKey(device: entry.ticket.device, mode: entry.ticket.failureMode)
      guard let raised = run.tickets[key]?.decidedAt, raised <= entry.end else { return nil }
      return Double(entry.end.milliseconds - raised.milliseconds) / Double(EventTime.day)
    }
    let confirmed = ended.filter { $0.0.outcome == .confirmed }
    let unfounded = ended.filter { $0.0.outcome == .noFaultFound || $0.0.outcome == .otherCause }
    func outcomes(_ run: BacktestRun) -> Outcomes {
      let leads = confirmed.compactMap { caught(run, $0) }.sorted()
      return Outcomes(
        confirmed: confirmed.count, caught: leads.count,
        recall: confirmed.isEmpty ? nil : (Double(leads.count) / Double(confirmed.count)).toSixDigits,
        falseAlarms: unfounded.count { caught(run, $0) != nil }, unfounded: unfounded.count,
        medianLeadDays: leads.isEmpty ? nil : leads[leads.count / 2].toSixDigits)
    }
    func names(_ wanted: (Bool, Bool) -> Bool) -> [String] {
      confirmed.filter { wanted(caught(before, $0) != nil, caught(after, $0) != nil) }
        .map { "\($0.0.device) \($0.0.failureMode)" }.sorted()
    }
    return Closed(
      before: outcomes(before), after: outcomes(after), missed: names { $0 && !$1 }, gained: names { !$0 && $1 })
  }

  private static func ending(_ ticket: Ticket) -> EventTime? {
    guard ticket.state == .resolved || ticket.state == .closed else { return nil }
    return ticket.history.last { $0.change == "resolved" }?.at ?? ticket.updatedAt
  }
}

/// A field that is `null` where it isn't known, never left out.
@propertyWrapper
struct NullEncoded<Value: Encodable>: Encodable {
  var wrappedValue: Value?
  init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
  }
}
