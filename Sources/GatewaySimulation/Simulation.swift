import Foundation
import Gateway
import Vocabulary

/// One run of a schedule, from an empty state directory to the last check.
package struct Simulation: Sendable {
  package struct Outcome: Sendable, Equatable {
    /// `nil`: every promise was kept.
    package var failure: String?
    package var events = 0
    package var tickets = 0
    package var faults = 0
    package var diskFailures = 0
    package var steps = 0

    package init() {}

    /// What failed, less its place and figures.
    var kind: String? {
      failure.map { failure in
        let words = failure.split(separator: " ").drop { $0.last != ":" && failure.hasPrefix("step ") }
        return words.filter { !$0.contains(where: \.isNumber) }.joined(separator: " ")
      }
    }
  }

  package let traits: Traits
  let schedule: Schedule

  package init(seed: UInt64) { self.init(traits: Traits(seed: seed)) }

  package init(traits: Traits) {
    self.traits = traits
    schedule = Schedule(traits: traits)
  }

  init(schedule: Schedule) {
    traits = schedule.traits
    self.schedule = schedule
  }

  /// Once a process, before the first run: one run at a time from then on, since the disk is the process's.
  package static func prepare() throws { try UnreliableDisk.install() }

  /// - Parameter parent: a folder for state directories; in memory, where there is one, a run takes no disk's time.
  package func run(in parent: String) async -> Outcome {
    var outcome = Outcome()
    outcome.steps = schedule.steps.count
    let folder = "\(parent)/world"
    let clock = SimulatedClock()
    do {
      if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      outcome = try await SteppedDaemon.simulating(clock.simulated) { [outcome] in
        try await play(in: folder, clock, outcome)
      }
      try FileManager.default.removeItem(atPath: folder)
    } catch {
      outcome.failure = "\(error)"
    }
    return outcome
  }

  private func play(in folder: String, _ clock: SimulatedClock, _ outcome: Outcome) async throws -> Outcome {
    var outcome = outcome
    var world = try await World(traits: traits, folder: folder, clock: clock)
    do {
      for (number, step) in schedule.steps.enumerated() {
        do {
          try await world.perform(step)
        } catch {
          throw SimulationFault("step \(number), \(step.name): \(error)")
        }
      }
      try Reordering(schedule)?.check(seed: traits.seed)
      try await world.settle()
      try await world.check()
      try await world.checkStarts()
    } catch {
      outcome.failure = "\(error)"
    }
    outcome.faults = world.faults
    outcome.diskFailures = world.disk.failures
    outcome.events = await world.daemon.counts().received
    if outcome.failure == nil { outcome.tickets = try world.daemon.tickets().count }
    world.daemon.giveUp()
    world.daemon.close()
    clock.watch(nil)
    return outcome
  }

  // MARK: Shrinking

  /// Leaves out steps as long as what remains still fails in the same way: first halves, then smaller parts.
  package func shrunk(in parent: String, deadline: ContinuousClock.Instant) async -> Simulation {
    var best = schedule
    let kind = await run(in: parent).kind
    var size = max(1, best.steps.count / 2)
    while size >= 1 {
      var start = 0
      while start < best.steps.count {
        guard ContinuousClock.now < deadline else { return Simulation(schedule: best) }
        var candidate = best
        candidate.steps.removeSubrange(start..<min(start + size, best.steps.count))
        if await Simulation(schedule: candidate).run(in: parent).kind == kind {
          best = candidate
        } else {
          start += size
        }
      }
      size /= 2
    }
    return Simulation(schedule: best)
  }

  /// The steps, one a line.
  package var story: String { schedule.steps.enumerated().map { "\($0) \($1.story)" }.joined(separator: "\n") }
}
