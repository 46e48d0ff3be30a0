import ArgumentParser
import Terminal

extension OutputFormat: ExpressibleByArgument {}

/// How results are printed; every command that prints takes these.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "How to print: json holds all, ndjson is one object a line, csv has the scalar fields, name one id a line.")
  var format = OutputFormat.table

  @Flag(help: "Leave out the line of column names (table, csv).")
  var noHeaders = false

  @Flag(name: [.customShort("q"), .long], help: "No remarks; of actions and status nothing but the exit status.")
  var quiet = false

  func remark(_ line: String) {
    if !quiet { StandardStreams.remark(line) }
  }
}

/// How many items a list asks for.
struct Limit: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("At most so many items.", valueName: "count"))
  var limit: Int?

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
  }
}

/// What every list takes.
struct ListOptions: ParsableArguments {
  @OptionGroup var limit: Limit
  @OptionGroup var refinement: Refinement
  @OptionGroup var watching: WatchOptions

  /// Of what the daemon gives at once.
  static let most = 100_000
}
