import ArgumentParser
import Foundation
import GatewaySimulation

@main
struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Runs the gateway in simulated worlds, a seed each, and checks every promise.",
    discussion: "Example: simulate --seconds 60; a seed that failed comes again with simulate --seed 17 --shrink")

  @Option(help: "How long to go on with further seeds.")
  var seconds = 60

  @Option(help: "This seed alone.")
  var seed: UInt64?

  @Option(help: "The first seed.")
  var from: UInt64 = 1

  @Flag(help: "Look for the shortest schedule that fails, and print it.")
  var shrink = false

  @Option(help: "Seconds for shrinking.")
  var shrinkSeconds = 120

  @Flag(help: "Go on after a seed that fails.")
  var keepGoing = false

  @Flag(help: "Only worlds with few messages: for a program that was built without optimisation.")
  var small = false

  @Flag(help: "A line a seed.")
  var verbose = false

  func run() async throws {
    let parent = Self.scratch
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    defer { removeScratch(parent) }
    try Simulation.prepare()
    let deadline = ContinuousClock.now + .seconds(seconds)
    let begin = Self.processorSeconds
    var sum = Simulation.Outcome()
    var seeds = 0
    var failures = 0
    var next = seed ?? from
    repeat {
      let traits = Traits(seed: next)
      if small, seed == nil, traits.isDense {
        next += 1
        continue
      }
      let simulation = Simulation(traits: traits)
      let outcome = await simulation.run(in: parent)
      seeds += 1
      sum.events += outcome.events
      sum.faults += outcome.faults
      sum.diskFailures += outcome.diskFailures
      sum.tickets += outcome.tickets
      if verbose || seed != nil {
        print("seed \(next): \(simulation.traits); \(outcome.events) events, \(outcome.tickets) tickets")
      }
      if let failure = outcome.failure {
        print("seed \(next) fails: \(failure)\n  \(simulation.traits)")
        if shrink {
          let shortest = await simulation.shrunk(in: parent, deadline: .now + .seconds(shrinkSeconds))
          print(shortest.story)
          print("shortest: \(await shortest.run(in: parent).failure ?? "it fails no more")")
        } else {
          print("again: simulate --seed \(next) --shrink")
        }
        failures += 1
        if !keepGoing { break }
      }
      // Seen at once where it goes into a file as well.
      fflush(nil)
      next += 1
    } while seed == nil && ContinuousClock.now < deadline
    let spent = Self.processorSeconds - begin
    print(
      "\(seeds) seeds, \(sum.events) events, \(sum.tickets) tickets, \(sum.faults) faults, "
        + "\(sum.diskFailures) refused writes; \(Int(Double(sum.events) / max(spent, 0.001))) events a CPU second")
    if failures > 0 { throw ExitCode(1) }
  }

  private func removeScratch(_ path: String) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("\(path) can't be removed: \(error)")
    }
  }

  private static var scratch: String {
    let memory = "/dev/shm"
    let parent = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    return "\(parent)/forewarn-simulation-\(getpid())"
  }

  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
