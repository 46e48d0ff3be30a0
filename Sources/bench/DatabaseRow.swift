import FleetSimulation
import Foundation
import Rig

/// How the database grows, 24 reports a day, all through the broker: the size of the files after two months, stopped, by
/// the device-days that they stand for.
struct DatabaseRow {
  let plan: Plan

  func measure() async throws -> [Figure] {
    let fleet = BenchmarkFleet(devices: plan.databaseDevices, reportsPerDay: 24)
    let days = plan.databaseDays
    let broker = try await MeasuredBroker.start()
    var daemon = try MeasuredDaemon(brokerURL: broker.url)
    _ = try await daemon.start()
    try await broker.publishStates(of: fleet)
    var received = fleet.devices
    let ofADay = fleet.devices * 24
    var largest = 0
    for day in 0..<days {
      try await broker.publishWeather(of: fleet, days: day..<day + 1)
      try await broker.publishReports(of: fleet, from: day * ofADay, count: ofADay)
      received += ofADay + 6
      // The broker's queue stays short, and the daemon's commits as large as they are under load.
      let moment = try await daemon.hasReceived(received - ofADay / 2, of: ofADay / 2, within: .seconds(300))
      largest = max(largest, moment.status.database.bytes)
    }
    let end = try await daemon.hasReceived(received, of: ofADay, within: .seconds(300))
    try await daemon.stop()
    try await broker.stop()
    let size = try size(of: daemon.stateDirectory)
    let deviceDays = Double(fleet.devices * days)
    return [
      Figure(
        id: "database", title: "database bytes a device-day, 24 reports a day, over \(days) days", unit: "B",
        value: Double(size) / deviceDays, direction: .atMost, must: 80, aim: 40,
        note:
          "\(fleet.devices) devices; \(size) bytes stopped, \(end.status.database.bytes) running, \(largest) at most; "
          + "\(end.status.findings.live) findings, \(end.status.tickets.live) tickets")
    ]
  }

  private func size(of folder: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: folder).reduce(0) { total, name in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
      return total + (attributes[.size] as? Int ?? 0)
    }
  }
}
