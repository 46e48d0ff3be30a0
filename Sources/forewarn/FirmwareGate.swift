import ArgumentParser
import ControlProtocol
import Terminal

struct FirmwareGate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate", abstract: "Whether a firmware's rollout may go on: go, hold or stop.",
    discussion: Help.discussion(
      """
      For a rollout system to ask before each step. Exit status: 0 go, 1 hold (too little is known, or something is \
      suspected), 5 stop. --product may be left out where only one product knows the version.
      """,
      examples: [
        "forewarn firmware gate 3.3.0 --product echo-dot-5",
        "forewarn firmware gate 3.3.0 -o json || exit",
        "forewarn firmware gate 3.3.0 --quiet && ./roll-out-the-next-tenth",
      ]))

  @Argument(help: "The firmware to judge.") var version: String
  @Option(help: "The product's id.") var product: String?
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    let body = try await session.get(
      Route.query(Route.action(Route.firmware, version, "gate"), [("product", product)]))
    let item = try Session.decode(GateItem.self, from: body)
    if !output.isTable || !output.quiet {
      try session.show(body) { _, screen in GatePage.text(item, on: screen) }
    }
    switch item.verdict {
    case "go": return
    case "stop": throw Failure.silently(.stop)
    default: throw Failure.silently(.negative)
    }
  }
}
