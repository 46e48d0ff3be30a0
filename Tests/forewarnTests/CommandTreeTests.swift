import Foundation
import Rig
import Testing

/// The whole command tree, as the built program itself tells it (`--experimental-dump-help`): what every command must take.
@Suite struct CommandTreeTests {
  struct Dump: Decodable {
    var command: Command
  }

  struct Command: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable { var name: String }
      var names: [Name]?
      var allValues: [String]?
    }
    var commandName: String
    var abstract: String?
    var discussion: String?
    var aliases: [String]?
    var arguments: [Argument]?
    var subcommands: [Command]?
  }

  struct Place {
    var words: String
    var command: Command
    var isRun: Bool { (command.subcommands ?? []).isEmpty }
    var verb: Substring { words.split(separator: " ").last ?? "" }
    var options: Set<String> { Set((command.arguments ?? []).flatMap { $0.names ?? [] }.map(\.name)) }
    func values(_ option: String) -> [String] {
      (command.arguments ?? []).first { $0.names?.contains { $0.name == option } ?? false }?.allValues ?? []
    }
  }

  private static func places() async throws -> [Place] {
    let run = try await CommandRun.built("forewarn", ["--experimental-dump-help"]).succeeded()
    let dump = try JSONDecoder().decode(Dump.self, from: Data(run.standardOutput.utf8))
    func walk(_ command: Command, _ words: [String]) -> [Place] {
      let words = words + [command.commandName]
      return [Place(words: words.dropFirst().joined(separator: " "), command: command)]
        + (command.subcommands ?? []).filter { $0.commandName != "help" }.flatMap { walk($0, words) }
    }
    return walk(dump.command, [])
  }

  /// What they print isn't a record: a stream of messages, a script.
  private static let unrecorded: Set = ["simulate", "completion"]
  /// A stream without an end in memory: one object a line, or CSV.
  private static let streaming: Set = ["export"]
  /// They never ask a daemon.
  private static let daemonless: Set = [
    "simulate", "completion", "profile check", "profile suggest", "explain field", "replay", "restore",
  ]

  @Test func `every command that prints takes all of the output options`() async throws {
    let places = try await Self.places().filter { $0.isRun && !Self.unrecorded.contains($0.words) }
    #expect(places.count > 60)
    for place in places {
      if Self.streaming.contains(place.words) {
        #expect(place.values("output") == ["ndjson", "csv"], "\(place.words)")
        #expect(place.options.isSuperset(of: ["o", "output", "no-headers", "q", "quiet"]), "\(place.words)")
        continue
      }
      let lacking = Set(["o", "output", "json", "no-headers", "utc", "color", "q", "quiet"]).subtracting(place.options)
      #expect(lacking.isEmpty, "\(place.words) lacks \(lacking)")
      #expect(place.values("output") == ["table", "wide", "json", "ndjson", "csv", "name"], "\(place.words)")
    }
  }

  @Test func `every command that asks the daemon takes its socket and a timeout`() async throws {
    for place in try await Self.places() where place.isRun && !Self.daemonless.contains(place.words) {
      #expect(place.options.isSuperset(of: ["socket", "timeout"]), "\(place.words)")
    }
  }

  @Test func `every list is narrowed, sorted, cut and watched, and is ls as well`() async throws {
    let lists = try await Self.places().filter { $0.isRun && $0.verb == "list" }
    #expect(lists.count >= 9)
    for place in lists {
      let wanted: Set = ["l", "where", "sort-by", "limit", "w", "watch", "every"]
      #expect(place.options.isSuperset(of: wanted), "\(place.words) lacks \(wanted.subtracting(place.options))")
      #expect(place.command.aliases?.contains("ls") == true, "\(place.words)")
    }
  }

  @Test func `whatever is shown can be watched`() async throws {
    let shown = try await Self.places().filter { $0.isRun && ($0.verb == "show" || $0.verb == "status") }
    #expect(shown.count >= 9)
    for place in shown { #expect(place.options.isSuperset(of: ["w", "watch", "every"]), "\(place.words)") }
  }

  @Test func `every help says what it is for and has at least three examples, each a command that there is`()
    async throws
  {
    let places = try await Self.places()
    let known = Set(places.map(\.words))
    for place in places {
      #expect(place.command.abstract?.isEmpty == false, "\(place.words)")
      let examples =
        (place.command.discussion ?? "").components(separatedBy: "Examples:\n").dropFirst().first?
        .split(separator: "\n") ?? []
      #expect(examples.count >= 3, "\(place.words) has \(examples.count)")
      for example in examples {
        #expect(example.contains("forewarn "), "\(place.words): \(example)")
        guard let start = example.range(of: "forewarn ")?.upperBound else { continue }
        let typed = example[start...].split(separator: " ").map(String.init)
        guard let noun = typed.first, !noun.hasPrefix("-") else { continue }
        #expect(known.contains(noun) || known.contains(String(noun.dropLast())), "\(place.words): \(example)")
        guard known.contains(where: { $0.hasPrefix(noun + " ") }), typed.count > 1 else { continue }
        #expect(known.contains("\(noun) \(typed[1])") || typed[1] == "ls", "\(place.words): \(example)")
      }
    }
  }

  /// Beside the programs where `make deb` has been: the argument parser's own.
  private static let manual =
    ["release", "debug"].map { "\(Executable.packageFolder)/.build/\($0)/generate-manual" }
    .first { FileManager.default.isExecutableFile(atPath: $0) } ?? ""

  @Test(.enabled(if: !manual.isEmpty, "generate-manual isn't built"))
  func `the manual page has a section for every command`() async throws {
    let folder = try ScratchFolder()
    _ = try await CommandRun.run(
      Self.manual, [Executable.built("forewarn"), "--date", "2026-01-01", "--output-directory", folder.path("")]
    ).succeeded()
    let page = try String(contentsOfFile: folder.path("forewarn.1"), encoding: .utf8)
    for place in try await Self.places() {
      #expect(page.contains(place.command.abstract?.prefix(30) ?? "?"), "\(place.words)")
    }
  }
}
