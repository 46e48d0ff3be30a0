import DeviceHistory
import FirmwareProfiles
import Gateway
import Pipeline
import Triage
import Vocabulary

/// The same stages with nothing around them: no store, no journal, no failures. It is given what the gateway has committed,
/// batch by batch, and must come to the same fates, tickets and beliefs.
struct Twin {
  private var stages: StageLine
  private(set) var counts = FateCounts()
  /// Each ticket's changes, as they must go out.
  private(set) var events: [String: [[UInt8]]] = [:]
  private(set) var tickets: [String: Ticket] = [:]
  /// Early messages that wait in quarantine, each copy.
  private var early: [Delivery] = []

  init(catalogue: Catalogue, configuration: Configuration, daemon: SteppedDaemon) {
    stages = StageLine(catalogue: catalogue, settings: configuration.pipelineSettings)
    stages.history.pseudonym = daemon.pseudonym()
  }

  var clock: EventTime? { stages.history.now }

  var fingerprint: [String: UInt64] { stages.fingerprint() }

  mutating func take(_ batch: [Delivery], wall: EventTime) {
    for delivery in batch { stages.take(delivery, wall: wall) }
    takeYield()
  }

  mutating func tick(at now: EventTime) {
    stages.admission.advance(to: now)
    while stages.advanceOneBucket(to: now, wall: now) { takeYield() }
    takeYield()
    retryEarly(at: now)
  }

  /// What the gateway looks up in its quarantine: a second copy of what waited, above all.
  private mutating func retryEarly(at now: EventTime) {
    guard !early.isEmpty else { return }
    var remaining: [Delivery] = []
    for entry in early where !stages.isWaiting(entry) {
      var delivery = entry
      delivery.receivedAt = now
      if case .quarantined(let rejection) = stages.retake(delivery, wall: now, after: .future),
        rejection.reason == .future
      {
        remaining.append(entry)
      }
    }
    early = early.filter { stages.isWaiting($0) } + remaining
    takeYield()
  }

  private mutating func takeYield() {
    let yield = stages.takeYield()
    counts.applied += yield.counts.applied
    counts.duplicate += yield.counts.duplicate
    counts.quarantined += yield.counts.quarantined
    counts.unconsented += yield.counts.unconsented
    counts.late += yield.counts.late
    for delivery in yield.readmitted {
      if let index = early.firstIndex(where: { $0.isSameMessage(as: delivery) }) { early.remove(at: index) }
    }
    early += yield.quarantined.filter { $0.dueAt != nil }.map(\.delivery)
    for case .ticket(let ticket) in yield.changes {
      tickets[ticket.id] = ticket
      events[ticket.id, default: []].append(SteppedDaemon.event(ofTicket: ticket))
    }
  }
}
