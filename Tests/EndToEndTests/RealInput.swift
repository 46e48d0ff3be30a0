import Foundation
import Rig
import Testing

/// Data that others made, in the folder `shared` beside the project. It is read where it is and never copied into the
/// project; tests that need it are skipped where it is absent.
enum RealInput {
  static let machines = "\(shared)/data/azure_pdm_20x90d"
  static let captures = "\(shared)/captures"

  static let hasMachines = FileManager.default.fileExists(atPath: "\(machines)/PdM_telemetry.csv")
  static let hasCaptures = FileManager.default.fileExists(atPath: "\(captures)/README.md")

  private static let shared = URL(fileURLWithPath: Executable.packageFolder).deletingLastPathComponent()
    .appendingPathComponent("shared").path

  static func lines(of path: String) throws -> [Substring] {
    guard let bytes = FileManager.default.contents(atPath: path) else { throw RigError("cannot read \(path)") }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
  }

  /// The rows of a CSV file without quotes, each with as many fields as `columns`, which its first line must name.
  static func rows(of path: String, columns: [String]) throws -> [[Substring]] {
    let rows = try lines(of: path).map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    guard let header = rows.first, header.map(String.init) == columns,
      rows.allSatisfy({ $0.count == columns.count })
    else { throw RigError("\(path) hasn't the columns \(columns.joined(separator: ", "))") }
    return Array(rows.dropFirst())
  }
}
