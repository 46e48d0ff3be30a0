import DeviceHistory
import FirmwareProfiles
import Foundation
import Gateway
import Pipeline
import Synchronization
import Triage
import Vocabulary

/// A gateway in a simulated world: the real daemon, and around it everything that its schedule says.
struct World {
  let traits: Traits
  let folder: String
  let clock: SimulatedClock
  /// As its files lie in the profile folder.
  private var catalogue: Catalogue
  private let configuration: Configuration
  var broker = SimulatedBroker()
  var disk: UnreliableDisk
  var oracle: FateOracle?
  var twin: Twin?
  var daemon: SteppedDaemon
  var receiver = EventReceiver()
  private(set) var faults = 0
  /// Of the oracle, before the tick that is under way.
  private var firmClock = EventTime.distantPast
  /// What an operator was told is done, until the pipeline has a say again.
  private var promised: [String: [UInt8]] = [:]

  init(traits: Traits, folder: String, clock: SimulatedClock) async throws {
    self.traits = traits
    self.folder = folder
    self.clock = clock
    catalogue = try SimulatedProfile.catalogue()
    var configuration = Configuration()
    configuration.stateDirectory = folder
    configuration.clock = traits.clock == .wall ? .wall : .event
    configuration.clockQuorum = 3
    configuration.careMode = traits.sendsCare ? .send : .propose
    self.configuration = configuration
    // The key of erasures: drawn by the daemon otherwise, and then no two runs would be the same.
    try Data(repeating: 7, count: 32).write(to: URL(filePath: folder + "/erasures.key"))
    disk = UnreliableDisk(folder: folder)
    daemon = try SteppedDaemon(configuration, catalogue)
    clock.watch(daemon)
    try await daemon.recover()
    oracle = traits.clock == .wall ? FateOracle() : nil
    twin = traits.hasEarlyReports ? nil : Twin(catalogue: catalogue, configuration: configuration, daemon: daemon)
  }

  mutating func perform(_ step: Step) async throws {
    switch step {
    case .publish(let message): broker.publish(message)
    case .pass(let milliseconds): clock.pass(milliseconds)
    case .setClock(let change): clock.setGateway(by: change)
    case .tick: try await tick()
    case .deliver(let count, let shuffle, let answer):
      try await tick()
      try await deliver(count, shuffle, answer)
    case .fail(let trouble, let after, let length, let cut):
      faults += 1
      disk.arm(trouble, after: after, length: length, cut: cut)
    case .kill(let cut):
      faults += 1
      disk.kill(cut: cut)
      try await startAgain()
    case .restart:
      faults += 1
      disk.disarm()
      await daemon.rest()
      try await startAgain()
    case .loseSession:
      faults += 1
      broker.loseSession()
    case .send(let count, let isConfirmed):
      let ids = try receiver.take(daemon.outgoing(limit: count))
      if isConfirmed { daemon.delivered(ids) }
    case .act(let number, let act): try await operate(number, act)
    case .reload(let form): try await reload(form)
    }
  }

  // MARK: Messages

  mutating func deliver(_ count: Int, _ shuffle: UInt64?, _ answer: Step.Answer) async throws {
    let batch = broker.next(count, shuffle: shuffle)
    guard !batch.isEmpty else { return }
    let now = clock.gateway
    // Even ones come in two parts, the second taken in while the first is written.
    let half = batch.count % 2 == 0 ? batch.count / 2 : batch.count
    let parts = [batch[..<half], batch[half...]].filter { !$0.isEmpty }
    promised = [:]
    oracle?.advance(to: now)
    // How things stand before and after each part. Copies cost: only where the process may end before a commit.
    var steps: [(before: (FateOracle?, Twin?), after: FateOracle?)] = []
    var expected: [FateCounts?] = []
    for part in parts {
      let before = disk.isArmedForDeath ? (oracle, twin) : nil
      oracle?.take(Array(part))
      twin?.take(part.map { $0.delivery(at: now) }, wall: now)
      if let before { steps.append((before, oracle)) }
      expected.append(oracle?.tally ?? twin?.counts)
    }
    let moment = AnswerMoment()
    let isAcknowledged = await daemon.take(parts.map { $0.map { $0.delivery(at: now) } }) { [daemon] part, isDown in
      if isDown { moment.note(part, Result { try daemon.storedCounts() }) }
    }
    endForesight()
    for (part, counts) in try moment.noted.map({ ($0, try $1.get()) }) {
      // The second may be written before the first is answered.
      guard expected[part...].contains(where: { $0 == nil || $0 == counts }) || oracle == nil && twin == nil else {
        throw SimulationFault("answered, and on disk then: \(counts.words)")
      }
    }
    if isAcknowledged {
      guard moment.noted.count == parts.count else { throw SimulationFault("an answer without its moment") }
      try compare(try daemon.storedCounts(), "acknowledged, and on disk")
      if case .heard = answer { broker.forget(batch.count) }
      return
    }
    guard disk.isDead else { throw SimulationFault("the gateway ended by itself at a batch") }
    try await startAgain { world in
      let stored = try world.daemon.storedCounts()
      if world.isExpected(stored) { return }
      guard !steps.isEmpty else { throw SimulationFault("a batch was refused though nothing was to fail") }
      // From the last part to the first: up to there it was written.
      for step in steps.reversed() {
        (world.oracle, world.twin) = step.before
        // An erasure's line stands beside the store before the commit.
        if let after = step.after { world.oracle?.erase(as: after) }
        if world.isExpected(stored) { break }
      }
      try world.compare(stored, "after a start")
      if batch.contains(where: \.isRefusal) { world.twin = nil }
    }
  }

