import FleetSimulation
import Foundation
import Rig

/// How fast a backlog is drained, against a subscriber that does nothing, and what a message costs.
///
/// Both sides drain a backlog of their own of the same size from the same broker, in turns. The fleet's time goes on from
/// run to run, so that passes fall where they would. A daemon's start is measured on the very same state without a
/// backlog, just before, and taken off. A backlog is drained when the broker has taken the last acknowledgement: until
/// then it would deliver again.
struct DrainRow {
  let plan: Plan

  private struct IdleRun: Decodable {
    var messages: Int
    var seconds: Double
    var read_seconds: Double
    var cpu_seconds: Double
  }

  func measure() async throws -> [Figure] {
    let fleet = BenchmarkFleet(devices: plan.devices, reportsPerDay: 24)
    var idleFleet = fleet
    idleFleet.prefix = "dt/idleload"
    let broker = try await MeasuredBroker.start()
    var daemon = try MeasuredDaemon(brokerURL: broker.url)
    _ = try await daemon.start()
    try await broker.publishWeather(of: fleet, days: 0..<1)
    try await broker.publishStates(of: fleet)
    var received = plan.devices + 6
    _ = try await daemon.hasReceived(received, of: received, within: .seconds(60))
    try await daemon.stop()
    _ = try await idle(broker, count: 0)

    var idleRates: [Double] = []
    var rates: [Double] = []
    var cpu: [Double] = []
    var idleReading: [Double] = []
    var reading: [Double] = []
    // The first round warms both up and isn't counted.
    for round in 0...plan.runs {
      let first = round * plan.backlog
      func drainIdle() async throws {
        try await broker.publishReports(of: idleFleet, from: first, count: plan.backlog)
        let run = try await idle(broker, count: plan.backlog)
        guard run.messages == plan.backlog else {
          throw RigError("the idle subscriber got \(run.messages) of \(plan.backlog) messages")
        }
        Narration.say("round \(round): idle \(rate(run.seconds))/s, read at \(rate(run.read_seconds))/s")
        guard round > 0 else { return }
        idleRates.append(Double(run.messages) / run.seconds)
        idleReading.append(Double(run.messages) / run.read_seconds)
      }
      func drain() async throws {
        let start = try await daemon.start()
        try await daemon.stop()
        try await broker.publishReports(of: fleet, from: first, count: plan.backlog)
        _ = try await daemon.start()
        received += plan.backlog
        let read = try await daemon.hasReceived(received, of: plan.backlog, within: .seconds(300))
        let end = try await daemon.isSettled(with: broker.broker, after: read)
        try await daemon.stop()
        // What the broker delivers again after a stop counts as received, and is a duplicate.
        guard end.status.messages.quarantined == 0, end.status.messages.applied == received else {
          throw RigError("the daemon counts otherwise than was published: \(end.status)")
        }
        let seconds = end.seconds - start.seconds
        let used = end.usage.cpuSeconds - start.usage.cpuSeconds
        Narration.say(
          "round \(round): \(rate(seconds))/s, committed at \(rate(read.seconds - start.seconds))/s, \(short(used * 1e6 / Double(plan.backlog))) µs CPU a message; \(end.status.messages.duplicate) duplicates, \(end.status.findings.live) findings, \(end.status.tickets.live) tickets"
        )
        guard round > 0 else { return }
        rates.append(Double(plan.backlog) / seconds)
        reading.append(Double(plan.backlog) / (read.seconds - start.seconds))
        cpu.append(used * 1e6 / Double(plan.backlog))
      }
      if round % 2 == 0 {
        try await drainIdle()
        try await drain()
      } else {
        try await drain()
        try await drainIdle()
      }
    }
    try await broker.stop()
    let ratios = zip(rates, idleRates).map { $0 / $1 }
    return [
      Figure(
        id: "drain_ratio", title: "drain of a \(plan.backlog) backlog against an idle subscriber", unit: "×",
        value: rates.median / idleRates.median, direction: .atLeast, must: 0.90, aim: 0.97, samples: ratios,
        note:
          "medians \(Int(rates.median))/s and \(Int(idleRates.median))/s; \(spread(rates)), idle \(spread(idleRates)); without the broker's part after the last message \(Int(reading.median))/s and \(Int(idleReading.median))/s"
      ),
      Figure(
        id: "cpu_million", title: "CPU a million messages, QoS 1, synchronous FULL", unit: "s",
        value: cpu.median, direction: .atMost, must: 13, aim: 9, samples: cpu),
    ]
  }

  private func rate(_ seconds: Double) -> Int { Int(Double(plan.backlog) / seconds) }

  private func spread(_ rates: [Double]) -> String { "\(Int(rates.min() ?? 0))–\(Int(rates.max() ?? 0))/s" }

  private func idle(_ broker: MeasuredBroker, count: Int) async throws -> IdleRun {
    let run = try await CommandRun.built(
      "idle-subscriber", ["\(broker.broker.port)", "bench-idle", "dt/idleload/#", "\(count)"], within: .seconds(120)
    ).succeeded()
    return try JSONDecoder().decode(IdleRun.self, from: Data(run.standardOutput.utf8))
  }
}
