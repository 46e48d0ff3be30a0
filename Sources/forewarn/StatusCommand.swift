import ArgumentParser
import ControlProtocol
import Terminal

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "How the gateway is: problems first, then figures.",
    discussion: Help.discussion(
      "Exit status: 0 ready, 1 starting or degraded, 3 not reachable.",
      examples: [
        "forewarn status", "forewarn status -o json", "forewarn status --quiet || systemctl status forewarnd",
      ]))

  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  /// A daemon that was just started needs a moment before it listens.
  private static let patienceSeconds = 2.0

  func run() async throws {
    var session = Session(connection, output)
    session.client.patienceSeconds = min(Self.patienceSeconds, connection.timeout.value)
    if watching.watch {
      return try await session.watch(every: watching.every) {
        try await session.get(Route.status)
      } page: { body, screen in
        StatusPage.text(try Session.decode(StatusReport.self, from: body), on: screen)
      }
    }
    let body = try await session.get(Route.status)
    let status = try Session.decode(StatusReport.self, from: body)
    if !output.quiet { try session.show(body) { _, screen in StatusPage.text(status, on: screen) } }
    guard status.state == .ready else { throw Failure.silently(.negative) }
  }
}
