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
  /// Of devices that were forgotten, with what hadn't been sent of them; they may open again if the device comes back.
  private(set) var forgottenTickets: Set<String> = []
  /// Early messages that wait in quarantine, each copy.
  private var early: [Early] = []

  private struct Early {
    var delivery: Delivery
    var due: EventTime
  }

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

  mutating func reload(_ catalogue: Catalogue) {
    if catalogue.revision != stages.catalogue.revision { _ = stages.replaceCatalogue(catalogue) }
  }

  /// What the gateway looks up in its quarantine: a second copy of what waited, above all.
  private mutating func retryEarly(at now: EventTime) {
    guard !early.isEmpty, let clock = stages.history.now else { return }
    var remaining: [Early] = []
    for entry in early {
      guard entry.due < clock + EventTime.day, !stages.isWaiting(entry.delivery) else {
        remaining.append(entry)
        continue
      }
      var delivery = entry.delivery
      delivery.receivedAt = now
      if case .quarantined(let rejection) = stages.retake(delivery, wall: now, after: .future),
        rejection.reason == .future
      {
        remaining.append(entry)
      }
    }
    early = remaining
    takeYield()
  }

  private mutating func takeYield() {
    let yield = stages.takeYield()
    counts += yield.counts
    for delivery in yield.readmitted {
      if let index = early.firstIndex(where: { $0.delivery.isSameMessage(as: delivery) }) { early.remove(at: index) }
    }
    let forgotten = Set(yield.erased.map(\.device))
    early.removeAll { forgotten.contains($0.delivery.device) }
    for entry in yield.quarantined {
      guard let due = entry.dueAt, entry.device.map({ !forgotten.contains($0) }) ?? true else { continue }
      early.append(Early(delivery: entry.delivery, due: due))
    }
    for case .ticket(let ticket) in yield.changes {
      tickets[ticket.id] = ticket
      events[ticket.id, default: []].append(SteppedDaemon.event(ofTicket: ticket))
    }
    // One that a pass opened just before its device was to be forgotten goes with it.
    for id in tickets.keys where tickets[id].map({ forgotten.contains($0.device) }) ?? false {
      tickets[id] = nil
      forgottenTickets.insert(id)
    }
  }
}

extension Delivery {
  fileprivate var device: String { topic.split(separator: "/").dropFirst(3).first.map(String.init) ?? "" }
}
