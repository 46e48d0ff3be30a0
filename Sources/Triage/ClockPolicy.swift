import Vocabulary

/// Who answers for a ticket, how urgent it is, and by when.
package struct ClockPolicy: Sendable, Hashable {
  package struct Owner: Sendable, Hashable {
    /// `{factory}`, `{batch}`, `{firmware}`, `{region}`, `{carrier}` and `{product}` stand for what is known of the device,
    /// `{supplier}` and `{line}` (and the factory, where the device doesn't name it) for what is known of its batch.
    package var owner: String
    package var queue: String
    package init(owner: String, queue: String) {
      self.owner = owner
      self.queue = queue
    }
  }

  /// Within so many hours an open ticket wants an answer; then it escalates.
  package var answerHours = 24.0
  /// A patch that its device is offered waits for the device first, so many days.
  static let patchDays = 7.0
  /// By the cause of the finding, or `device` where the device's own record is the reason.
  package var owners = Self.usualOwners

  package init() {}

  package static let ownRecord = "device"
  package static let usualOwners: [String: Owner] = [
    Cause.batch.rawValue: Owner(owner: "factory {factory}", queue: "quality"),
    Cause.batchAndEnvironment.rawValue: Owner(owner: "factory {factory}", queue: "quality"),
    Cause.firmware.rawValue: Owner(owner: "firmware team", queue: "firmware"),
    Cause.batchAndFirmware.rawValue: Owner(owner: "firmware team", queue: "firmware"),
    Cause.firmwareAndEnvironment.rawValue: Owner(owner: "firmware team", queue: "firmware"),
    Cause.environment.rawValue: Owner(owner: "carrier {carrier}", queue: "network"),
    Cause.unresolved.rawValue: Owner(owner: "diagnostics", queue: "diagnostics"),
    ownRecord: Owner(owner: "logistics", queue: "returns"),
  ]

  func owner(of cause: Cause?, _ device: DeviceBelief, register: BatchRegister) -> Owner? {
    guard var owner = owners[cause?.rawValue ?? Self.ownRecord] else { return nil }
    guard !MessageCatalogue.names(in: owner.owner).isEmpty else { return owner }
    let batch = register[device.identity.product, device.covariates.batch]
    let values: [String: String?] = [
      "factory": device.facts.factory?.text ?? batch?.factory, "batch": device.covariates.batch.text,
      "firmware": device.covariates.firmware.text, "region": device.covariates.region.text,
      "carrier": device.covariates.carrier.text, "product": device.identity.product.text,
      "supplier": batch?.supplier, "line": batch?.line,
    ]
    owner.owner = MessageCatalogue.parts(of: owner.owner).map { part in
      switch part {
      case .words(let words): String(words)
      // What isn't one of the names above stands as it was written.
      case .value(let name): values[name].map { $0 ?? "unknown" } ?? "{\(name)}"
      }
    }.joined()
    return owner
  }

  /// 1 is the most urgent: a critical failure that is likelier than not. Severity first, then whether the probability
  /// reaches one half, then whether it has waited too long.
  func priority(_ severity: Severity, probability: Double, isEscalated: Bool) -> Int {
    let base =
      switch severity {
      case .critical: 1
      case .major: 2
      case .minor: 3
      }
    return max(1, base + (probability >= 0.5 ? 0 : 1) - (isEscalated ? 1 : 0))
  }

  /// With an answer due from now on.
  func started(_ ticket: Ticket, at now: EventTime) -> Ticket {
    var next = ticket
    next.dueAt = now + Int64(hours(for: ticket) * Double(EventTime.hour))
    next.escalatedAt = nil
    next.priority = priority(ticket.severity, probability: ticket.probability.mean, isEscalated: false)
    return next
  }

  private func hours(for ticket: Ticket) -> Double {
    waitsForDevice(ticket) ? max(answerHours, Self.patchDays * 24) : answerHours
  }

  private func waitsForDevice(_ ticket: Ticket) -> Bool { ticket.kind == .patch && CareOffer.stands(ticket) }

  /// The ticket as it was changed, its clock begun anew where somebody else has to answer now: people, not the device.
  func handedOver(_ next: Ticket, from ticket: Ticket, at now: EventTime) -> Ticket {
    next.dueAt != nil && waitsForDevice(next) != waitsForDevice(ticket) ? started(next, at: now) : next
  }

  /// The ticket, escalated if its answer is overdue; once. Proposals of a finding are its own affair: one word for all.
  func escalated(_ ticket: Ticket, at now: EventTime) -> Ticket {
    guard ticket.isUntouched, ticket.state == .open || ticket.finding == nil, ticket.escalatedAt == nil,
      let due = ticket.dueAt, now >= due
    else { return ticket }
    var next = ticket
    next.escalatedAt = now
    next.priority = priority(ticket.severity, probability: ticket.probability.mean, isEscalated: true)
    next.history.append(
      Ticket.Change(
        .escalated, at: now, from: ticket.priority.map { "\($0)" }, to: next.priority.map { "\($0)" },
        reason: "nobody answered within \(Wording.number(hours(for: ticket))) hours"))
    return next
  }

  /// The same for a finding whose proposed tickets nobody has answered to.
  func escalated(_ finding: Finding, proposals: [Ticket], at now: EventTime) -> Finding {
    let overdue = proposals.filter { $0.dueAt.map { now >= $0 } ?? false }
    guard !overdue.isEmpty, finding.campaign?.escalatedAt == nil, finding.campaign?.acknowledgedAt == nil else {
      return finding
    }
    var next = finding
    next.campaign = finding.campaign ?? Campaign()
    next.campaign?.escalatedAt = now
    next.history.append(
      Ticket.Change(
        .escalated, at: now,
        reason: "nobody answered to \(Wording.count(overdue.count, "proposed ticket")) within "
          + "\(Wording.number(answerHours)) hours"))
    return next
  }
}
