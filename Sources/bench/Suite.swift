import Foundation
import Rig

/// The rows one after the other: each has a broker and daemons of its own, and nothing else runs beside them.
struct Suite {
  let plan: Plan

  func run() async -> Int32 {
    var figures: [Figure] = []
    var hasFailed = false
    do {
      let machine = try await Machine.look()
      Narration.say(machine.summary)
      for row in plan.rows {
        do {
          try Task.checkCancellation()
          Narration.say("== \(row.rawValue)")
          figures += try await measure(row)
        } catch let error where !(error is CancellationError) && !Task.isCancelled {
          Narration.complain("\(row.rawValue): \(error)")
          hasFailed = true
        }
      }
      let result = ResultFile(plan: plan, machine: machine, figures: figures)
      print("\(machine.summary)\n\n\(result.table)\n")
      for figure in figures where !figure.note.isEmpty { print("\(figure.title): \(figure.note)") }
      print("\nwritten to \(try result.write(plan))")
    } catch {
      if error is CancellationError || Task.isCancelled { return 130 }
      Narration.complain("\(error)")
      return 2
    }
    if hasFailed { return 2 }
    return figures.contains { $0.verdict == .miss } ? 1 : 0
  }

  private func measure(_ row: Plan.Row) async throws -> [Figure] {
    switch row {
    case .instructions: try await InstructionRow().measure()
    case .pass: try await PassRow(plan: plan).measure()
    case .replay: try await ReplayRow(plan: plan).measure()
    case .drain: try await DrainRow(plan: plan).measure()
    case .latency: try await LatencyRow(plan: plan).measure()
    case .database: try await DatabaseRow(plan: plan).measure()
    case .fleet: try await FleetRow(plan: plan).measure()
    }
  }
}
