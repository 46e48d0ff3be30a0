import Gateway
import Vocabulary

/// When a world has come to rest: what must be true of the gateway, whatever happened on the way.
extension World {
  /// Everything that is still under way arrives.
  mutating func settle() async throws {
    disk.disarm()
    for _ in 0..<2 {
      while !broker.queue.isEmpty {
        try await tick()
        try await deliver(1000, nil, .heard)
      }
      clock.pass(2 * EventTime.day)
      try await tick()
    }
    _ = await daemon.pauseCare(false)
    try await emptyOutbox()
  }

  private mutating func emptyOutbox() async throws {
    while true {
      let messages = daemon.outgoing(limit: 500)
      guard !messages.isEmpty else { return }
      daemon.delivered(try receiver.take(messages))
      try await tick()
    }
  }

  mutating func check() async throws {
    try compare(try daemon.storedCounts(), "at the end, on disk")
    try await checkEvidence()
    try checkTickets()
    try await checkTwin()
    let faults = try daemon.integrityFaults()
    guard faults.isEmpty else { throw SimulationFault("the database is damaged: \(faults)") }
  }

  /// Once from what the journal gives after a kill, and once from what an orderly end leaves.
  mutating func checkStarts() async throws {
    let before = await daemon.fingerprint()
    for isOrderly in [false, true] {
      if isOrderly { await daemon.rest() } else { disk.kill(cut: nil) }
      try await startAgain()
      let after = await daemon.fingerprint()
      guard before == after else {
        throw SimulationFault("\(Self.differences(before, after)) changed by a start")
      }
      try await check()
    }
  }

  private func checkEvidence() async throws {
    guard let oracle, let end = await daemon.closedUntil() else { return }
    for device in oracle.knownDevices where !oracle.isRefused(device) {
      let name = SimulatedSender.name(device)
      let reports = await daemon.reports(of: name) ?? 0
      guard reports == oracle.applied(of: device) else {
        throw SimulationFault("\(name) has \(reports) reports; it gave \(oracle.applied(of: device))")
      }
      // A verdict of people's begins a device's failures anew.
      if traits.hasOperators { continue }
      for mode in [SimulatedProfile.dropsOf, SimulatedProfile.heatOf] {
        let onsets = await daemon.onsets(of: name, mode: mode) ?? 0
        let expected = oracle.onsets(of: device, mode: mode, closedUntil: end)
        guard onsets == expected else {
          throw SimulationFault("\(name) has \(onsets) onsets of \(mode); computed anew: \(expected)")
        }
      }
    }
  }

  private func checkTickets() throws {
    let tickets = try daemon.tickets()
    let live = Dictionary(grouping: tickets.filter(\.state.isLive)) { "\($0.device) \($0.failureMode)" }
    if let twice = live.first(where: { $0.value.count > 1 }) {
      throw SimulationFault("\(twice.value.count) live tickets of \(twice.key)")
    }
    for id in try daemon.findingIDs() where receiver.last("evt/forewarn/finding/\(id)") == nil {
      throw SimulationFault("nothing was told of finding \(id)")
    }
    // What wasn't sent yet of a device that was to be forgotten is forgotten too.
    for ticket in tickets where !ticket.isErased {
      let topic = "evt/forewarn/ticket/\(ticket.id)"
      guard let last = receiver.last(topic) else { throw SimulationFault("nothing was told of ticket \(ticket.id)") }
      guard last == SteppedDaemon.event(ofTicket: ticket) else {
        throw SimulationFault("the last word on \(ticket.id) isn't what it is")
      }
    }
  }

  private func checkTwin() async throws {
    guard let twin, !traits.hasOperators else { return }
    let fingerprint = await daemon.fingerprint()
    guard fingerprint == twin.fingerprint else {
      throw SimulationFault("\(Self.differences(fingerprint, twin.fingerprint)) isn't as without failures")
    }
    let ids = Set(try daemon.tickets().filter { !$0.isErased }.map(\.id))
    guard ids == Set(twin.tickets.keys) else {
      throw SimulationFault("tickets \(ids.sorted()); without failures \(twin.tickets.keys.sorted())")
    }
    for id in ids.subtracting(twin.forgottenTickets)
    where receiver.received["evt/forewarn/ticket/\(id)"] != twin.events[id] {
      throw SimulationFault("what was told of \(id) isn't what happened to it")
    }
  }

  private static func differences(_ left: [String: UInt64], _ right: [String: UInt64]) -> String {
    Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }.sorted().joined(separator: ", ")
  }
}

extension Ticket {
  fileprivate var isErased: Bool { device.hasPrefix("erased/") }
}
