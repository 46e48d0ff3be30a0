import Foundation
import Vocabulary

/// Where the evaluation reads and writes, from the folder that holds Package.swift.
enum Places {
  static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let profiles = package.appending(path: "Firmware-Profiles").path
  static let machinesProfile = package.appending(path: "Benchmarks/azure").path
  static let drivesProfile = package.appending(path: "Benchmarks/backblaze").path
  static let data = package.deletingLastPathComponent().appending(path: "shared/data").path
  /// Results of single fleets, rows for the peers: not kept with the project.
  static let work = package.appending(path: ".build/evaluation").path
  static let table = package.appending(path: "Benchmarks/results/evaluation.md").path

  /// Digest of this program's own bytes and the profiles': results of another build aren't mixed in.
  static func build(_ profiles: ProfileFiles) throws -> String {
    var digest = Digest.of(try Data(contentsOf: URL(filePath: "/proc/self/exe")))
    for file in profiles.files { digest.combine(file.bytes) }
    return digest.hex
  }
}
