import ArgumentParser
import ControlProtocol
import Terminal
import Vocabulary

struct TicketCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ticket", abstract: "The proactive care of single devices.",
    discussion: Help.discussion(examples: [
      "forewarn ticket list --state open",
      "forewarn ticket show T-128",
      "forewarn ticket resolve T-128 --outcome confirmed",
    ]),
    subcommands: [
      TicketList.self, TicketShow.self, TicketAck.self, TicketOpen.self, TicketHold.self, TicketResolve.self,
      TicketReopen.self,
      TicketCancel.self, TicketNote.self, TicketWatch.self,
    ],
    aliases: ["tickets"])
}

struct TicketList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Tickets, narrowed by their fields.",
    discussion: Help.discussion(
      """
      PROBABILITY is that of at least one onset within DAYS, with its 90 % credible interval. --state, --kind and \
      --severity take several words with commas between them.
      """,
      examples: [
        "forewarn ticket list --state open,acknowledged --severity critical",
        "forewarn ticket list --batch FTV4KM-2024-W18 --kind replacement -o csv",
        "forewarn ticket list --finding F-17 -o json",
      ]),
    aliases: ["ls"])

  @OptionGroup var filter: TicketFilters
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(.tickets, Route.tickets, filters: filter.query, selection)
  }
}

struct TicketShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One ticket: what is likely, why, what to do and what it costs.",
    discussion: Help.discussion(
      "The explanation is in the desk's language (`desk_locale` of the configuration) unless --locale names another.",
      examples: [
        "forewarn ticket show T-128",
        "forewarn ticket show T-128 --locale de -o json",
        "forewarn ticket show T-128 --watch",
      ]))

  @Argument(help: "The ticket's id.", completion: LiveIDs.completion) var id: String
  @Option(help: ArgumentHelp("The explanation's language: en, de, ja, …", valueName: "locale")) var locale: String?
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    try await session.show(Route.query(Route.object(Route.tickets, id), [("locale", locale)]), watching) {
      body, screen in
      TicketPage.text(try Session.decode(Ticket.self, from: body), on: screen)
    }
  }
}

struct TicketWatch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Tickets as they come, change and go: `ticket list --watch`.",
    discussion: Help.discussion(
      examples: [
        "forewarn ticket watch --severity critical",
        "forewarn ticket watch --owner \"factory SZ-3\" | jq .event",
        "forewarn ticket watch -l 'probability>0.8' -o ndjson >> risky.ndjson",
      ]))

  @OptionGroup var filter: TicketFilters
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var selection = selection
    selection.watching.watch = true
    try await Session(connection, output).list(.tickets, Route.tickets, filters: filter.query, selection)
  }
}
