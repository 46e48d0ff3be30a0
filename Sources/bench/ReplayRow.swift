import FleetSimulation
import Foundation
import Rig

/// `forewarn replay` of native reports from a file, held to one core.
struct ReplayRow {
  let plan: Plan

  func measure() async throws -> [Figure] {
    let folder = try ScratchFolder()
    var rates: [Int: [Double]] = [:]
    var cpuRates: [Int: [Double]] = [:]
    var counts: [Int: Int] = [:]
    for reports in [24, 1] {
      let fleet = BenchmarkFleet(devices: plan.devices, reportsPerDay: reports)
      let slots = 0..<plan.replayDays(reportsPerDay: reports) * reports
      let path = folder.path("\(reports)")
      try await onThread { try CaptureOutput.write(fleet, slots: slots, to: path) }
      counts[reports] = plan.devices * (slots.count + 1) + plan.replayDays(reportsPerDay: reports) * 6
    }
    for run in 1...plan.runs {
      for reports in [24, 1] {
        let before = ProcessUsage.endedChildren()
        let count = counts[reports] ?? 0
        let replay = try await CommandRun.system(
          "taskset",
          [
            "-c", "1", try Executable.built("forewarn"), "replay", "--clock", "event", "-q", "-o", "json",
            "--profiles", MeasuredDaemon.profiles, folder.path("\(reports)"),
          ], within: .seconds(600)
        ).succeeded()
        guard replay.standardOutput.contains("\"applied\":\(count),") else {
          throw RigError("the replay didn't apply all \(count) messages: \(replay.standardOutput.suffix(200))")
        }
        let seconds = replay.elapsed.seconds
        let used = ProcessUsage.endedChildren() - before
        rates[reports, default: []].append(Double(count) / seconds / 1000)
        cpuRates[reports, default: []].append(Double(count) / used / 1000)
        Narration.say(
          "run \(run), \(reports) a device-day: \(Int(Double(count) / seconds))/s, \(short(used * 1e6 / Double(count))) µs CPU a message"
        )
      }
    }
    func figure(_ reports: Int, must: Double, aim: Double) -> Figure {
      let samples = rates[reports] ?? []
      return Figure(
        id: "replay_\(reports)", title: "replay from a file, one core, \(reports) a device-day", unit: "k/s",
        value: samples.median, direction: .atLeast, must: must, aim: aim, samples: samples,
        // On a busy machine this is what the rate would be on an idle one, or nearly.
        note: "by CPU time \(short((cpuRates[reports] ?? []).median)) k/s")
    }
    return [figure(24, must: 150, aim: 300), figure(1, must: 60, aim: 120)]
  }
}
