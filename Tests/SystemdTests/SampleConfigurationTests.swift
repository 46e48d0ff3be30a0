import Foundation
import Rig
import Testing

struct SampleConfigurationTests {
  @Test func `the daemon takes the sample configuration`() async throws {
    let run = try await check(try shipped("forewarn.yaml"))
    #expect(run.status == 0, "\(run.standardOutput)\(run.standardError)")
  }

  @Test func `the daemon takes every optional key of the sample`() async throws {
    let sample = try shipped("forewarn.yaml")
    let everything = sample.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      // "#" and no space: a key that is off.
      guard let mark = line.firstIndex(where: { $0 != " " }), line[mark] == "#" else { return String(line) }
      let rest = line[line.index(after: mark)...]
      let isKey = rest.contains(":") && (rest.first?.isLetter == true || rest.hasPrefix("  "))
      return isKey ? String(line[..<mark] + rest) : String(line)
    }.joined(separator: "\n")
    #expect(everything != sample)
    let run = try await check(everything)
    #expect(run.status == 0, "\(run.standardOutput)\(run.standardError)")
  }

  @Test func `the daemon names a key that it doesn't know, with file and line`() async throws {
    let run = try await check(try shipped("forewarn.yaml") + "no_such_key: 1\n")
    let line = try shipped("forewarn.yaml").split(separator: "\n", omittingEmptySubsequences: false).count
    #expect(run.status == 1)
    let words = run.standardOutput + run.standardError
    #expect(words.contains("no_such_key"))
    #expect(words.contains("forewarn.yaml:\(line):"))
  }

  @Test(.enabled(if: Executable.isInstalled("mosquitto"), "mosquitto isn't installed"))
  func `mosquitto takes the drop-in`() async throws {
    let lines = try shipped("mosquitto-forewarn.conf").split(separator: "\n").map(String.init)
    // The drop-in comes last in the rig's own configuration: where both name a key, the drop-in's value counts.
    let broker = try await Mosquitto.start(.init(lines: lines))
    try await broker.publish("m", to: "t")
    let complaints = broker.log.split(separator: "\n").filter {
      ($0.contains("Error") || $0.contains("Warning")) && !$0.contains("run as root")
    }
    #expect(complaints.isEmpty)
    try await broker.stop()
  }

  /// The shipped profiles stand in the source tree here, and in /etc once installed.
  private func check(_ text: String) async throws -> CommandRun {
    let folder = try ScratchFolder()
    let profiles = "\(Executable.packageFolder)/Firmware-Profiles"
    let path = try folder.write(
      text.replacing("profiles: /etc/forewarn/firmware-profiles", with: "profiles: \(profiles)"), to: "forewarn.yaml")
    return try await CommandRun.built("forewarnd", ["--check", "--config", path])
  }
}
