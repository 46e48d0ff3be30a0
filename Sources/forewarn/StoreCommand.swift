import ArgumentParser
import ControlProtocol
import Terminal

struct StoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "The database: its size, its growth, and whether it is whole.",
    discussion: Help.discussion(examples: [
      "forewarn store show", "forewarn store check", "forewarn store show -o json",
    ]),
    subcommands: [StoreShow.self, StoreCheck.self])
}

struct StoreShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "What it takes, how fast it grows, and how long the room is enough.",
    discussion: Help.discussion(examples: [
      "forewarn store show", "forewarn store show -o json", "forewarn store show --json bytes,days_left",
    ]))

  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).show(Route.store, watching) { body, screen in
      StorePage.text(try Session.decode(StoreReport.self, from: body), on: screen)
    }
  }
}

struct StoreCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Have the whole file read and checked, now.",
    discussion: Help.discussion(
      """
      The daemon does it by itself every store.integrity_check_days; the intake goes on meanwhile. Exit status: 0 it is \
      whole, 1 it is damaged.
      """,
      examples: [
        "forewarn store check", "forewarn store check -o json", "forewarn store check --quiet || forewarn doctor",
      ]))

  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var session = Session(connection, output)
    // A large file takes minutes.
    session.client.timeoutSeconds = 1e9
    let body = try await session.client.send(.init("POST", Route.storeCheck))
    let report = try Session.decode(StoreReport.self, from: body)
    if !output.quiet { try session.show(body) { _, screen in StorePage.text(report, on: screen) } }
    guard report.integrity?.faults.isEmpty ?? true else { throw Failure.silently(.negative) }
  }
}
