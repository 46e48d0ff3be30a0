import FirmwareProfiles
import FleetSimulation
import Foundation
import Vocabulary

/// The firmware profiles that a run is judged with, as they are shipped.
struct ProfileFiles: Sendable {
  let files: [(name: String, bytes: [UInt8])]

  init(folder: String) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
    guard !names.isEmpty else { throw EvaluationError("\(folder) holds no firmware profiles") }
    files = try names.map { ($0, Array(try Data(contentsOf: URL(filePath: "\(folder)/\($0)")))) }
  }

  /// With batches that people suspect before the data show it: each with even odds and its true relative risk.
  func catalogue(knowing defects: [FleetTruth.Defect]) throws -> Catalogue {
    let known = defects.filter { $0.cause == .batch }
    return try Catalogue(
      files: files.map { file in
        let entries = known.filter { "\($0.product).yaml" == file.name }.map {
          "  - {mode: \($0.failureMode), batch: \($0.batch ?? ""), relative_risk: \($0.relativeRisk), probability: 0.5}\n"
        }
        guard !entries.isEmpty else { return file }
        return (file.name, file.bytes + Array(("\nknown:\n" + entries.joined()).utf8))
      })
  }
}

struct EvaluationError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
