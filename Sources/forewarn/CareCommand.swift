import ArgumentParser
import ControlProtocol
import FoundationEssentials
import Terminal

struct CareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "care", abstract: "The brake: whether anything may leave the gateway.",
    discussion: Help.discussion(
      examples: [
        "forewarn care status",
        "forewarn care pause --reason \"offers in the wrong language\"",
        "forewarn care resume",
      ]),
    subcommands: [CareShow.self, CarePause.self, CareResume.self])
}

struct CareShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Whether care goes out, and what waits.",
    discussion: Help.discussion(
      """
      Modes are those of care.mode: off (findings alone), propose (an operator lets care out), send. While care is \
      paused, evidence, findings and tickets go on being made, and what they have to say is held.
      """,
      examples: [
        "forewarn care status",
        "forewarn care status -o json",
        "forewarn care status --watch",
      ]))

  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    try await session.show(Route.care, watching) { body, screen in
      CarePage.text(try Session.decode(CareStatus.self, from: body), on: screen)
    }
  }
}

struct CarePause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Stop everything outgoing at once: care offers, events, webhooks.",
    discussion: Help.discussion(
      """
      It holds over restarts, until `forewarn care resume`. Two things still leave: questions to devices that forewarn \
      needs for its evidence, and the withdrawal of the offer of a device that was erased.
      """,
      examples: [
        "forewarn care pause",
        "forewarn care pause --reason \"wrong firmware offered\"",
        "forewarn care pause --quiet",
      ]))

  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await CareAction(path: Route.carePause).run(remarks, Session(connection, output))
  }
}

struct CareResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let go what was held, in order.",
    discussion: Help.discussion(
      "Of several offers that one device would get in a row only the last goes out.",
      examples: [
        "forewarn care resume",
        "forewarn care resume -o json",
        "forewarn care resume --reason \"messages are right again\"",
      ]))

  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await CareAction(path: Route.careResume).run(remarks, Session(connection, output))
  }
}

private struct CareAction {
  var path: String

  func run(_ remarks: Remarks, _ session: Session) async throws {
    let request = [UInt8](try JSONEncoder().encode(ActionRequest(reason: remarks.reason, note: remarks.note)))
    let body = try await session.client.send(.init("POST", path, body: request))
    guard !session.output.isTable || !session.output.quiet else { return }
    try session.show(body) { body, screen in
      CarePage.text(try Session.decode(CareStatus.self, from: body), on: screen)
    }
  }
}
