import Foundation
import Rig
import Testing

/// The page of threats names tests: each is there, under that name.
struct ThreatModelPageTests {
  private static let root = Executable.packageFolder

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(Self.root)/\(path)", encoding: .utf8)
  }

  private struct Row {
    var threat: String
    var tests: [String]
    var containerChecks: [String]
  }

  private func rows() throws -> [Row] {
    let page = try text("Documentation/Threat-Model.md")
    let section = try #require(page.split(separator: "## Threats").last)
    return section.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst(2).map { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let shown = cells.last ?? ""
      return Row(
        threat: cells.first ?? "",
        tests: shown.split(separator: "`", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map { String($0.element) },
        containerChecks: shown.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset % 2 == 1 }.map { String($0.element) })
    }
  }

  @Test func `every threat names a test, and every test that is named is there`() throws {
    let sources = try FileManager.default.subpathsOfDirectory(atPath: "\(Self.root)/Tests").filter {
      $0.hasSuffix(".swift")
    }
    .map { try text("Tests/\($0)") }.joined(separator: "\n")
    let container = try text("Tests/System/inside")
    let rows = try rows()
    #expect(rows.count >= 30)
    for row in rows {
      #expect(!row.tests.isEmpty, "\(row.threat)")
      for test in row.tests { #expect(sources.contains("func `\(test)`("), "\(row.threat): \(test)") }
      for check in row.containerChecks { #expect(container.contains("\"\(check)\""), "\(row.threat): \(check)") }
    }
  }
}
