import ArgumentParser
import ControlProtocol
import Terminal

struct DeviceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device", abstract: "Single devices: what is known of them and how likely they fail.",
    discussion: Help.discussion(
      examples: [
        "forewarn device list --batch FTV4KM-2024-W18",
        "forewarn device show G0911",
        "forewarn device import devices.csv",
      ]),
    subcommands: [
      DeviceList.self, DeviceShow.self, DeviceScoreCommand.self, DeviceImport.self, DeviceErase.self,
      DeviceExportCommand.self, DeviceDiagnose.self,
    ], aliases: ["devices"])
}

struct DeviceList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Devices, narrowed by their facts.",
    discussion: Help.discussion(
      examples: [
        "forewarn device list --product echo-dot-5 --limit 20",
        "forewarn device list --customer c-8842 -o ndjson",
        "forewarn device list -l 'last_heard<-7d' -o name",
      ]),
    aliases: ["ls"])

  @Option(help: "The product's id.") var product: String?
  @Option(help: "The batch.") var batch: String?
  @Option(help: "The firmware last reported.") var firmware: String?
  @Option(help: "The region.") var region: String?
  @Option(help: "The customer's id.") var customer: String?
  @OptionGroup var selection: ListOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await Session(connection, output).list(
      .devices, Route.devices,
      filters: [
        ("product", product), ("batch", batch), ("firmware", firmware), ("region", region), ("customer", customer),
      ], selection)
  }
}

struct DeviceShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One device: its facts, failure modes and tickets.",
    discussion: Help.discussion(examples: [
      "forewarn device show G0911",
      "forewarn device show G0911 -o json",
      "forewarn device show G0911 -o wide",
    ]))

  @Argument(help: "The device's id.", completion: LiveIDs.completion) var id: String
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    try await session.show(Route.object(Route.devices, id), watching) { body, screen in
      DevicePage.text(try Session.decode(DeviceDetail.self, from: body), on: screen)
    }
  }
}

struct DeviceScoreCommand: AsyncParsableCommand {
  enum Humidity: String, ExpressibleByArgument, CaseIterable {
    case humid, dry
  }

  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "How likely a device fails, as things are or in a scenario.",
    discussion: Help.discussion(
      "Each percentage is the probability of at least one onset within the days named, with its 90 % interval.",
      examples: [
        "forewarn device score G0911", "forewarn device score G0911 --horizon-days 30 --humidity humid",
        "forewarn device score G0911 --firmware 3.2.1 -o json",
      ]))

  @Argument(help: "The device's id.", completion: LiveIDs.completion) var id: String
  @Option(help: ArgumentHelp("Look so far ahead (default: each failure mode's own).", valueName: "days"))
  var horizonDays: Double?
  @Option(help: "Assume such weather throughout.") var humidity: Humidity?
  @Option(help: "Assume the device had this firmware.") var firmware: String?
  @OptionGroup var watching: WatchOptions
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let horizonDays, !(horizonDays > 0 && horizonDays <= 3650) {
      throw ValidationError("--horizon-days must be above 0 and at most 3650")
    }
  }

  func run() async throws {
    let session = Session(connection, output)
    let path = Route.query(
      Route.action(Route.devices, id, "score"),
      [
        ("horizon_days", horizonDays.map { String($0) }), ("humidity", humidity?.rawValue), ("firmware", firmware),
      ])
    try await session.show(path, watching) { body, screen in
      ScorePage.text(try Session.decode(DeviceScore.self, from: body), on: screen)
    }
  }
}

struct DeviceImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Tell the gateway what a registry knows of devices.",
    discussion: Help.discussion(
      """
      A CSV whose header has device, product and any of batch, factory, manufactured, activated, firmware, region, \
      carrier, customer, locale, consent_telemetry, consent_contact, retired_at. All lines are taken or none: with a \
      fault in any of them, every fault is named and the exit status is 1. With --returns the file holds what a \
      workbench found: device,date,failure_mode, the mode found or none. A file may have 32 MB; larger ones are sent \
      in parts, each with the header.
      """,
      examples: [
        "forewarn device import registry.csv", "forewarn device import --dry-run registry.csv",
        "forewarn device import --returns rma-2025-11.csv",
        "sqlite3 -csv -header crm.db 'select …' | forewarn device import -",
      ]))

  @OptionGroup var table: FactsImport
  @Flag(help: "The file holds what a workbench found in returned devices.") var returns = false
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await table.run(returns ? Route.deviceReturns : Route.deviceImport, connection, output)
  }
}
