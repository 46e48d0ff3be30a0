import ArgumentParser
import ControlProtocol
import Terminal

struct WaitTicket: AsyncParsableCommand {
  /// A bucket's closing makes tickets: nobody waits for the moment.
  private static let interval = Duration.milliseconds(500)

  static let configuration = CommandConfiguration(
    commandName: "ticket", abstract: "Wait until there is a ticket that someone may act on, and print its id.",
    discussion: Help.discussion(
      "--timeout is for the whole wait. Exit status 1 if the time is over before.",
      examples: [
        "forewarn wait ticket --timeout 10m", "forewarn ticket show $(forewarn wait ticket)",
        "forewarn wait ticket --quiet && forewarn ticket list",
      ]))

  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let deadline = ContinuousClock.now + .seconds(min(connection.timeout.value, 1e9))
    let session = Session(connection, output)
    let path = Route.query(Route.tickets, [("state", "open,proposed"), ("limit", "1")])
    repeat {
      let body = try await session.get(path)
      if case .string(let id)? = try Session.items(in: body).first?["id"] {
        if !output.quiet { try session.show(body) { _, _ in id + "\n" } }
        return
      }
      try await Task.sleep(for: Self.interval)
    } while ContinuousClock.now < deadline
    output.remark("there is no ticket yet")
    throw Failure.silently(.negative)
  }
}
