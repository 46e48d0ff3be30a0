import ArgumentParser
import ControlProtocol
import FoundationEssentials
import Terminal
import Vocabulary

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Why: the terms behind a ticket, device or finding; what a key means.",
    discussion: Help.discussion(
      "Each term is shown as a bar of its logarithm: terms add, and a factor of 2 twice is a factor of 4.",
      examples: [
        "forewarn explain ticket T-128", "forewarn explain device G0911 --failure-mode hdmi-cec-failure",
        "forewarn explain finding F-17", "forewarn explain field refractory_days",
      ]), subcommands: [ExplainTicket.self, ExplainDevice.self, ExplainFinding.self, ExplainField.self])
}

struct ExplainDevice: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device", abstract: "What makes a device likely to fail, and what would change that.",
    discussion: Help.discussion(
      examples: [
        "forewarn explain device G0911",
        "forewarn explain device G0911 --failure-mode silent -o json",
        "forewarn explain device G0911 --failure-mode wifi-dropout",
      ]))

  @Argument(help: "The device's id.") var id: String
  @Option(name: [.long, .customLong("mode")], help: "The failure mode (default: the likeliest).")
  var failureMode: String?
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    let body = try await session.get(Route.action(Route.devices, id, "explanation"))
    let explanation = try Session.decode(DeviceExplanation.self, from: body)
    if let failureMode, !explanation.modes.contains(where: { $0.failureMode == failureMode }) {
      throw Failure(
        .noSuchObject, "\(id) is not watched for \(failureMode)",
        advice: "its failure modes: \(explanation.modes.map(\.failureMode).joined(separator: ", "))")
    }
    try session.show(body) { _, screen in
      let mode = failureMode.flatMap { name in explanation.modes.first { $0.failureMode == name } }
      return ExplainPage.text(explanation, mode ?? explanation.modes.first, on: screen)
    }
  }
}

struct ExplainTicket: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ticket", abstract: "Why a ticket was made, and what would change the decision.",
    discussion: Help.discussion(examples: [
      "forewarn explain ticket T-128",
      "forewarn explain ticket T-128 -o json",
      "forewarn explain ticket T-128 | less",
    ]))

  @Argument(help: "The ticket's id, or its beginning.") var id: String
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  private struct Reply: Encodable {
    var schema = "forewarn.explain.ticket/1"
    var ticket: Ticket
    @NullEncoded var device: DeviceExplanation.Mode?
  }

  func run() async throws {
    let session = Session(connection, output)
    let ticket = try Session.decode(Ticket.self, from: try await session.get(Route.object(Route.tickets, id)))
    let mode = try await explanation(of: ticket, session)
    let body = try OwnJSON.bytes(Reply(ticket: ticket, device: mode))
    try session.show(body) { _, screen in ExplainPage.text(ticket, mode, on: screen) }
  }

  /// `nil` for a device that was erased or can't be judged.
  private func explanation(of ticket: Ticket, _ session: Session) async throws -> DeviceExplanation.Mode? {
    do {
      let path = Route.action(Route.devices, ticket.device, "explanation")
      return try Session.decode(DeviceExplanation.self, from: try await session.get(path)).modes
        .first { $0.failureMode == ticket.failureMode.text }
    } catch ControlError.problem {
      return nil
    }
  }
}

struct ExplainFinding: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finding", abstract: "What a finding rests on, and what would change it.",
    discussion: Help.discussion(examples: [
      "forewarn explain finding F-17",
      "forewarn explain finding F-17 -o json",
      "forewarn explain finding F-17 --color always | less -R",
    ]))

  @Argument(help: "The finding's id, or its beginning.") var id: String
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  private struct Reply: Encodable {
    var schema = "forewarn.explain.finding/1"
    var finding: Finding
    var grounds: FindingGrounds
  }

  func run() async throws {
    let session = Session(connection, output)
    let finding = try Session.decode(Finding.self, from: try await session.get(Route.object(Route.findings, id)))
    let grounds = try Session.decode(
      FindingGrounds.self, from: try await session.get(Route.action(Route.findings, finding.id, "grounds")))
    let body = try OwnJSON.bytes(Reply(finding: finding, grounds: grounds))
    try session.show(body) { _, screen in ExplainPage.text(finding, grounds, on: screen) }
  }
}

struct ExplainField: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "field", abstract: "What a key of a profile or of the configuration means.",
    discussion: Help.discussion(
      "The whole key, its end, or where it begins. Without a key: all of them.",
      examples: [
        "forewarn explain field refractory_days", "forewarn explain field modes.costs",
        "forewarn explain field care.mode -o json",
      ]))

  @Argument(help: "The key.") var key: String?
  @OptionGroup var output: OutputOptions

  private struct Reply: Encodable {
    var schema = "forewarn.explain.field/1"
    var items: [FieldGuide.Entry]
  }

  func run() async throws {
    let entries = key.map(FieldGuide.entries(for:)) ?? FieldGuide.all
    guard !entries.isEmpty else {
      let near = FieldGuide.nearest(to: key ?? "")
      throw Failure(
        .noSuchObject, "no key is called \(key ?? "")",
        advice: near.isEmpty
          ? "forewarn explain field lists all" : "did you mean \(near.joined(separator: " or "))?")
    }
    guard output.isTable else {
      let body = try OwnJSON.bytes(Reply(items: entries))
      return StandardStreams.print(
        try output.bytes(of: body))
    }
    StandardStreams.print(Self.text(entries, on: output.screen()))
  }

  static func text(_ entries: [FieldGuide.Entry], on screen: Screen) -> String {
    entries.map { entry in
      var lines = [screen.painted(entry.key, .strong) + " (\(entry.file.rawValue))"]
      lines += Layout.wrapped(entry.words, width: screen.width, indent: "  ")
      let figures = [("type", entry.type), ("default", entry.standard), ("range", entry.range)]
      for (name, value) in figures where !value.isEmpty {
        lines += Layout.field("  " + name, value, width: screen.width, column: 12)
      }
      return lines.joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }
}
