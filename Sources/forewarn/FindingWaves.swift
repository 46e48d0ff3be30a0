import ArgumentParser
import ControlProtocol
import FoundationEssentials
import Terminal
import Vocabulary

struct FindingWaves: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waves", abstract: "How a finding's tickets are let out, and what each wave showed.",
    discussion: Help.discussion(
      """
      A canary first, then waves that grow, each when the last was watched long enough, enough of it is judged (a \
      verdict, or the new firmware runs), and few of those were for nothing. With care.mode: send waves begin by \
      themselves, with propose an operator lets each out.
      """,
      examples: [
        "forewarn finding waves F-17",
        "forewarn finding waves F-17 -o json",
        "forewarn finding waves F-17 --watch --every 1m",
      ]))

  @Argument(help: "The finding's id.") var id: String
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    try await session.show(Route.action(Route.findings, id, "waves"), watching) { body, screen in
      WavesPage.text(try Session.decode(CampaignItem.self, from: body), on: screen)
    }
  }
}

struct FindingRelease: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Let the next wave of a finding's tickets out.",
    discussion: Help.discussion(
      "Refused while the last wave hasn't shown enough, or the finding is paused; --force lets it out all the same.",
      examples: [
        "forewarn finding release F-17",
        "forewarn finding release F-17 --force --reason \"seen on the bench\"",
        "forewarn finding release F-17 -o json",
      ]))

  @Argument(help: "The finding's id.") var id: String
  @Flag(help: "Whatever the last wave showed.") var force = false
  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws { try await Self.release(id, force, remarks, Session(connection, output)) }

  static func release(_ id: String, _ force: Bool, _ remarks: Remarks, _ session: Session) async throws {
    let request = ActionRequest(reason: remarks.reason, note: remarks.note, force: force)
    let body = [UInt8](try JSONEncoder().encode(request))
    let answer = try await session.client.send(
      .init("POST", Route.action(Route.findings, id, "release"), body: body))
    guard !session.output.isTable || !session.output.quiet else { return }
    try session.show(answer) { body, screen in
      WavesPage.text(try Session.decode(CampaignItem.self, from: body), on: screen)
    }
  }
}

struct FindingAck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ack", abstract: "Take note of findings: they are told again when they spread.",
    discussion: Help.discussion(
      "A finding spreads when enough devices fail in a batch, firmware or region where they hadn't.",
      examples: [
        "forewarn finding ack F-17",
        "forewarn finding ack F-17 --reason \"firmware team is on it\"",
        "forewarn finding ack F-17 F-18 -o ndjson",
      ]),
    aliases: ["acknowledge"])

  @OptionGroup var selection: FindingSelection

  func run() async throws { try await selection.run("ack") }
}

struct FindingPause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Let no further tickets of findings out.",
    discussion: Help.discussion(
      "What is out stays out. Tickets go on being proposed.",
      examples: [
        "forewarn finding pause F-17",
        "forewarn finding pause F-17 --reason \"spares have run out\"",
        "forewarn finding pause F-17 F-18 -o ndjson",
      ]))

  @OptionGroup var selection: FindingSelection

  func run() async throws { try await selection.run("pause", undoneBy: "resume") }
}

struct FindingResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on letting tickets of findings out.",
    discussion: Help.discussion(
      examples: [
        "forewarn finding resume F-17",
        "forewarn finding resume F-17 --reason \"spares are here\"",
        "forewarn finding resume F-17 -o json",
      ]))

  @OptionGroup var selection: FindingSelection

  func run() async throws { try await selection.run("resume", undoneBy: "pause") }
}

struct FindingLimit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limit", abstract: "How many tickets of a finding are let out a day.",
    discussion: Help.discussion(
      "Instead of care.waves.limit_a_day. A day is one of UTC, by the clock of the evidence.",
      examples: [
        "forewarn finding limit F-17 50",
        "forewarn finding limit F-17 0 --reason \"no spares\"",
        "forewarn finding limit F-17 1000 -o json",
      ]))

  @Argument(help: "The finding's id.") var id: String
  @Argument(help: "Tickets a day.") var count: Int
  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if count < 0 { throw ValidationError("a limit is 0 or more tickets a day") }
  }

  func run() async throws {
    let request = ActionRequest(reason: remarks.reason, note: remarks.note, limit: count)
    try await CaseAction(
      noun: "finding", verb: "limit", collection: Route.findings, request: request, target: nil, undo: { _, _ in nil }
    ).run(on: [id], Session(connection, output))
  }
}
