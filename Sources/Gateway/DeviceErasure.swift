import CaseStore
import ControlProtocol
import DeviceHistory
import Logging
import Pipeline
import Vocabulary

/// Forgetting a device, whether it withdrew consent itself or an operator was asked to.
extension Engine {
  /// Withdraws the device's care offer and removes all that is kept of it; what is left is a line of `ErasureList`.
  func erase(device id: String, refuses: Bool, actor: String) async throws -> ErasureReport {
    try await turn {
      let identity = pipeline.history.identity(of: id)
      let before = pipeline.history.trace(of: id)
      let hasRows = try store.holds(device: id)
      if let before, !hasRows, !refuses || before.refusal.telemetryConsent == false {
        return ErasureReport(
          device: id, refuses: before.refusal.telemetryConsent == false, alreadyErased: true, tickets: 0, reports: 0,
          stateTopic: nil)
      }
      guard identity != nil || hasRows else { throw ProblemDetails.noSuch("device", id) }
      let tickets = try ticketCount(of: id)
      let reports = pipeline.history.summary(of: id)?.reports ?? 0
      let product = try identity?.product ?? productByRows(of: id)
      pipeline.erase(
        DeviceIdentity(product: product, device: id),
        refusal: refuses ? Facts(telemetryConsent: false) : before?.refusal ?? Facts())
      erasingActor = actor
      defer { erasingActor = "forewarnd" }
      guard await commit() else { throw ProblemDetails.stopping }
      logger.notice("a device was erased on request", metadata: ["by": "\(actor)", "refuses": "\(refuses)"])
      return ErasureReport(
        device: id, refuses: pipeline.history.trace(of: id)?.refusal.telemetryConsent == false,
        alreadyErased: false, tickets: tickets, reports: reports,
        stateTopic: "dt/\(pipeline.settings.root)/\(product)/\(id)/state")
    }
  }

  private func ticketCount(of device: String) throws(StoreError) -> Int {
    var filter = TicketFilter()
    filter.device = device
    filter.limit = Limits.listItems
    return try store.tickets(filter).count
  }

  /// Of a device that only rows name: a ticket's, or none.
  private func productByRows(of device: String) throws(StoreError) -> Symbol {
    var filter = TicketFilter()
    filter.device = device
    return try store.tickets(filter).first?.product ?? .unknown
  }

  /// What has to be listed of a commit's erasures: nothing of those that only their region's policy silenced.
  func erasureLines(of yield: Yield) -> [ErasureList.Line] {
    let now = WallClock.now().description
    return yield.erased.compactMap { identity -> ErasureList.Line? in
      guard let trace = pipeline.history.trace(of: identity.device),
        !repeatedErasures.contains(erasures.hash(identity.device))
      else { return nil }
      let refusal = trace.refusal
      return ErasureList.Line(
        at: now, product: trace.product.text, hash: erasures.hash(identity.device),
        refuses: refusal.telemetryConsent == false, saidAt: refusal.time?.milliseconds,
        refusesContact: refusal.contactConsent == false)
    }
  }

  /// At a start: whatever the list says beyond what this store knows was erased after the store's copy was taken.
  func repeatErasures(knownTo meta: [String: [UInt8]]) throws {
    pipeline.history.pseudonymiseRefusals()
    let known = meta[MetaKey.erasures].flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
    let missed = erasures.lines.filter { $0.number > known }
    guard !missed.isEmpty else { return }
    let hashes = Set(missed.map(\.hash))
    for device in try store.devicesNamed() where hashes.contains(erasures.hash(device)) {
      let product = pipeline.history.identity(of: device)?.product
      let named = try product ?? productByRows(of: device)
      pipeline.erase(DeviceIdentity(product: named, device: device), refusal: Facts())
    }
    pipeline.history.repeatErasures(
      missed.map { line -> FleetHistory.Trace in
        let refusal = Facts(
          time: line.saidAt.map(EventTime.init(milliseconds:)), telemetryConsent: line.refuses ? false : nil,
          contactConsent: line.refusesContact ? false : nil)
        return FleetHistory.Trace(
          pseudonym: Pseudonym.prefix + line.hash, product: Symbol(line.product), refusal: refusal)
      })
    repeatedErasures = hashes
    logger.notice(
      "this state is older than its list of erasures: they are done again",
      metadata: ["erasures": "\(missed.count)"])
  }
}
