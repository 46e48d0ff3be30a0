import ArgumentParser
import Foundation

/// `evaluate machines`: the predictive-maintenance sample, prequential.
struct MachinesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "machines", abstract: "Each component's failure within 24 h, every 6 h, on the Azure sample.")
  @Option(help: "Folder with the sample.") var data = "\(Places.data)/azure_pdm_20x90d"
  @Option(help: "Where the rows go.") var folder = Places.work

  func run() async throws {
    try RecordedPart(name: "azure", data: data, profiles: Places.machinesProfile, folder: folder)
      .run { try RecordedMachines(folder: $0) }
  }
}

/// `evaluate drives`: Backblaze's drives, tested after day 21.
struct DrivesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drives", abstract: "A drive's failure within 7 days, every day, on Backblaze's drive stats.")
  @Option(help: "Folder with the drive stats.") var data = "\(Places.data)/backblaze_40d"
  @Option(help: "Where the rows go.") var folder = Places.work

  func run() async throws {
    try RecordedPart(name: "backblaze", data: data, profiles: Places.drivesProfile, folder: folder)
      .run { try RecordedDrives(folder: $0) }
  }
}

/// Runs a recorded fleet, says how good its probabilities were, and leaves the rows for the peers.
private struct RecordedPart {
  let name: String
  let data: String
  let profiles: String
  let folder: String

  func run(_ read: (URL) throws -> some RecordedFleet) throws {
    guard FileManager.default.fileExists(atPath: data) else {
      Narration.say("\(name): skipped, \(data) isn't there")
      return
    }
    let began = ContinuousClock.now
    let fleet = try read(URL(filePath: data))
    let scores = ForetoldScores(rows: try fleet.foretell(profiles: ProfileFiles(folder: profiles)))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(scores.csv.utf8).write(to: URL(filePath: "\(folder)/\(name)-rows.csv"), options: .atomic)
    let figures = [
      "log-loss \(number(scores.logLoss)) (base \(number(scores.baseLogLoss)))",
      "PR-AUC \(number(scores.averagePrecision))", "AUC \(number(scores.areaUnderCurve))",
      "calibration error \(number(scores.calibrationError))",
    ]
    Narration.say(
      "\(name): \(scores.rows.count) rows, \(scores.rows.count(where: \.happened)) came; "
        + figures.joined(separator: ", ") + "; \(Int((ContinuousClock.now - began) / .seconds(1))) s")
  }

  private func number(_ value: Double?) -> String { value.map { String(format: "%.4g", $0) } ?? "none" }
}
