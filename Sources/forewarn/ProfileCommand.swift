import ArgumentParser
import ControlProtocol
import Terminal

struct ProfileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Firmware profiles: what devices report and what failing means.",
    discussion: Help.discussion(
      examples: [
        "forewarn profile list",
        "forewarn profile check /etc/forewarn/firmware-profiles",
        "forewarn profile reload",
      ]),
    subcommands: [
      ProfileList.self, ProfileShow.self, ProfileCheck.self, ProfileTest.self, ProfileDiff.self, ProfileSuggest.self,
      ProfileReload.self,
    ], aliases: ["profiles"])
}

struct ProfileList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The profiles in use.",
    discussion: Help.discussion(
      examples: [
        "forewarn profile list",
        "forewarn profile list --product echo-dot-5 -o json",
        "forewarn profile list -o wide",
      ]),
    aliases: ["ls"])

  @Option(help: "The product's id.") var product: String?
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(
      .profiles, Route.profiles, filters: [("product", product)], selection)
  }
}

struct ProfileShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "The profile of one product.",
    discussion: Help.discussion(
      examples: [
        "forewarn profile show echo-dot-5",
        "forewarn profile show fire-tv-stick-4k-max -o json",
        "forewarn profile show echo-dot-5 --json modes,revision",
      ]))

  @Argument(help: "The product's id.", completion: LiveIDs.completion) var product: String
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).showFields(Route.object(Route.profiles, product), watching)
  }
}

struct ProfileReload: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reload", abstract: "Read configuration and profiles again: all of it or nothing.",
    discussion: Help.discussion(
      """
      With a fault in any file everything stays as it is, and every fault is named. Keys of the configuration that \
      can't change while the daemon runs are named, too; the stream goes on meanwhile.
      """,
      examples: [
        "forewarn profile reload",
        "forewarn profile check && forewarn profile reload -o json",
        "forewarn profile reload --quiet || journalctl -u forewarnd -n 20",
      ]))

  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    let body = try await session.client.send(.init("POST", Route.profileReload))
    guard !output.isTable || !output.quiet else { return }
    try session.show(body) { body, _ in
      let report = try Session.decode(ReloadReport.self, from: body)
      let change = report.changed ? "reloaded" : "unchanged"
      var lines = ["\(change): \(Phrase.count(report.count, "profile")), revision \(Phrase.printable(report.revision))"]
      if !report.applied.isEmpty { lines.append("changed: \(report.applied.joined(separator: ", "))") }
      if !report.needRestart.isEmpty {
        lines.append("only after a restart: \(report.needRestart.joined(separator: ", "))")
      }
      return lines.joined(separator: "\n") + "\n"
    }
  }
}
