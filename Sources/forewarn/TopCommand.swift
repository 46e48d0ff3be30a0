import ArgumentParser
import ControlProtocol
import Glibc
import Terminal
import Vocabulary

/// `forewarn top`: the screen of an operator who watches.
struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Watch rates, findings and the likeliest failures on the whole terminal.",
    discussion: Help.discussion(
      "Keys: ? tells them. --once prints the screen once, for scripts and where there is no terminal.",
      examples: ["forewarn top", "forewarn top --every 10", "forewarn top --once"]))

  @Option(help: ArgumentHelp("Ask anew so often.", valueName: "seconds")) var every = Seconds(2)
  @Flag(help: "Print the screen once.") var once = false
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  /// Cases that are looked at; the screen holds fewer.
  private static let mostCases = 500
  /// All columns of every table, with room for long names.
  private static let widthWithoutTerminal = 240

  func run() async throws {
    let client = connection.client
    var view = TopView()
    if !output.isTable {
      guard once else { throw Failure(.usage, "a record is of one moment", advice: "forewarn top --once -o json") }
      return StandardStreams.print(
        try output.bytes(of: try await Self.record(client)))
    }
    if once || isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0 {
      guard once else {
        throw Failure(.usage, "top needs a terminal", advice: "where there is none: forewarn top --once")
      }
      try await Self.ask(client, &view)
      var screen = output.screen()
      // No terminal has an end of its lines: a script wants every column.
      if TerminalMode.size() == nil { screen.width = Self.widthWithoutTerminal }
      let height = TerminalMode.size()?.height ?? 24
      let lines = view.lines(height: height, on: screen)
      return StandardStreams.print(
        lines.dropLast().reversed().drop { $0.isEmpty }.reversed().joined(separator: "\n") + "\n")
    }
    let terminal = try TerminalMode()
    defer { terminal.restore() }
    let clock = ContinuousClock()
    var next = clock.now
    while true {
      if clock.now >= next {
        await Self.tryToAsk(client, &view)
        next = clock.now + .seconds(every.value)
      }
      draw(view)
      // Short, so that a changed size and a Ctrl-C show at once.
      for key in KeyDecoder.keys(in: TerminalMode.input(waitingMilliseconds: 200)) {
        guard let effect = view.press(key) else { continue }
        if effect == .quit { return }
        await carryOut(effect, client, &view)
        next = clock.now
      }
    }
  }

  private func draw(_ view: TopView) {
    var screen = output.screen()
    let size = TerminalMode.size() ?? (width: 80, height: 24)
    screen.width = size.width
    let lines = view.lines(height: size.height, on: screen)
    StandardStreams.print("\u{1b}[H" + lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n") + "\u{1b}[J")
  }

  private static func tryToAsk(_ client: ControlClient, _ view: inout TopView) async {
    do {
      try await ask(client, &view)
    } catch let error as ControlError {
      view.takeFailure(error.message)
    } catch {
      view.takeFailure("\(error)")
    }
  }

  /// What the screen is made of, as one object.
  private static func record(_ client: ControlClient) async throws -> [UInt8] {
    func value(_ path: String) async throws -> JSONValue {
      try Session.value(in: try await client.send(.init("GET", path)))
    }
    let status = try await value(Route.status)
    let tickets = try await value(Route.query(Route.tickets, [("state", openStates), ("limit", String(mostCases))]))
    let findings = try await value(Route.query(Route.findings, [("state", liveStates), ("limit", String(mostCases))]))
    let record = JSONValue.object([
      .init("schema", .string("forewarn.top/1")), .init("status", status),
      .init("tickets", .array(tickets.items(at: "items"))), .init("findings", .array(findings.items(at: "items"))),
    ])
    return Array(record.description.utf8)
  }

  private static let openStates = "open,proposed,acknowledged,on_hold"
  private static let liveStates = "suspected,confirmed,known"

  private static func ask(_ client: ControlClient, _ view: inout TopView) async throws {
    let status = try Session.decode(StatusReport.self, from: try await client.send(.init("GET", Route.status)))
    func items(_ route: String, _ states: String) async throws -> [JSONValue] {
      let query = Route.query(route, [("state", states), ("limit", String(mostCases))])
      return try Session.items(in: try await client.send(.init("GET", query)))
    }
    view.take(
      status: status, tickets: try await items(Route.tickets, openStates),
      findings: try await items(Route.findings, liveStates), at: StandardStreams.now())
  }

  private func carryOut(_ effect: TopView.Effect, _ client: ControlClient, _ view: inout TopView) async {
    do {
      switch effect {
      case .quit, .refresh: break
      case .show(let noun, let id):
        let route = Route.object(noun == "ticket" ? Route.tickets : Route.findings, id)
        let body = try await client.send(.init("GET", route))
        var screen = output.screen()
        screen.width = TerminalMode.size()?.width ?? 80
        view.take(
          page: noun == "ticket"
            ? TicketPage.text(try Session.decode(Ticket.self, from: body), on: screen)
            : try FindingShow.page(body, on: screen))
      case .acknowledge(let ticket):
        _ = try await client.send(.init("POST", Route.object(Route.tickets, ticket) + "/ack"))
        view.take(remark: "\(ticket) is acknowledged")
      }
    } catch let error as ControlError {
      view.take(remark: error.message)
    } catch {
      view.take(remark: "\(error)")
    }
  }
}
