import Foundation
import FuzzTargets
import Testing

/// Every reader of foreign bytes, with inputs that are broken by a seed. `make fuzz SECONDS=60` goes on for so long with each,
/// and leaves the input under way in `.build/fuzzing/<target>`, where a crash can be found.
@Suite(.serialized) struct FuzzTargetTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seconds = environment["FOREWARN_FUZZ_SECONDS"].flatMap(Double.init)
  private static let seed = environment["FOREWARN_FUZZ_SEED"].flatMap(UInt64.init) ?? 1

  @Test(arguments: FuzzTarget.allCases)
  func `broken input is refused and never crashes, and is read twice in the same way`(_ target: FuzzTarget) throws {
    let bench = try FuzzBench()
    var mutation = SeededMutation(seed: Self.seed)
    for seed in target.seeds { try target.read(seed, with: bench) }
    guard let seconds = Self.seconds else {
      for _ in 0..<2000 { try target.read(mutation.mutated(target.seeds), with: bench) }
      return
    }
    let folder = URL(filePath: ".build/fuzzing")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appending(path: target.rawValue)
    try Data().write(to: path)
    let file = try FileHandle(forWritingTo: path)
    let deadline = ContinuousClock.now + .seconds(seconds)
    var inputs = 0
    while ContinuousClock.now < deadline {
      let bytes = mutation.mutated(target.seeds)
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: bytes)
      try target.read(bytes, with: bench)
      inputs += 1
    }
    print("\(target): \(inputs) inputs, seed \(Self.seed)")
  }

  /// In `Tests/Fuzzing/corpora`: made by hand, or found by libFuzzer (`make fuzz`) and kept.
  @Test(arguments: FuzzTarget.allCases)
  func `inputs that are kept are read, and twice in the same way`(_ target: FuzzTarget) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fuzzing/corpora/\(target.rawValue)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!names.isEmpty)
    let bench = try FuzzBench()
    for name in names.sorted() { try target.read(Array(Data(contentsOf: folder.appending(path: name))), with: bench) }
  }

  @Test(arguments: FuzzTarget.allCases)
  func `each target has something to begin with`(_ target: FuzzTarget) {
    #expect(target.seeds.contains { !$0.isEmpty })
  }
}
