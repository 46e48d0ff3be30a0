import ArgumentParser
import ControlProtocol
import Glibc
import Synchronization
import Terminal

/// `forewarn export`: everything of one kind as a stream, for other programs.
struct ExportCommand: AsyncParsableCommand {
  enum Noun: String, ExpressibleByArgument, CaseIterable { case tickets, findings, devices, cells }
  enum Format: String, ExpressibleByArgument, CaseIterable { case ndjson, csv }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Stream all tickets, findings, devices or cells.",
    discussion: Help.discussion(
      """
      A line each, however many there are, in constant memory. CSV holds the scalar fields, inner ones by their path \
      (probability.mean); its columns are those of the first line. cells are the counted evidence: devices at risk and \
      onsets by bucket, place, batch, firmware, age, weather and risk factors. They add, over shards too.
      """,
      examples: [
        "forewarn export tickets --format csv > tickets.csv",
        "forewarn export devices | gzip > devices.ndjson.gz",
        "forewarn export cells | jq -s 'map(.onsets) | add'",
      ]))

  @Argument(help: "tickets, findings, devices or cells.") var noun: Noun
  @Option(
    name: [.customShort("o"), .customLong("output"), .customLong("format")],
    help: "ndjson holds all, csv the scalar fields.")
  var format = Format.ndjson
  @Flag(help: "Leave out the line of column names (csv).") var noHeaders = false
  @Flag(name: [.customShort("q"), .long], help: "No remarks, no progress.") var quiet = false
  @OptionGroup var connection: Connection

  func run() async throws {
    var client = connection.client
    // As long as it takes; a daemon that hangs shows in that nothing comes.
    client.timeoutSeconds = 1e9
    let total = try await total(connection.client)
    let sink = ExportSink(format: format, withHeaders: !noHeaders, total: total, isQuiet: quiet)
    var request = ControlClient.Request("GET", Route.export(noun.rawValue))
    request.sink = sink
    _ = try await client.send(request)
    try sink.finish()
    if !quiet { StandardStreams.remark(Phrase.count(sink.lines, "line")) }
  }

  /// How many lines will come, where the daemon counts them anyway: for the time that is left.
  private func total(_ client: ControlClient) async throws -> Int? {
    guard noun == .devices else { return nil }
    return try Session.decode(StatusReport.self, from: try await client.send(.init("GET", Route.status))).devices
  }
}

/// Lines as they come, to standard output.
final class ExportSink: ControlClient.BodySink {
  private struct State {
    /// The beginning of a line whose end hasn't come.
    var rest: [UInt8] = []
    var columns: [String]?
    var lines = 0
    var progress: ProgressLine
  }
  private let format: ExportCommand.Format
  private let withHeaders: Bool
  private let total: Int?
  private let state: Mutex<State>

  init(format: ExportCommand.Format, withHeaders: Bool, total: Int?, isQuiet: Bool) {
    self.format = format
    self.withHeaders = withHeaders
    self.total = total
    // Lines that go to a terminal are progress enough.
    state = Mutex(State(progress: ProgressLine(isQuiet: isQuiet || isatty(STDOUT_FILENO) == 1)))
  }

  var lines: Int { state.withLock { $0.lines } }

  func begin(bytes: Int64?) throws {}

  func take(_ part: UnsafeRawBufferPointer) throws {
    try state.withLock { state in
      state.rest += part
      guard let end = state.rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
      let whole = state.rest[...end]
      state.lines += whole.count { $0 == UInt8(ascii: "\n") }
      StandardStreams.print(format == .ndjson ? Array(whole) : try table(whole, &state.columns))
      state.rest.removeFirst(whole.count)
      let headway = Headway(state.lines, of: total, .items("line"))
      state.progress.show(headway)
    }
  }

  func finish() throws {
    state.withLock { $0.progress.clear() }
    guard state.withLock({ $0.rest.isEmpty }) else {
      throw Failure(.failed, "the last line isn't whole", advice: "the daemon stopped meanwhile; export again")
    }
  }

  private func table(_ lines: ArraySlice<UInt8>, _ columns: inout [String]?) throws -> [UInt8] {
    var text = ""
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      let item = try JSONValue(reading: Array(line))
      if columns == nil {
        columns = CSV.columns(of: [item])
        if withHeaders { text += CSV.line(columns ?? []) }
      }
      text += CSV.line((columns ?? []).map { item.text(at: $0) ?? "" })
    }
    return Array(text.utf8)
  }
}
