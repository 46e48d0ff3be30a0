import ArgumentParser
import ControlProtocol
import Terminal

struct ImpactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "impact", abstract: "Whether care helps: devices that got it against those held out by lot.",
    discussion: Help.discussion(
      """
      While care.mode is send, a share of the devices whose care is due for a finding (holdout_share of the profile's mode, \
      5 %; never of a critical one) gets none. Contacts of customers and failures since then are compared; the intervals are \
      90 %. Where one holds 0, the answer isn't known yet, and what it would take is said.
      """,
      examples: [
        "forewarn impact",
        "forewarn impact --product echo-dot-5 --failure-mode wifi-dropout -o json",
        "forewarn impact --watch --every 1h",
      ]))

  @Option(help: "The product's id (default: all).") var product: String?
  @Option(help: "The failure mode's id (default: all).") var failureMode: String?
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    let path = Route.query(Route.impact, [("product", product), ("failure_mode", failureMode)])
    try await session.show(path, watching) { body, screen in
      ImpactPage.text(
        try Session.decode(ImpactReport.self, from: body), withHeaders: !output.noHeaders, on: screen)
    }
  }
}
