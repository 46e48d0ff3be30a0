import ArgumentParser
import Vocabulary

/// Fields that narrow tickets down: of a list, or of what an action is for.
struct TicketFilters: ParsableArguments {
  @Option(help: "Where the ticket stands.") var state: Choices<Ticket.State>?
  @Option(help: "What it asks for.") var kind: Choices<Ticket.Kind>?
  @Option(help: "How bad the failure is.") var severity: Choices<Severity>?
  @Option(help: "The device's id.") var device: String?
  @Option(help: "The product's id.") var product: String?
  @Option(help: "The device's batch.") var batch: String?
  @Option(help: "The device's firmware.") var firmware: String?
  @Option(help: "The device's region.") var region: String?
  @Option(help: "The customer's id.") var customer: String?
  @Option(help: "The failure mode's id.") var failureMode: String?
  @Option(help: "The finding that the ticket came from.") var finding: String?
  @Option(help: "Who answers for it.") var owner: String?
  @Option(help: "The owner's queue.") var queue: String?
  @Flag(help: "Only those to which nobody answered in time.") var overdue = false

  var query: [(name: String, value: String?)] {
    [
      ("state", state?.query), ("kind", kind?.query), ("severity", severity?.query), ("device", device),
      ("product", product), ("batch", batch), ("firmware", firmware), ("region", region), ("customer", customer),
      ("failure_mode", failureMode), ("finding", finding), ("owner", owner), ("queue", queue),
      ("overdue", overdue ? "true" : nil),
    ]
  }

  var given: [(name: String, value: String?)] { query.filter { $0.value != nil } }
}
