import ArgumentParser
import ControlProtocol
import Terminal
import Vocabulary

struct FindingCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finding", abstract: "Defects found in cohorts of devices.",
    discussion: Help.discussion(examples: [
      "forewarn finding list",
      "forewarn finding show F-17",
      "forewarn finding waves F-17",
    ]),
    subcommands: [
      FindingList.self, FindingShow.self, FindingConfirm.self, FindingClear.self, FindingAck.self, FindingWaves.self,
      FindingRelease.self, FindingPause.self, FindingResume.self, FindingLimit.self,
    ], aliases: ["findings"])
}

struct FindingList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Findings, narrowed by their fields.",
    discussion: Help.discussion(
      """
      RATE RATIO compares the cohort with other devices of the same days and places (90 % interval). --state and \
      --cause take several words with commas between them.
      """,
      examples: [
        "forewarn finding list --state confirmed,known",
        "forewarn finding list --product echo-dot-5 --cause firmware -o json",
        "forewarn finding list -l 'failures>20' --sort-by -rate_ratio",
      ]),
    aliases: ["ls"])

  @Option(help: "Where the finding stands.") var state: Choices<Finding.State>?
  @Option(help: "The product's id.") var product: String?
  @Option(help: "The failure mode's id.") var failureMode: String?
  @Option(help: "What it is put down to.") var cause: Choices<Cause>?
  @Option(help: "The cohort's batch.") var batch: String?
  @Option(help: "The cohort's firmware.") var firmware: String?
  @Option(help: "The cohort's region.") var region: String?
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(
      .findings, Route.findings,
      filters: [
        ("state", state?.query), ("product", product), ("failure_mode", failureMode), ("cause", cause?.query),
        ("batch", batch), ("firmware", firmware), ("region", region),
      ], selection)
  }
}

struct FindingShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One finding: which devices, how much worse, and why that is the cause.",
    discussion: Help.discussion(examples: [
      "forewarn finding show F-17",
      "forewarn finding show F-17 -o json",
      "forewarn finding show F-17 --json explanation,candidates",
    ]))

  @Argument(help: "The finding's id.", completion: LiveIDs.completion) var id: String
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    try await session.show(Route.object(Route.findings, id), watching, page: FindingShow.page)
  }

  /// The page of the daemon's answer.
  static func page(_ body: [UInt8], on screen: Screen) throws -> String {
    let value = try Session.value(in: body)
    var tickets: (open: Int, closed: Int)?
    if let open = value.number(at: "tickets.open"), let closed = value.number(at: "tickets.closed") {
      tickets = (Int(open), Int(closed))
    }
    let batch = try Session.decode(BatchOfFinding.self, from: body).facts
    return FindingPage.text(
      try Session.decode(Finding.self, from: body), tickets: tickets, batch: batch, on: screen)
  }
}

private struct BatchOfFinding: Decodable {
  var facts: BatchItem?
  private enum CodingKeys: String, CodingKey { case facts = "batch_facts" }
}

struct FindingConfirm: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm", abstract: "Hold findings for real: tickets may come from them.",
    discussion: Help.discussion(
      examples: [
        "forewarn finding confirm F-17",
        "forewarn finding confirm F-17 --reason \"seen on the bench\"",
        "forewarn finding confirm F-17 F-18 --quiet",
      ]))

  @OptionGroup var selection: FindingSelection

  func run() async throws { try await selection.run("confirm", to: .confirmed, undoneBy: "clear") }
}

struct FindingClear: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clear", abstract: "Declare findings over or mistaken.",
    discussion: Help.discussion(
      examples: [
        "forewarn finding clear F-17",
        "forewarn finding clear F-17 --reason \"firmware withdrawn\"",
        "forewarn finding clear F-17 -o json",
      ]))

  @OptionGroup var selection: FindingSelection

  func run() async throws { try await selection.run("clear", to: .cleared) }
}
