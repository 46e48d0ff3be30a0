import ArgumentParser
import ControlProtocol
import Terminal

struct BatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch", abstract: "Production batches: where, of what and when their devices were made.",
    discussion: Help.discussion(
      examples: [
        "forewarn batch import batches.csv",
        "forewarn batch list --component-lot CEC-7781",
        "forewarn batch show FTV4KM-2024-W18",
      ]),
    subcommands: [BatchList.self, BatchShow.self, BatchImport.self], aliases: ["batches"])
}

struct BatchList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Batches, narrowed by their facts.",
    discussion: Help.discussion(
      examples: [
        "forewarn batch list --product fire-tv-stick-4k-max",
        "forewarn batch list --supplier Acme -o ndjson",
        "forewarn batch list -l 'manufactured>2025-01-01' --sort-by -manufactured",
      ]),
    aliases: ["ls"])

  @Option(help: "The product's id.") var product: String?
  @Option(help: "The factory.") var factory: String?
  @Option(help: "The supplier.") var supplier: String?
  @Option(help: "A lot of components that went into it.") var componentLot: String?
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(
      .batches, Route.batches,
      filters: [
        ("product", product), ("factory", factory), ("supplier", supplier), ("component_lot", componentLot),
      ], selection)
  }
}

struct BatchShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One batch: its facts, its devices and the findings about it.",
    discussion: Help.discussion(
      examples: [
        "forewarn batch show FTV4KM-2024-W18",
        "forewarn batch show W18 --product echo-dot-5 -o json",
        "forewarn batch show FTV4KM-2024-W18 --json component_lots",
      ]))

  @Argument(help: "The batch's id.", completion: LiveIDs.completion) var id: String
  @Option(help: "The product's id, where several use the same batch id.") var product: String?
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let path = Route.query(Route.object(Route.batches, id), [("product", product)])
    try await Session(connection, output).showFields(path, watching)
  }
}

struct BatchImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Tell the gateway what the supply chain knows of batches.",
    discussion: Help.discussion(
      """
      A CSV whose header has product, batch and any of factory, line, supplier, manufactured, component_lots, with ; \
      between lots. All lines are taken or none: with a fault in any of them, every fault is named and the exit status \
      is 1. A file may have 32 MB; larger ones are sent in parts, each with the header.
      """,
      examples: [
        "forewarn batch import batches.csv",
        "forewarn batch import --dry-run batches.csv",
        "forewarn batch import batches.csv -o json",
      ]))

  @OptionGroup var table: FactsImport
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws { try await table.run(Route.batchImport, connection, output) }
}
