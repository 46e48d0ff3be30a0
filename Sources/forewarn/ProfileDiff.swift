import ArgumentParser
import CheckedYAML
import ControlProtocol
import FirmwareProfiles
import Foundation
import Terminal
import Vocabulary

struct ProfileDiff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "What a changed profile changes, and which evidence begins anew.",
    discussion: Help.discussion(
      """
      Of two files, or of one against what the daemon uses. A mode whose onset, bucket, refractory time, grace, factors, age \
      bins or firmware range changes begins its evidence anew; any other change keeps it. Exit status: 0 alike, 1 if \
      anything differs.
      """,
      examples: [
        "forewarn profile diff echo-dot-5.yaml changed.yaml", "forewarn profile diff changed.yaml",
        "forewarn profile diff echo-dot-5.yaml changed.yaml -o json",
      ]))

  @Argument(help: "The profile as it is; alone: the changed one.") var first: String
  @Argument(help: "The changed profile.") var second: String?
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let changed = try Self.profile(second ?? first)
    let old = second == nil ? try await running(changed) : try Self.profile(first)
    let difference = ProfileDifference(from: old, to: changed)
    StandardStreams.print(try bytes(difference))
    if !difference.changes.isEmpty { throw Failure.silently(.negative) }
  }

  private static func profile(_ path: String) throws -> FirmwareProfile {
    let bytes = try ChangedProfiles.checked { () throws(YAMLFaults) in try YAMLFile(path: path).bytes }
    let catalogue = try ChangedProfiles.checked { () throws(YAMLFaults) in try Catalogue(files: [(path, bytes)]) }
    guard let profile = catalogue.profiles.first else { throw Failure(.failed, "\(path) holds no profile") }
    return profile
  }

  /// The daemon's own file for that product and name, or for the product alone.
  private func running(_ changed: FirmwareProfile) async throws -> FirmwareProfile {
    let path = Route.action(Route.profiles, changed.product.text, "files")
    let files = try Session.decode(ListBody.self, from: try await Session(connection, output).get(path)).items
    let name = changed.source.split(separator: "/").last
    guard let file = files.first(where: { $0.file.split(separator: "/").last == name }) ?? files.first else {
      throw Failure(.noSuchObject, "the daemon has no profile of \(changed.product)")
    }
    let catalogue = try ChangedProfiles.checked { () throws(YAMLFaults) in
      try Catalogue(files: [(file.file, Array(file.text.utf8))])
    }
    guard let profile = catalogue.profiles.first else { throw Failure(.failed, "\(file.file) holds no profile") }
    return profile
  }

  private struct ListBody: Decodable { var items: [ProfileFile] }

  private struct Row: Encodable {
    var key: String
    @NullEncoded var before: String?
    @NullEncoded var after: String?
    @NullEncoded var failureMode: String?
    var startsAnew: Bool
    private enum CodingKeys: String, CodingKey {
      case key, before, after
      case failureMode = "failure_mode"
      case startsAnew = "starts_anew"
    }
  }

  private struct Reply: Encodable {
    var schema = "forewarn.profile.diff/1"
    var items: [Row]
  }

  private func bytes(_ difference: ProfileDifference) throws -> [UInt8] {
    guard output.isTable else {
      let rows = difference.changes.map {
        Row(
          key: $0.key, before: $0.before, after: $0.after, failureMode: $0.mode?.text, startsAnew: $0.startsAnew)
      }
      let body = try OwnJSON.bytes(Reply(items: rows))
      return try output.bytes(of: body)
    }
    return Array(Self.text(difference).utf8)
  }

  static func text(_ difference: ProfileDifference) -> String {
    guard !difference.changes.isEmpty else { return "no difference\n" }
    var lines: [String] = []
    for change in difference.changes {
      let anew = change.startsAnew ? "  (evidence begins anew)" : ""
      let mode = change.key.hasPrefix("modes[") ? "" : change.mode.map { " of \($0)" } ?? ""
      switch (change.before, change.after) {
      case (nil, let after): lines.append("+ \(change.key)\(mode): \(after ?? "")\(anew)")
      case (let before, nil): lines.append("- \(change.key)\(mode): \(before ?? "")\(anew)")
      case (let before, let after):
        lines.append("~ \(change.key)\(mode): \(before ?? "") → \(after ?? "")\(anew)")
      }
    }
    let anew = difference.modesBegunAnew.map(\.text)
    lines.append(
      anew.isEmpty
        ? "all evidence is kept" : "evidence begins anew with the next bucket: \(anew.joined(separator: ", "))")
    return lines.map(Phrase.printable).joined(separator: "\n") + "\n"
  }
}
