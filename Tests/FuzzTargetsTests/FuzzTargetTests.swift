import FuzzTargets
import Testing

/// Every reader of foreign bytes, with inputs that are broken by a seed. `make fuzz` goes on from here for as long as one likes.
@Suite(.serialized) struct FuzzTargetTests {
  @Test(arguments: FuzzTarget.allCases)
  func `broken input is refused and never crashes, and is read twice in the same way`(_ target: FuzzTarget) throws {
    let bench = try FuzzBench()
    var mutation = SeededMutation(seed: 1)
    for seed in target.seeds { try target.read(seed, with: bench) }
    for _ in 0..<2000 { try target.read(mutation.mutated(target.seeds), with: bench) }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `each target has something to begin with`(_ target: FuzzTarget) {
    #expect(target.seeds.contains { !$0.isEmpty })
  }
}
