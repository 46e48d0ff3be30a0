import ArgumentParser
import ControlProtocol
import Glibc
import Terminal

/// `--watch` of whatever lists or shows.
struct WatchOptions: ParsableArguments {
  @Flag(
    name: [.customShort("w"), .long],
    help: """
      Go on showing: drawn anew on a terminal; through a pipe an object a line for what is added, changed or removed, with \
      its event in front. Outlives a restart of the daemon; ends with Ctrl-C.
      """)
  var watch = false
  @Option(help: ArgumentHelp("With --watch: ask anew so often.", valueName: "seconds")) var every = Seconds(2)
}

extension Session {
  /// Asks again and again. What can't be asked at first is an error; later a daemon that is away is waited for.
  func watch(
    every: Seconds, _ ask: () async throws -> [UInt8], page: ([UInt8], Screen) throws -> String
  ) async throws {
    let isDrawn = output.isTable && isatty(STDOUT_FILENO) == 1
    guard output.isTable || output.shape == .ndjson || (output.fields != nil && output.format == .table) else {
      throw Failure(
        .usage, "--watch can't print \(output.format.rawValue)",
        advice: "leave -o out: a table on a terminal, NDJSON through a pipe; or -o ndjson")
    }
    var watched = WatchedItems()
    var isFirst = true
    var isAway = false
    while true {
      do {
        let body = try await ask()
        if isDrawn {
          draw(try page(body, output.screen()))
        } else {
          let items = try Self.items(in: body)
          try output.fields?.require(in: items)
          let events = watched.take(items).map { output.fields?.projection(ofEvent: $0) ?? $0 }
          StandardStreams.print(events.map { $0.description + "\n" }.joined())
        }
        (isFirst, isAway) = (false, false)
      } catch let error as ControlError where !isFirst && error.isAbsence {
        if !isAway { output.remark("\(error.message); waiting for it") }
        isAway = true
      }
      try await Task.sleep(for: .seconds(every.value))
    }
  }

  /// From the top of the screen; what doesn't fit is counted.
  private func draw(_ text: String) {
    let size = TerminalMode.size() ?? (width: 80, height: 24)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    let room = max(1, size.height - 1)
    if lines.count > room {
      let hidden = lines.count - room + 1
      lines = lines.prefix(room - 1) + ["… \(Phrase.count(hidden, "more line"))"]
    }
    StandardStreams.print("\u{1b}[H" + lines.map { $0 + "\u{1b}[K\n" }.joined() + "\u{1b}[J")
  }
}

extension ControlError {
  /// The daemon may be on its way back.
  fileprivate var isAbsence: Bool {
    switch self {
    case .notRunning, .notAnswering: true
    case .problem(let problem): problem.status == 503
    case .notPermitted, .unintelligible: false
    }
  }
}
