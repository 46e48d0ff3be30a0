import Foundation
import Rig

/// What the figures were measured on.
struct Machine: Encodable, Sendable {
  var processor: String
  var cores: Int
  var memoryBytes: Int
  var kernel: String
  var system: String
  /// The file system that holds the state directories, as `df -T` names it.
  var fileSystem: String
  var versions: [String: String]
  /// Of the last minute, before the first measurement: above 0.5, others were at work, and rates mean little.
  var loadBefore: Double

  private enum CodingKeys: String, CodingKey {
    case processor, cores
    case memoryBytes = "memory_bytes"
    case kernel, system
    case fileSystem = "file_system"
    case versions
    case loadBefore = "load_before"
  }

  static func look() async throws -> Machine {
    let folder = try ScratchFolder()
    return Machine(
      processor: field("model name", of: "/proc/cpuinfo") ?? "unknown",
      cores: ProcessInfo.processInfo.activeProcessorCount,
      memoryBytes: Int(ProcessInfo.processInfo.physicalMemory),
      kernel: try await line("uname", "-sr"),
      system: text("/etc/os-release").split(separator: "\n").first { $0.hasPrefix("PRETTY_NAME=") }
        .map { $0.dropFirst(12).filter { $0 != "\"" } } ?? "unknown",
      fileSystem: try await line("df", "--output=fstype,source", folder.path),
      versions: [
        "swift": try await line("swift", "--version"),
        "mosquitto": try await version(of: "mosquitto"), "libmosquitto": try await version(of: "libmosquitto1"),
        "sqlite": try await version(of: "libsqlite3-0"), "valgrind": try await version(of: "valgrind"),
        "forewarn": try await CommandRun.run(
          "/usr/bin/git", ["-C", Executable.packageFolder, "describe", "--always", "--dirty"]
        )
        .standardOutput.trimmingCharacters(in: .whitespacesAndNewlines),
      ],
      loadBefore: Double(text("/proc/loadavg").split(separator: " ").first ?? "") ?? 0)
  }

  var summary: String {
    "\(cores) cores of \(processor), \(memoryBytes >> 30) GiB, \(kernel), \(system), \(fileSystem); "
      + versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      + "; load before \(short(loadBefore))"
  }

  private static func version(of package: String) async throws -> String {
    let run = try await CommandRun.system("dpkg-query", ["-W", "-f", "${Version}", package])
    return run.status == 0 ? run.standardOutput : "not installed"
  }

  /// The last line that a program prints: `df` has a heading above its answer; Swift's version stands in the first.
  private static func line(_ program: String, _ arguments: String...) async throws -> String {
    let run = try await CommandRun.system(program, arguments).succeeded()
    let lines = run.standardOutput.split(separator: "\n").map(String.init)
    return (program == "swift" ? lines.first : lines.last)?.split(separator: " ").joined(separator: " ") ?? "unknown"
  }

  private static func field(_ name: String, of path: String) -> String? {
    text(path).split(separator: "\n").first { $0.hasPrefix(name) }?
      .split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private static func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