  mutating func tick() async throws {
    let now = clock.gateway
    promised = [:]
    firmClock = oracle?.firmClock ?? .distantPast
    oracle?.advance(to: now)
    oracle?.tick()
    twin?.tick(at: now)
    await daemon.tick()
    if disk.isDead { return try await startAgain(isInTick: true) }
    if daemon.hasGivenUp { throw SimulationFault("the gateway ended by itself at a tick") }
    endForesight()
    try compare(await daemon.counts(), "after a tick in memory")
  }

  // MARK: The process

  /// The process is gone: another one opens what is on the disk.
  mutating func startAgain(isInTick: Bool = false, settle: ((inout World) async throws -> Void)? = nil) async throws {
    daemon.giveUp()
    daemon.close()
    try disk.revive()
    receiver.disconnect()
    daemon = try SteppedDaemon(configuration, catalogue)
    clock.watch(daemon)
    try await daemon.recover()
    if let settle {
      try await settle(&self)
    } else if !isInTick {
      try compare(try daemon.storedCounts(), "after a start, on disk")
    }
    for (id, bytes) in promised {
      let kept = try daemon.tickets().first { $0.id == id }.map(SteppedDaemon.event)
      if kept != bytes { throw SimulationFault("an operator's act on \(id) is gone after a start") }
    }
    try await readClock(firm: isInTick ? firmClock : nil)
    try await tick()
  }

  /// What only refused or repeated messages moved isn't kept: the clock may be behind, but not before what was applied.
  private mutating func readClock(firm: EventTime?) async throws {
    guard let known = oracle else { return }
    let firm = firm ?? known.firmClock
    let clock = await daemon.clock() ?? .distantPast
    guard clock <= max(known.clock, self.clock.gateway), clock >= firm else {
      throw SimulationFault("the clock stands at \(clock) after a start: not in \(firm)…\(known.clock)")
    }
    oracle?.restart(at: clock)
    if max(clock, self.clock.gateway) < known.clock { twin = nil }
  }

  // MARK: Operators

  private mutating func operate(_ number: Int, _ act: Step.OperatorAct) async throws {
    if let action = act.action {
      let tickets = try daemon.tickets().map(\.id).sorted()
      guard !tickets.isEmpty else { return }
      let id = tickets[number % tickets.count]
      if await daemon.act(action, onTicket: id) {
        promised[id] = try daemon.tickets().first { $0.id == id }.map(SteppedDaemon.event)
      }
    } else {
      _ = await daemon.pauseCare(act == .pauseCare)
    }
    if disk.isDead { try await startAgain() }
  }

  private mutating func reload(_ form: SimulatedProfile.Form) async throws {
    catalogue = try SimulatedProfile.catalogue(form)
    if await daemon.reload(catalogue) { twin?.reload(catalogue) }
    guard disk.isDead else { return }
    // A start reads with the new profile what was journalled under the old: the open day has more columns than the twin's.
    twin = nil
    try await startAgain()
  }

  // MARK: Comparing

  /// Quarantine is bounded: what an early message becomes that had to go from it, the contract doesn't say.
  private mutating func endForesight() {
    if daemon.droppedFromQuarantine() > 0 { (oracle, twin) = (nil, nil) }
  }

  private func isExpected(_ counts: FateCounts) -> Bool {
    oracle.map { $0.tally == counts } ?? true && twin.map { $0.counts == counts } ?? true
  }

  func compare(_ counts: FateCounts, _ when: String) throws {
    if let oracle, oracle.tally != counts {
      throw SimulationFault("\(when): \(counts.words); by the contract: \(oracle.tally.words)")
    }
    if let twin, twin.counts != counts {
      throw SimulationFault("\(when): \(counts.words); without failures: \(twin.counts.words)")
    }
  }
}

/// What stood on disk when the answers came, by part.
private final class AnswerMoment: Sendable {
  private let results = Mutex<[Int: Result<FateCounts, any Error>]>([:])
  var noted: [Int: Result<FateCounts, any Error>] { results.withLock { $0 } }
  func note(_ part: Int, _ value: Result<FateCounts, any Error>) { results.withLock { $0[part] = value } }
}

extension Message {
  fileprivate func delivery(at time: EventTime) -> Delivery {
    Delivery(topic: topic, payload: payload, receivedAt: time)
  }
}

extension FateCounts {
  var words: String {
    "applied \(applied), duplicate \(duplicate), quarantined \(quarantined), unconsented \(unconsented), late \(late)"
  }
}
