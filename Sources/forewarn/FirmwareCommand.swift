import ArgumentParser
import ControlProtocol
import Terminal

struct FirmwareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "firmware",
    abstract: "Firmware versions: what runs, which of two fails more often, and may one go on.",
    discussion: Help.discussion(
      examples: [
        "forewarn firmware list --product echo-dot-5",
        "forewarn firmware show 3.2.0 --product echo-dot-5",
        "forewarn firmware compare 3.2.0 3.3.0 --product echo-dot-5",
        "forewarn firmware compare 3.2.0 3.3.0 --product echo-dot-5 --failure-mode wifi-dropout -o json",
        "forewarn firmware gate 3.3.0 --product echo-dot-5",
      ]),
    subcommands: [FirmwareList.self, FirmwareShow.self, FirmwareCompare.self, FirmwareGate.self], aliases: ["firmwares"]
  )
}

struct FirmwareList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Firmware versions that devices run, profiles name, or evidence is of.",
    discussion: Help.discussion(
      "DEVICES are those whose last word on it was that version; RELEASED and FIXES come from the profile's releases.",
      examples: [
        "forewarn firmware list",
        "forewarn firmware list --product fire-tv-stick-4k-max",
        "forewarn firmware list -l 'devices>1000' --sort-by -devices",
      ]),
    aliases: ["ls"])

  @Option(help: "The product's id.") var product: String?
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(.firmwares, Route.firmware, filters: [("product", product)], selection)
  }
}

struct FirmwareShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One firmware version: its devices, its findings, and each failure mode's evidence.",
    discussion: Help.discussion(
      "Device-days and onsets are those of closed buckets, as far back as they are kept (window_days).",
      examples: [
        "forewarn firmware show 3.2.0 --product echo-dot-5",
        "forewarn firmware show 4.0.0 -o json",
        "forewarn firmware show 3.2.0 --product echo-dot-5 --json devices,findings",
      ]))

  @Argument(help: ArgumentHelp("The version.", valueName: "version"), completion: LiveIDs.completion) var id: String
  @Option(help: "The product's id, where several have a version of that name.") var product: String?
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let path = Route.query(Route.object(Route.firmware, id), [("product", product)])
    try await Session(connection, output).showFields(path, watching)
  }
}

struct FirmwareCompare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Whether failure modes set in more or less often on one firmware than on another.",
    discussion: Help.discussion(
      """
      The ratio is that of B's onsets against A's, with its 90 % interval, among devices of the same day, region, \
      carrier, batch and age; the rest is counted as apart. Verdicts: better, worse, cannot_tell (and in how many days a \
      ratio of 1.5 would show with a chance of 90 %, if exposure stays as in the last week), not_identifiable (no such \
      devices had the one and the other).
      """,
      examples: [
        "forewarn firmware compare 3.2.0 3.3.0 --product echo-dot-5",
        "forewarn firmware compare 4.0.0 4.1.0 --product fire-tv-stick-4k-max --failure-mode hdmi-cec-failure",
        "forewarn firmware compare 3.2.0 3.3.0 --product echo-dot-5 --json failure_mode,verdict",
      ]))

  @Argument(help: ArgumentHelp("The firmware to compare with.", valueName: "A")) var first: String
  @Argument(help: ArgumentHelp("The firmware to judge.", valueName: "B")) var second: String
  @Option(help: "The product's id.") var product: String
  @OptionGroup var mode: ModeOption
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if first == second { throw ValidationError("a firmware can only be compared with another; name two versions") }
  }

  func run() async throws {
    let session = Session(connection, output)
    let path = Route.query(
      Route.firmwareComparison,
      [("product", product), ("from", first), ("to", second), ("failure_mode", mode.failureMode)])
    let body = try await session.get(path)
    try session.show(body) { body, screen in
      ComparisonPage.text(
        try Session.decode(ListReply<FirmwareComparisonItem>.self, from: body).items, withHeaders: !output.noHeaders,
        on: screen)
    }
  }
}

/// The failure mode that a report is about.
struct ModeOption: ParsableArguments {
  @Option(name: [.long, .customLong("mode")], help: "The failure mode's id (default: all).") var failureMode: String?
}
