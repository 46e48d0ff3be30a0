import ArgumentParser
import ControlProtocol
import Terminal
import Vocabulary

extension RejectionReason: ExpressibleByArgument {}

struct QuarantineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Messages that couldn't be used, kept with their reason.",
    discussion: Help.discussion(
      examples: ["forewarn quarantine list --reason schema", "forewarn quarantine retry 17 18"]),
    subcommands: [QuarantineList.self, QuarantineShow.self, QuarantineRetry.self, QuarantineDrop.self],
    aliases: ["quarantines"])
}

struct QuarantineList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What is in quarantine, and why.",
    discussion: Help.discussion(
      examples: ["forewarn quarantine list", "forewarn quarantine list --reason unknown_product --limit 20 -o ndjson"]),
    aliases: ["ls"])

  @Option(help: "Why the message couldn't be used.") var reason: RejectionReason?
  @OptionGroup var limit: Limit
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(
      .quarantine, Route.quarantine, filters: [("reason", reason?.rawValue)], limit: limit)
  }
}

struct QuarantineShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One message: topic, reason and payload.",
    discussion: Help.discussion(
      examples: ["forewarn quarantine show 17", "forewarn quarantine show 17 -o json"]))

  @Argument(help: "The message's number.") var id: String
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    try session.show(try await session.get(Route.object(Route.quarantine, id))) { body, screen in
      let value = try Session.value(in: body)
      // The bytes in base 64 say nothing to people where the text does.
      let omitted: Set<String> = value.text(at: "payload") == nil ? [] : ["payload_b64"]
      return FieldsPage.text(value, omitting: omitted, on: screen)
    }
  }
}

struct QuarantineRetry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Take messages as if they came now, with their own time.",
    discussion: Help.discussion(
      "Exit status 1 if one of them is given up again.",
      examples: ["forewarn profile reload && forewarn quarantine retry 17", "forewarn quarantine retry 17 18 -o json"]))

  @OptionGroup var messages: CaseIDs
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await QuarantineAction(verb: "retry").run(on: messages.ids, Session(connection, output))
  }
}

struct QuarantineDrop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop", abstract: "Forget messages for good.",
    discussion: Help.discussion(
      "They stay counted as quarantined. This can't be undone.",
      examples: ["forewarn quarantine drop 17", "forewarn quarantine drop 17 18 19"]))

  @OptionGroup var messages: CaseIDs
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await QuarantineAction(verb: "drop").run(on: messages.ids, Session(connection, output))
  }
}
