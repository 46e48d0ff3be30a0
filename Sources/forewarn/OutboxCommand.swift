import ArgumentParser
import ControlProtocol
import Terminal

struct OutboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outbox", abstract: "What forewarn has to say to devices, listeners and webhooks.",
    discussion: Help.discussion(
      examples: [
        "forewarn outbox list --state dead",
        "forewarn outbox retry --all",
        "forewarn outbox list --subject T-128",
      ]),
    subcommands: [OutboxList.self, OutboxRetry.self], aliases: ["outboxes"])
}

/// The words of the control API.
enum OutboxState: String, CaseIterable, Sendable { case pending, dead, delivered }
enum OutboxKind: String, CaseIterable, Sendable { case offer, event, webhook, request }

struct OutboxList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Messages that wait, were given up, or were delivered; the newest first.",
    discussion: Help.discussion(
      """
      STATE is pending, held (care is paused), retrying, dead (given up: see `outbox retry`) or delivered. Delivery is \
      at least once and, of one ticket or finding, in order.
      """,
      examples: [
        "forewarn outbox list --state dead",
        "forewarn outbox list --kind webhook --subject T-128 -o json",
        "forewarn outbox list -l 'attempts>3' --sort-by created_at",
      ]),
    aliases: ["ls"])

  @Option(help: "How its sending stands; held and retrying ones are pending.") var state: Choices<OutboxState>?
  @Option(help: "What it is.") var kind: Choices<OutboxKind>?
  @Option(help: "The ticket or finding that it is about.") var subject: String?
  @Option(help: "The webhook that it is for.") var webhook: String?
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(
      .outbox, Route.outbox,
      filters: [("state", state?.query), ("kind", kind?.query), ("subject", subject), ("webhook", webhook)],
      selection)
  }
}

struct OutboxRetry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Send messages again that were given up or wait for their next try.",
    discussion: Help.discussion(
      "Their tries are counted from the beginning. What was delivered is not sent again.",
      examples: [
        "forewarn outbox retry 17 18",
        "forewarn outbox retry --all",
        "forewarn outbox retry 17 -o json",
      ]))

  @Argument(help: ArgumentHelp("The messages' numbers.", valueName: "id")) var ids: [String] = []
  @Flag(help: "All dead letters.") var all = false
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if all == !ids.isEmpty { throw ValidationError("name the messages by their numbers, or give --all") }
  }

  func run() async throws {
    let session = Session(connection, output)
    guard !all else {
      let body = try await session.client.send(.init("POST", Route.outboxRetry))
      return try tell(body, session)
    }
    for id in ids {
      try tell(try await session.client.send(.init("POST", Route.action(Route.outbox, id, "retry"))), session)
    }
  }

  private func tell(_ body: [UInt8], _ session: Session) throws {
    guard session.output.isTable else { return StandardStreams.print(try session.machine(body)) }
    guard !session.output.quiet else { return }
    let value = try Session.value(in: body)
    if let count = value.number(at: "messages") {
      StandardStreams.print("\(Phrase.count(Int(count), "message")) will be sent again\n")
    } else {
      let id = Phrase.printable(value.text(at: "id") ?? "?")
      StandardStreams.print("\(id): \(Phrase.printable(value.text(at: "state") ?? "?"))\n")
    }
  }
}
