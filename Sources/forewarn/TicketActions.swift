import ArgumentParser
import ControlProtocol
import Terminal
import Vocabulary

extension Ticket.Outcome: ExpressibleByArgument {}

extension CaseAction {
  fileprivate static func ticket(
    _ verb: String, _ request: ActionRequest, to target: Ticket.State?,
    undo: @escaping (_ id: String, _ before: JSONValue) -> String? = { _, _ in nil }
  ) -> CaseAction {
    CaseAction(
      noun: "ticket", verb: verb, collection: Route.tickets, request: request, target: target?.rawValue, undo: undo)
  }
}

struct TicketAck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ack", abstract: "Take tickets on: someone cares for them now.",
    discussion: Help.discussion(
      "A ticket on hold is taken up again. Acknowledging twice changes nothing.",
      examples: [
        "forewarn ticket ack T-128", "forewarn ticket ack T-128 T-129 --note \"spares ordered\"",
        "forewarn ticket ack --state open --batch FTV4KM-2024-W18 --dry-run",
      ]),
    aliases: ["acknowledge"])

  @OptionGroup var tickets: TicketSelection
  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let request = ActionRequest(reason: remarks.reason, note: remarks.note)
    let action = CaseAction.ticket("ack", request, to: .acknowledged) { id, before in
      before.text(at: "state") == Ticket.State.onHold.rawValue ? "forewarn ticket hold \(id) --reason TEXT" : nil
    }
    try await tickets.run(action, Session(connection, output))
  }
}

struct TicketOpen: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Let proposed tickets out: their care offers go to the devices.",
    discussion: Help.discussion(
      """
      With care.mode: propose, the shipped setting, the daemon only proposes tickets. An offer needs consent too. With \
      --finding the next wave of the finding's tickets is let out, as by `finding release`.
      """,
      examples: [
        "forewarn ticket open --finding F-17", "forewarn ticket open T-128",
        "forewarn ticket open T-128 T-129 --note \"agreed with logistics\"",
      ]))

  @OptionGroup var tickets: TicketSelection
  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    if let finding = tickets.findingAlone {
      return try await FindingRelease.release(finding, false, remarks, Session(connection, output))
    }
    let request = ActionRequest(reason: remarks.reason, note: remarks.note)
    try await tickets.run(CaseAction.ticket("open", request, to: .open), Session(connection, output))
  }
}

struct TicketHold: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Set tickets aside until a day.",
    discussion: Help.discussion(
      "A reason must be given. Without --until a ticket rests for 7 days; then it comes back by itself.",
      examples: [
        "forewarn ticket hold T-128 --until 7d --reason \"waiting for parts\"",
        "forewarn ticket hold T-128 --until 2025-12-01 --reason \"customer is away\"",
        "forewarn ticket hold --batch FTV4KM-2024-W18 --state open --reason \"no spares\" --dry-run",
      ]))

  @Option(help: ArgumentHelp("Until when: a date, an RFC 3339 time, or a time from now such as 7d.", valueName: "time"))
  var until: Moment?
  @OptionGroup var tickets: TicketSelection
  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let request = ActionRequest(reason: remarks.reason, note: remarks.note, until: until?.time.description)
    let action = CaseAction.ticket("hold", request, to: .onHold) { id, _ in "forewarn ticket ack \(id)" }
    try await tickets.run(action, Session(connection, output))
  }
}

struct TicketResolve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Say how tickets ended.",
    discussion: Help.discussion(
      """
      Outcomes: confirmed (the fault was there), no_fault_found, other_cause, cured (a patch helped), declined (the \
      customer didn't want it). A resolved ticket closes by itself after 14 days.
      """,
      examples: [
        "forewarn ticket resolve T-128 --outcome confirmed",
        "forewarn ticket resolve T-128 T-129 --outcome no_fault_found --note \"bench test passed\"",
        "forewarn ticket resolve --finding F-17 --state open --outcome cured --dry-run",
      ]))

  @Option(help: "What was found.") var outcome: Ticket.Outcome
  @OptionGroup var tickets: TicketSelection
  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let request = ActionRequest(reason: remarks.reason, note: remarks.note, outcome: outcome.rawValue)
    let action = CaseAction.ticket("resolve", request, to: .resolved) { id, _ in "forewarn ticket reopen \(id)" }
    try await tickets.run(action, Session(connection, output))
  }
}

struct TicketReopen: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reopen", abstract: "Open resolved or closed tickets again.",
    discussion: Help.discussion(
      examples: [
        "forewarn ticket reopen T-128",
        "forewarn ticket reopen T-128 --reason \"fault came back\"",
        "forewarn ticket reopen --finding F-17 --state resolved --dry-run",
      ]))

  @OptionGroup var tickets: TicketSelection
  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let request = ActionRequest(reason: remarks.reason, note: remarks.note)
    let action = CaseAction.ticket("reopen", request, to: .open) { id, before in
      before.text(at: "outcome").map { "forewarn ticket resolve \(id) --outcome \(Phrase.printable($0))" }
    }
    try await tickets.run(action, Session(connection, output))
  }
}

struct TicketCancel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Withdraw tickets that should not be.",
    discussion: Help.discussion(
      "A cancelled ticket stays cancelled; if the risk stays, a new one may open.",
      examples: [
        "forewarn ticket cancel T-128 --reason \"device was sold\"",
        "forewarn ticket cancel --finding F-17 --reason \"false alarm\" --dry-run",
        "forewarn ticket list -l 'device>=G09' -o name | xargs forewarn ticket cancel --reason \"sold\"",
      ]))

  @OptionGroup var tickets: TicketSelection
  @OptionGroup var remarks: Remarks
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let request = ActionRequest(reason: remarks.reason, note: remarks.note)
    try await tickets.run(CaseAction.ticket("cancel", request, to: .cancelled), Session(connection, output))
  }
}

struct TicketNote: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "Add a note to a ticket's history.",
    discussion: Help.discussion(
      examples: [
        "forewarn ticket note T-128 \"called the customer, no answer\"",
        "forewarn ticket note T-128 \"RMA 4711\" -o json",
        "forewarn ticket note T-128 \"sent by courier\" --quiet",
      ]))

  @Argument(help: "The ticket's id.", completion: LiveIDs.completion) var id: String
  @Argument(help: "What to keep.") var text: String
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await CaseAction.ticket("note", ActionRequest(note: text), to: nil).run(on: [id], Session(connection, output))
  }
}
