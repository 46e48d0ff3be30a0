import ArgumentParser
import ControlProtocol
import Terminal

/// `forewarn check`: one figure against two thresholds, for a monitoring system.
struct CheckCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case nagios, prometheus }

  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Hold one figure against thresholds, as monitoring systems want it.",
    discussion: Help.discussion(
      """
      NAME is one of:
      \(CheckedFigure.allCases.map { "  \($0.rawValue): \($0.meaning)" }.joined(separator: "\n"))
      A figure at or above a threshold is a warning or critical; state takes none: ready is OK, starting a warning, \
      degraded critical. Exit status as Nagios has it: 0 OK, 1 warning, 2 critical, 3 unknown (the daemon doesn't answer, \
      or the figure isn't known yet).
      """,
      examples: [
        "forewarn check state",
        "forewarn check lag --warn 30 --crit 300",
        "forewarn check tickets --warn 50 --crit 500 --format prometheus",
      ]))

  @Argument(help: ArgumentHelp("The figure.", valueName: "name")) var name: CheckedFigure
  @Option(help: ArgumentHelp("A warning from here on.", valueName: "figure")) var warn: Double?
  @Option(help: ArgumentHelp("Critical from here on.", valueName: "figure")) var crit: Double?
  @Option(help: "In whose language the verdict is told, unless -o asks for a record.") var format = Format.nagios
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if name == .state, warn != nil || crit != nil { throw ValidationError("state takes no thresholds") }
    if let warn, let crit, warn > crit { throw ValidationError("--warn must not be above --crit") }
    if name != .state, warn == nil, crit == nil { throw ValidationError("give --warn, --crit or both") }
  }

  func run() async throws {
    let verdict: CheckVerdict
    do {
      let session = Session(connection, output)
      let body = try await session.get(Route.status)
      verdict = CheckVerdict(
        name, of: try Session.decode(StatusReport.self, from: body), warn: warn, crit: crit)
    } catch let error as ControlError {
      verdict = CheckVerdict(name, level: .unknown, value: nil, detail: error.message, warn: warn, crit: crit)
    }
    switch (output.shape, format) {
    case (.page, _) where output.quiet: break
    case (.page, .nagios): StandardStreams.print(verdict.nagiosLine + "\n")
    case (.page, .prometheus): StandardStreams.print(verdict.prometheusText)
    case (.json, _), (.ndjson, _), (.csv, _), (.name, _):
      StandardStreams.print(
        try output.bytes(of: Array(verdict.json.utf8)))
    }
    guard verdict.level == .ok else { throw CheckEnding(status: verdict.level.rawValue) }
  }
}

/// Ends with one of Nagios's statuses, which are not the command's own.
struct CheckEnding: Error { let status: Int32 }
