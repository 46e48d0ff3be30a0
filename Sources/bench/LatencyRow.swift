import FleetSimulation
import Foundation
import Rig

/// From arrival to commit at 2 000 messages a second, by the daemon's own histogram, beside what the disk needs for one
/// `fdatasync` at the same time.
struct LatencyRow {
  let plan: Plan
  private static let perSecond = 2000

  func measure() async throws -> [Figure] {
    let fleet = BenchmarkFleet(devices: plan.devices, reportsPerDay: 24)
    let broker = try await MeasuredBroker.start()
    var daemon = try MeasuredDaemon(brokerURL: broker.url)
    _ = try await daemon.start()
    try await broker.publishWeather(of: fleet, days: 0..<1)
    try await broker.publishStates(of: fleet)
    var received = plan.devices + 6
    _ = try await daemon.hasReceived(received, of: received, within: .seconds(60))
    var halves: [Double] = []
    var most: [Double] = []
    var syncs: [Double] = []
    var slowest = Double(Self.perSecond)
    let count = Self.perSecond * plan.latencySeconds
    for run in 0..<plan.runs {
      // The histogram begins anew with the process.
      try await daemon.stop()
      _ = try await daemon.start()
      let probe = try DiskProbe(folder: daemon.stateDirectory)
      let rate = try await broker.stream(
        fleet, from: run * count, perSecond: Self.perSecond, seconds: plan.latencySeconds)
      received += count
      let end = try await daemon.hasReceived(received, of: count, within: .seconds(60))
      let durations = try await probe.end()
      guard let latency = end.status.latency else { throw RigError("the daemon's status has no latency") }
      slowest = min(slowest, rate)
      halves.append(latency.p50_seconds * 1000)
      most.append(latency.p99_seconds * 1000)
      syncs.append(durations.quantile(0.99) * 1000)
      Narration.say(
        "p50 \(short(halves[run])) ms, p99 \(short(most[run])) ms; fdatasync p50 \(short(durations.median * 1000)) ms, p99 \(short(syncs[run])) ms of \(durations.count); \(Int(rate)) messages a second"
      )
    }
    try await daemon.stop()
    try await broker.stop()
    let beyond = zip(most, syncs).map { max(0, $0 - 2 * $1) }
    return [
      Figure(
        id: "latency_p50", title: "received → committed at 2 000/s, p50", unit: "ms", value: halves.median,
        direction: .atMost, must: 8, aim: 3, samples: halves),
      Figure(
        id: "latency_p99", title: "received → committed at 2 000/s, p99 beyond 2 × fdatasync's p99", unit: "ms",
        value: beyond.median, direction: .atMost, must: 20, aim: 8, samples: beyond,
        note:
          "p99 \(most.map(short).joined(separator: ", ")) ms; fdatasync's \(syncs.map(short).joined(separator: ", ")) ms"
          + (slowest < 0.98 * Double(Self.perSecond) ? "; only \(Int(slowest)) messages a second were reached" : "")
      ),
    ]
  }
}
