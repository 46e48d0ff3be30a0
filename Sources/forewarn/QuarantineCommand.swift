import ArgumentParser
import ControlProtocol
import Terminal
import Vocabulary

extension RejectionReason: ExpressibleByArgument {}

struct QuarantineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Messages that couldn't be used, kept with their reason.",
    discussion: Help.discussion(
      examples: [
        "forewarn quarantine list --reason schema",
        "forewarn quarantine retry 17 18",
        "forewarn quarantine show 17",
      ]),
    subcommands: [QuarantineList.self, QuarantineShow.self, QuarantineRetry.self, QuarantineDrop.self],
    aliases: ["quarantines"])
}

struct QuarantineList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What is in quarantine, and why.",
    discussion: Help.discussion(
      examples: [
        "forewarn quarantine list",
        "forewarn quarantine list --reason unknown_product --limit 20 -o ndjson",
        "forewarn quarantine list -l 'received_at>-1h' --watch",
      ]),
    aliases: ["ls"])

  @Option(help: "Why the message couldn't be used.") var reason: RejectionReason?
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(
      .quarantine, Route.quarantine, filters: [("reason", reason?.rawValue)], selection)
  }
}

struct QuarantineShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One message: topic, reason and payload.",
    discussion: Help.discussion(
      examples: [
        "forewarn quarantine show 17",
        "forewarn quarantine show 17 -o json",
        "forewarn quarantine show 17 --json topic,payload",
      ]))

  @Argument(help: "The message's number.", completion: LiveIDs.completion) var id: String
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    try await session.show(Route.object(Route.quarantine, id), watching) { body, screen in
      let value = try Session.value(in: body)
      // The bytes in base 64 say nothing to people where the text does.
      let omitted: Set<String> = value.text(at: "payload") == nil ? [] : ["payload_b64"]
      return FieldsPage.text(value, omitting: omitted, on: screen)
    }
  }
}

/// Which messages: some by their numbers, or all, or all of one reason.
struct QuarantineTargets: ParsableArguments {
  @Argument(help: ArgumentHelp("The messages' numbers.", valueName: "id"), completion: LiveIDs.completion)
  var ids: [String] = []
  @Flag(help: "All that are in quarantine.") var all = false
  @Option(help: "With --all: only those kept for this reason.") var reason: RejectionReason?

  func validate() throws {
    if all, !ids.isEmpty { throw ValidationError("give either numbers or --all") }
    if !all, ids.isEmpty { throw ValidationError("name the messages by their numbers, or give --all") }
    if !all, reason != nil { throw ValidationError("--reason goes with --all") }
  }
}

struct QuarantineRetry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Take messages as if they came now, with their own time.",
    discussion: Help.discussion(
      "Exit status 1 if one of them is given up again.",
      examples: [
        "forewarn profile reload && forewarn quarantine retry --all --reason unknown_product",
        "forewarn quarantine retry 17 18 -o json",
        "forewarn quarantine retry 17",
      ]))

  @OptionGroup var messages: QuarantineTargets
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let action = QuarantineAction(verb: "retry")
    guard messages.all else { return try await action.run(on: messages.ids, Session(connection, output)) }
    try await action.runOnAll(Route.quarantineRetry, messages.reason, Session(connection, output))
  }
}

struct QuarantineDrop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop", abstract: "Forget messages for good.",
    discussion: Help.discussion(
      "They stay counted as quarantined. This can't be undone.",
      examples: [
        "forewarn quarantine drop 17 18",
        "forewarn quarantine drop --all --reason syntax",
        "forewarn quarantine drop 17 -o json",
      ]))

  @OptionGroup var messages: QuarantineTargets
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let action = QuarantineAction(verb: "drop")
    guard messages.all else { return try await action.run(on: messages.ids, Session(connection, output)) }
    try await action.runOnAll(Route.quarantineDrop, messages.reason, Session(connection, output))
  }
}
