import ArgumentParser
import Terminal

extension OutputFormat: ExpressibleByArgument {}

/// How results are printed; every command that prints takes these.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: """
      How to print: wide has more columns and local times, json holds all, ndjson is one object a line, csv has the \
      scalar fields, name one id a line.
      """)
  var format = OutputFormat.table

  @Option(
    name: .customLong("json"),
    help: ArgumentHelp("As JSON (or what -o says), only these fields, with commas between them.", valueName: "fields"))
  var fields: FieldNames?

  @Flag(help: "Leave out the line of column names (table, csv).")
  var noHeaders = false

  @Flag(help: "Times as RFC 3339 in UTC, not as an age (table) or in local time (wide). JSON has them so anyway.")
  var utc = false

  @Option(help: "Colour: auto is where a terminal reads; NO_COLOR and CLICOLOR_FORCE are heeded, this comes first.")
  var color = Colour.auto

  @Flag(
    name: [.customShort("q"), .long],
    help: "No remarks, no progress; of actions and status nothing but the exit status.")
  var quiet = false

  enum Colour: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

  /// Columns or a page for people.
  var isTable: Bool { shape == .page }

  enum Shape { case page, json, ndjson, csv, name }

  var shape: Shape {
    switch format {
    case .table, .wide: fields == nil ? .page : .json
    case .json: .json
    case .ndjson: .ndjson
    case .csv: .csv
    case .name: .name
    }
  }

  func remark(_ line: String) {
    if !quiet { StandardStreams.remark(line) }
  }

  /// What pages and tables are laid out for.
  func screen() -> Screen {
    var screen = StandardStreams.screen(colour: color)
    screen.isWide = format == .wide
    screen.times = utc ? .utc : format == .wide ? .local : .relative
    return screen
  }

  /// An answer in the format for programs, cut down to the fields that were asked for.
  func bytes(of body: [UInt8]) throws -> [UInt8] {
    let format: OutputFormat = shape == .json ? .json : self.format
    let body = try fields.map { try $0.projection(of: body) } ?? body
    return try MachineOutput.bytes(of: body, as: format, withHeaders: !noHeaders)
  }
}

/// How many items a list asks for.
struct Limit: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "At most so many items, 1000 if nothing else is said; of a watched list, what others push beyond is told as removed.",
      valueName: "count"))
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

  /// Without --limit; that there may be more is said.
  static let byDefault = 1000
  /// Of what the daemon gives at once, and of what one answer has room for of large items: what is more comes as a stream.
  static let most = 100_000
  static let mostOfLarge = 10_000
}
