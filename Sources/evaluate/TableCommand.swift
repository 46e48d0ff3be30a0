import ArgumentParser
import FleetSimulation
import Foundation
import Vocabulary

/// `evaluate table`: everything that is measured so far as one table.
struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Print what has been measured as one table, and write it to a file.")
  @Option(help: "Devices of the fleets that count.") var devices = 40_000
  @Option(help: "Days of the fleets that count.") var days = 120
  @Option(help: "Where the results are.") var folder = Places.work
  @Option(help: "The table's file.") var out = Places.table

  func run() throws {
    func fleets(_ name: String) throws -> [FleetResult] {
      let folder = URL(filePath: folder).appending(path: "\(name)-\(devices)x\(days)")
      guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
      return try names.map {
        try JSONDecoder().decode(FleetResult.self, from: Data(contentsOf: folder.appending(path: $0)))
      }.sorted { $0.seed < $1.seed }
    }
    let results = FleetFigures(
      normal: try fleets("normal"), hard: try fleets("hard"), null: try fleets("null"), known: try fleets("known"))
    let all = results.normal + results.hard + results.null + results.known
    var figures = results.figures
    figures += try PeerFigures.read(URL(filePath: "\(folder)/peers.json"))?.figures ?? []
    let table = EvaluationTable(figures: figures)
    let builds = Set(all.map(\.build)).count
    var text = table.markdown + "\n\n" + seeds(results) + "\n"
    if builds > 1 { text += "The fleets were measured by \(builds) builds of the program.\n" }
    let notes = wrong(all)
    if !notes.isEmpty { text += "\nMissed, or raised wrongly:\n\n" + notes.map { "- \($0)\n" }.joined() }
    print(text, terminator: "")
    let url = URL(filePath: out)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func seeds(_ results: FleetFigures) -> String {
    let parts = [("normal", results.normal), ("hard", results.hard), ("null", results.null), ("known", results.known)]
    return "Seeds: "
      + parts.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.map { "\($0.seed)" }.joined(separator: " "))" }
      .joined(separator: "; ") + "."
  }

  private func wrong(_ fleets: [FleetResult]) -> [String] {
    fleets.flatMap { fleet in
      let name = "\(fleet.isKnown ? "known" : fleet.tier.rawValue) \(fleet.seed)"
      return fleet.defects.filter { $0.found == nil }.map {
        "\(name): missed \($0.story.rawValue) in \($0.mode), \($0.batch ?? "") \($0.firmware ?? ""), relative risk "
          + String(format: "%.2f", $0.relativeRisk)
      }
        + fleet.findings.filter { $0.verdict == .misattributed || $0.verdict == .unfounded }.map {
          "\(name): \($0.verdict.rawValue) \($0.mode), \($0.words), detected \($0.detectedAt.date)"
            + ($0.surroundings.isEmpty ? "" : ", with \($0.surroundings.joined(separator: ", "))")
        }
    }
  }
}
