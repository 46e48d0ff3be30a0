import FleetSimulation
import Foundation
import Rig

/// What a fleet's size costs: memory, time to be ready, CPU a message. The thirty days before come from a capture
/// (`forewarn replay --into`), a report a device-day; one day more comes through the broker, passes included.
struct FleetRow {
  let plan: Plan
  private static let limits: [Int: (must: Double, aim: Double)] = [
    10_000: (50, 35), 100_000: (100, 60), 1_000_000: (450, 250),
  ]

  private struct Fleet {
    var devices: Int
    var readySeconds: [Double] = []
    var residentAtStart = 0
    var residentInWork = 0
    var residentAfterDay = 0
    var peak = 0
    var cpuMicroseconds = 0.0
    var loadRate = 0.0
  }

  func measure() async throws -> [Figure] {
    var fleets: [Fleet] = []
    for devices in plan.fleetSizes { fleets.append(try await measure(devices)) }
    var figures = fleets.map { fleet in
      let limit = Self.limits[fleet.devices]
      return Figure(
        id: "memory_\(fleet.devices)", title: "resident at \(fleet.devices) devices after \(plan.fleetDays) days",
        unit: "MB", value: Double(max(fleet.residentAtStart, fleet.residentAfterDay)) / 1e6, direction: .atMost,
        must: limit?.must, aim: limit?.aim,
        note:
          "\(fleet.residentAtStart / 1_000_000) MB after a start, \(fleet.residentAfterDay / 1_000_000) MB after one more day (\(fleet.residentInWork / 1_000_000) MB at its last message), at most \(fleet.peak / 1_000_000) MB; filled at \(Int(fleet.loadRate))/s"
      )
    }
    let empty = try await startOnNothing()
    figures.append(
      Figure(
        id: "ready_empty", title: "ready on empty state", unit: "s", value: empty.median, direction: .atMost, must: 0.1,
        aim: 0.05, samples: empty))
    for fleet in fleets {
      let isLargest = fleet.devices == 1_000_000
      figures.append(
        Figure(
          id: "ready_\(fleet.devices)", title: "ready with \(fleet.devices) devices", unit: "s",
          value: fleet.readySeconds.median, direction: .atMost, must: isLargest ? 3 : nil, aim: isLargest ? 1 : nil,
          samples: fleet.readySeconds))
    }
    for fleet in fleets {
      figures.append(
        Figure(
          id: "cpu_\(fleet.devices)", title: "CPU a message at \(fleet.devices) devices, 1 a device-day", unit: "µs",
          value: fleet.cpuMicroseconds, direction: .atMost))
    }
    if let small = fleets.first, let large = fleets.first(where: { $0.devices == 1_000_000 }) {
      figures.append(
        Figure(
          id: "cpu_ratio", title: "CPU a message at 1 M devices against 10 k", unit: "×",
          value: large.cpuMicroseconds / small.cpuMicroseconds, direction: .atMost, must: 1.4, aim: 1.15))
    }
    return figures
  }

  private func measure(_ devices: Int) async throws -> Fleet {
    var result = Fleet(devices: devices)
    let fleet = BenchmarkFleet(devices: devices, reportsPerDay: 1)
    let broker = try await MeasuredBroker.start()
    var daemon = try MeasuredDaemon(brokerURL: broker.url)
    let began = ContinuousClock.now
    try await fill(daemon.stateDirectory, fleet)
    let messages = devices * (plan.fleetDays + 1)
    result.loadRate = Double(messages) / (ContinuousClock.now - began).seconds
    Narration.say("\(devices) devices: state filled, \(Int(result.loadRate))/s")
    for run in 1...plan.runs {
      if run > 1 { try await daemon.stop() }
      let start = try await daemon.start()
      result.readySeconds.append(start.seconds)
      result.residentAtStart = try await daemon.atRest().usage.residentBytes
      guard start.status.devices == devices else {
        throw RigError("the daemon knows \(start.status.devices) of \(devices) devices")
      }
    }
    // A small fleet's day has few messages: several days, and a pass each.
    let days = max(1, 50_000 / devices)
    let before = try await daemon.look()
    try await broker.publishWeather(of: fleet, days: plan.fleetDays..<plan.fleetDays + days)
    try await broker.publishReports(of: fleet, from: devices * plan.fleetDays, count: devices * days)
    let count = devices * days + 6 * days
    let end = try await daemon.hasReceived(
      before.status.messages.received + count, of: count, within: .seconds(900))
    let rest = try await daemon.atRest()
    try await daemon.stop()
    try await broker.stop()
    result.residentInWork = end.usage.residentBytes
    result.residentAfterDay = rest.usage.residentBytes
    result.peak = end.usage.peakBytes
    result.cpuMicroseconds = (end.usage.cpuSeconds - before.usage.cpuSeconds) * 1e6 / Double(count)
    Narration.say(
      "\(devices) devices: ready \(short(result.readySeconds.median)) s, \(result.residentAtStart / 1_000_000) and \(result.residentAfterDay / 1_000_000) MB, \(short(result.cpuMicroseconds)) µs CPU a message; \(end.status.findings.live) findings, \(end.status.tickets.live) tickets"
    )
    return result
  }

  /// Thirty days, down a pipe: as a file they would take ten gigabytes for a million devices.
  private func fill(_ directory: String, _ fleet: BenchmarkFleet) async throws {
    let folder = try ScratchFolder()
    let pipe = folder.path("capture")
    guard mkfifo(pipe, 0o600) == 0 else { throw RigError.system(errno, "cannot make \(pipe)") }
    let slots = 0..<plan.fleetDays
    let replay = try await ChildProcess.start(
      Executable.built("forewarn"),
      ["replay", "--clock", "event", "-q", "--profiles", MeasuredDaemon.profiles, "--into", directory, pipe],
      outputs: folder.path("replay"))
    let writer = Task { try await onThread { try CaptureOutput.write(fleet, slots: slots, to: pipe) } }
    let exit = try await replay.exit(within: .seconds(3600))
    guard exit == .code(0) else {
      // The writer may wait for a reader that never came.
      let descriptor = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      close(descriptor)
      throw RigError("\(replay.commandLine): \(exit)\n\(replay.standardError)")
    }
    try await writer.value
  }

  private func startOnNothing() async throws -> [Double] {
    var seconds: [Double] = []
    let broker = try await MeasuredBroker.start()
    for _ in 1...5 {
      var daemon = try MeasuredDaemon(brokerURL: broker.url)
      seconds.append(try await daemon.start().seconds)
      try await daemon.stop()
    }
    try await broker.stop()
    return seconds
  }
}
