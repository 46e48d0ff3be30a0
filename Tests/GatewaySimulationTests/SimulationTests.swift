import Foundation
import GatewaySimulation
import Rig
import Testing

/// A few seconds of `make simulate`, and that a seed is always the same world.
@Suite(.serialized) struct SimulationTests {
  @Test(arguments: 1...24 as ClosedRange<UInt64>)
  func `a simulated world breaks no promise of the gateway`(_ seed: UInt64) async throws {
    try Simulation.prepare()
    let folder = try ScratchFolder()
    let outcome = await Simulation(seed: seed).run(in: folder.path("worlds"))
    #expect(outcome.failure == nil, "simulate --seed \(seed) --shrink")
    #expect(outcome.events > 0)
  }

  @Test func `a seed makes the same world again`() async throws {
    try Simulation.prepare()
    let folder = try ScratchFolder()
    var outcomes: [Simulation.Outcome] = []
    for _ in 0..<2 { outcomes.append(await Simulation(seed: 3).run(in: folder.path("worlds"))) }
    #expect(outcomes[0] == outcomes[1])
    #expect(Simulation(seed: 3).story == Simulation(seed: 3).story)
  }
}
