import Foundation
import Rig
import Testing

@testable import forewarn

/// The documentation of keys, against the readers that ask for them.
struct FieldGuideTests {
  /// Names that the readers of profiles and configuration ask for; those of `sources` stand in the README.
  private static func asked() throws -> [(file: FieldGuide.File, name: String)] {
    let readers: [(FieldGuide.File, String)] = [
      (.profile, "FirmwareProfiles/ProfileReader"), (.profile, "FirmwareProfiles/ModeReader"),
      (.profile, "FirmwareProfiles/RuleReader"), (.configuration, "Gateway/ConfigurationReader"),
      (.configuration, "Gateway/CareReader"), (.configuration, "Gateway/Webhook"),
    ]
    return try readers.flatMap { file, path in
      let source = try String(
        contentsOfFile: "\(Executable.packageFolder)/Sources/\(path).swift", encoding: .utf8)
      return source.matches(of: /(?:optional|required|take)\("([a-z_]+)"/).map { (file, String($0.1)) }
    }
  }

  @Test func `every key that a reader asks for is explained, and no other`() throws {
    let asked = try Self.asked()
    try #require(asked.count > 80)
    for (file, name) in asked {
      let isThere = FieldGuide.all.contains {
        $0.file == file && $0.plainKey.split(separator: ".").last.map(String.init) == name
      }
      #expect(isThere, "\(name) of the \(file.rawValue) is missing in FieldGuide: add a line that says what it means")
    }
    for entry in FieldGuide.all {
      let name = entry.plainKey.split(separator: ".").last.map(String.init)
      #expect(asked.contains { $0.file == entry.file && $0.name == name }, "nobody reads \(entry.key)")
      #expect(!entry.words.isEmpty && entry.words.hasSuffix("."), "\(entry.key)")
    }
    #expect(Set(FieldGuide.all.map { "\($0.file) \($0.key)" }).count == FieldGuide.all.count)
  }

  @Test func `a key is found whole, by its end and by where it begins`() {
    #expect(FieldGuide.entries(for: "care.mode").map(\.key) == ["care.mode"])
    #expect(FieldGuide.entries(for: "refractory_days").map(\.key) == ["modes[].refractory_days"])
    #expect(FieldGuide.entries(for: "modes.costs.patch").map(\.key) == ["modes[].costs.patch"])
    #expect(FieldGuide.entries(for: "horizon_days").count == 2)
    #expect(FieldGuide.entries(for: "refractory_day").isEmpty)
    #expect(FieldGuide.nearest(to: "refractory_day") == ["modes[].refractory_days"])
  }

  @Test func `terms are bars with their sign`() {
    let lines = ExplainPage.terms([("batch W18", 1.4), ("age", -0.7)])
    #expect(lines[0] == "  batch W18  + ████████████████████  1.40")
    #expect(lines[1] == "  age        − ██████████            -0.70")
  }
}
