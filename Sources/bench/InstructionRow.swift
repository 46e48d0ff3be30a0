import Foundation
import Rig

/// Instructions of each step by callgrind, against the committed thresholds: they may only go down. Unlike seconds they are
/// the same on a busy machine; the same compiler and libraries give them to within a few thousandths.
struct InstructionRow {
  private static let tolerance = 1.02
  /// A threshold so much above what is measured is to be lowered.
  private static let slack = 0.95
  private static let reports = 20_000

  func measure() async throws -> [Figure] {
    let path = "\(Executable.packageFolder)/Benchmarks/thresholds.json"
    let thresholds = try JSONDecoder().decode([String: Double].self, from: Data(contentsOf: URL(filePath: path)))
    var figures: [Figure] = []
    for step in Step.allCases {
      let value = try await instructions(step)
      let threshold = thresholds["instructions_\(step.rawValue)"]
      var note = ""
      if let threshold, value < threshold * Self.slack {
        note = "lower the threshold in Benchmarks/thresholds.json from \(Int(threshold)) to \(Int(value.rounded(.up)))"
      } else if threshold == nil {
        note = "no threshold in Benchmarks/thresholds.json: enter \(Int(value.rounded(.up)))"
      }
      figures.append(
        Figure(
          id: "instructions_\(step.rawValue)", title: title(step), unit: "instr", value: value, direction: .atMost,
          must: threshold.map { $0 * Self.tolerance }, note: note))
      Narration.say("\(title(step)): \(Int(value)) instructions")
    }
    return figures
  }

  private func title(_ step: Step) -> String {
    switch step {
    case .decode: "decode a report"
    case .history: "history, a report"
    case .cells: "cells, a device, mode and day"
    case .closing: "closing, a device and day"
    }
  }

  private func instructions(_ step: Step) async throws -> Double {
    let folder = try ScratchFolder()
    // Valgrind gives up on Swift's debug information; the symbols are what it needs.
    let program = folder.path("bench")
    try await CommandRun.system("strip", ["--strip-debug", "-o", program, try Executable.built("bench")]).succeeded()
    // Hashes are seeded by chance otherwise, and collisions differ.
    let run = try await CommandRun.system(
      "valgrind",
      [
        "--tool=callgrind", "--callgrind-out-file=\(folder.path("callgrind"))", "--collect-atstart=no",
        "--toggle-collect=*counted*", program, "step", step.rawValue, "\(Self.reports)",
      ], environment: ["SWIFT_DETERMINISTIC_HASHING": "1"], within: .seconds(300)
    ).succeeded()
    guard let line = run.standardError.split(separator: "\n").last(where: { $0.contains("Collected :") }),
      let collected = line.split(separator: " ").last.flatMap({ Double($0) }), collected > 0
    else { throw RigError("callgrind counted nothing: \(run.standardError.suffix(500))") }
    let divisor: Int =
      switch step {
      case .decode, .history: Self.reports
      case .closing: Step.devices
      case .cells: Int(run.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
      }
    guard divisor > 0 else { throw RigError("the step \(step.rawValue) didn't say how much it did") }
    return collected / Double(divisor)
  }
}
