import Broker
import Foundation
import Rig
import Testing
import Vocabulary

/// Ninety days of twenty machines through a real broker into the real daemon.
struct RealInputMachinesTests {
  /// Skipped where `../shared/data`, which others made, isn't beside the project.
  @Test(.enabled(if: RealInput.hasMachines, "needs azure_pdm_20x90d in ../shared/data"))
  func `of real machines all reports are applied, and daily predictions add up to the failures that came`()
    async throws
  {
    let machines = try RealInputMachines(folder: RealInput.machines)
    let broker = try await Mosquitto.start()
    let profiles = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Profiles/Machines").path
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: broker.url, profiles: profiles,
        lines: ["clock: event", "lateness_days: 1", "predictions: {every_days: 1, horizon_days: 1}"]))

    // One connection: the broker keeps the order, and with it the machines in step.
    let publisher = try Publisher(url: broker.url)
    try publisher.publish(machines.messages)
    publisher.close()
    let count = machines.messages.count
    let messages = try await daemon.hasTaken(count, within: .seconds(300)).messages
    #expect(messages.isBalanced)
    #expect(messages.received == count)
    #expect(messages.applied == count)
    #expect(try await daemon.status()?.devices == machines.devices.count)

    let predictions = try await self.predictions(of: daemon)
    let keys = Set(predictions.map { Key(device: $0.device, mode: $0.failureMode, asOf: $0.asOf) })
    #expect(keys.count == predictions.count)
    #expect(keys == Key.all(devices: machines.devices, modes: RealInputMachines.modes, midnights: machines.midnights))
    for prediction in predictions {
      #expect(prediction.horizonDays == 1)
      #expect(0 <= prediction.low && prediction.low <= prediction.probability)
      #expect(prediction.probability <= prediction.high && prediction.high <= 1)
    }

    // The stream ends within a day: what comes of the last midnight's predictions isn't known, and they aren't judged.
    let judged = machines.midnights.filter { $0 + EventTime.day <= machines.lastReport }.suffix(30)
    #expect(judged.count == 30)
    let days = Set(judged.map(\.description))
    let predicted = predictions.reduce(0.0) { days.contains($1.asOf) ? $0 + $1.probability : $0 }
    let observed = machines.failures.count { failure in
      judged.contains { $0 <= failure.at && failure.at < $0 + EventTime.day }
    }
    #expect(
      abs(predicted / Double(observed) - 1) <= 0.3,
      "predicted \(predicted), observed \(observed) in the 30 days from \(days.min() ?? "")")
    #expect(try await daemon.stop() == .code(0))
  }

  private func predictions(of daemon: DaemonProcess) async throws -> [SeenPrediction] {
    let run = try await daemon.forewarn("prediction", "list", "--limit", "100000", "-o", "json").succeeded()
    return try JSONDecoder().decode(SeenList<SeenPrediction>.self, from: Data(run.standardOutput.utf8)).items
      .filter { $0.failureMode != "silent" }
  }

  private struct SeenPrediction: Decodable, Sendable {
    var device: String
    var failureMode: String
    var asOf: String
    var horizonDays: Double
    var probability: Double
    var low: Double
    var high: Double

    private enum CodingKeys: String, CodingKey {
      case device, probability, low, high
      case failureMode = "failure_mode"
      case asOf = "as_of"
      case horizonDays = "horizon_days"
    }
  }

  private struct Key: Hashable {
    var device: String
    var mode: String
    var asOf: String

    static func all(devices: Set<String>, modes: [String], midnights: [EventTime]) -> Set<Key> {
      Set(
        devices.flatMap { device in
          modes.flatMap { mode in midnights.map { Key(device: device, mode: mode, asOf: $0.description) } }
        })
    }
  }
}
