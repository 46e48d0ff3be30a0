import FleetSimulation
import Foundation
import Synchronization
import Terminal

/// Fleets of several seeds, some at a time, each written to a file of its own as soon as it is done: a series that was
/// stopped goes on where it was. Files of another build of the program are measured again.
struct FleetSeries: Sendable {
  var tier: EvaluationTier
  var seeds: ClosedRange<UInt64>
  var devices: Int
  var days: Int
  var isKnown: Bool
  var without: Set<EvaluationTrouble> = []
  var jobs: Int
  var withCells: Bool
  /// Whether results of another build count.
  var takesAnyBuild: Bool
  let folder: URL
  let profiles: ProfileFiles
  let build: String

  var name: String {
    let troubles = without.map(\.rawValue).sorted().map { "-no-" + $0 }.joined()
    return "\(isKnown ? "known" : tier.rawValue)-\(devices)x\(days)\(troubles)"
  }

  func run() async throws -> [FleetResult] {
    let results = folder.appending(path: name)
    try FileManager.default.createDirectory(at: results, withIntermediateDirectories: true)
    var done: [FleetResult] = []
    var open: [UInt64] = []
    for seed in seeds {
      if let result = try stored(results, seed) { done.append(result) } else { open.append(seed) }
    }
    if !done.isEmpty { Narration.say("\(name): \(done.count) of \(seeds.count) fleets are measured already") }
    let board = ProgressBoard(name: name, total: open.count, days: days)
    defer { board.clear() }
    try await withThrowingTaskGroup(of: FleetResult.self) { group in
      var waiting = open[...]
      func start() {
        guard let seed = waiting.popFirst() else { return }
        group.addTask { try measure(seed, into: results, board) }
      }
      for _ in 0..<max(1, jobs) { start() }
      while let result = try await group.next() {
        done.append(result)
        board.finished(result)
        start()
      }
    }
    return done.sorted { $0.seed < $1.seed }
  }

  private func file(_ folder: URL, _ seed: UInt64) -> URL { folder.appending(path: "seed-\(seed).json") }

  private func stored(_ folder: URL, _ seed: UInt64) throws -> FleetResult? {
    let file = file(folder, seed)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    do {
      let result = try JSONDecoder().decode(FleetResult.self, from: Data(contentsOf: file))
      return takesAnyBuild || result.build == build ? result : nil
    } catch is DecodingError {
      // Of an older version of this program: measured anew.
      return nil
    }
  }

  private func measure(_ seed: UInt64, into folder: URL, _ board: ProgressBoard) throws -> FleetResult {
    var run = FleetRun(
      tier: tier, seed: seed, devices: devices, days: days, isKnown: isKnown, without: without, profiles: profiles,
      build: build)
    if withCells { run.cells = folder.appending(path: "seed-\(seed)-cells.csv") }
    let result = try run.run { day in
      try Task.checkCancellation()
      board.reached(seed, day: day)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(result).write(to: file(folder, seed), options: .atomic)
    return result
  }
}

/// How far a series has come: on a terminal a line that is written over, elsewhere a line a fleet.
final class ProgressBoard: Sendable {
  private struct State {
    var days: [UInt64: Int] = [:]
    var finished = 0
    var line = ProgressLine(isQuiet: false)
  }
  private let name: String
  private let total: Int
  private let days: Int
  private let state = Mutex(State())

  init(name: String, total: Int, days: Int) {
    self.name = name
    self.total = total
    self.days = days
  }

  func reached(_ seed: UInt64, day: Int) {
    state.withLock { state in
      state.days[seed] = day
      let (reached, finished) = (state.days, state.finished)
      state.line.show { words(finished: finished, reached: reached, after: $0) }
    }
  }

  /// - Parameter reached: of each fleet that is on its way, by its seed.
  func words(finished: Int, reached: [UInt64: Int], after seconds: Double) -> String {
    let headway = Headway(finished * days + reached.values.reduce(0, +), of: total * days, .items("day"))
    let seeds = reached.sorted { $0.key < $1.key }.map { "seed \($0.key) day \($0.value)" }
    let place = (["\(finished) of \(total) fleets"] + seeds).joined(separator: ", ")
    return "\(headway.text(after: seconds)); \(name): \(place)"
  }

  func finished(_ result: FleetResult) {
    clear()
    state.withLock { state in
      state.days[result.seed] = nil
      state.finished += 1
    }
    let right = result.defects.count { $0.found != nil }
    let wrong = result.findings.filter { $0.verdict == .misattributed || $0.verdict == .unfounded }
    Narration.say(
      "\(name) seed \(result.seed): \(right) of \(result.defects.count) found, \(wrong.count) wrong, "
        + "\(Int(Double(result.messages) / result.seconds)) messages a second")
    for defect in result.defects where defect.found == nil {
      Narration.say("  missed: \(defect.story.rawValue) \(defect.mode) \(defect.batch ?? "") \(defect.firmware ?? "")")
    }
    for finding in wrong {
      Narration.say("  \(finding.verdict.rawValue): \(finding.mode) \(finding.words) \(finding.surroundings)")
    }
  }

  func clear() { state.withLock { $0.line.clear() } }
}
