import ArgumentParser
import ControlProtocol
import Terminal

struct DeviceErase: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Forget a device: every byte of it, for good.",
    discussion: Help.discussion(
      """
      Withdraws its care offer at the broker and removes it from the database, the quarantine, the journal and the outbox. \
      Its tickets stay as figures under a random name. A keyed hash of the id stays, so that the erasure outlives the \
      restore of an older backup. When the device speaks again it is a stranger; with --refuse nothing of it is heard until \
      its customer agrees. The id must be typed again, or --yes given.
      """,
      examples: [
        "forewarn device erase G0911",
        "forewarn device erase G0911 --refuse --yes -o json",
        "forewarn device erase G0911 --yes",
      ]))

  @Argument(help: "The device's id.") var id: String
  @Flag(help: "The customer also refuses telemetry from now on.") var refuse = false
  @Flag(name: [.customShort("y"), .long], help: "Don't ask for the id again.") var yes = false
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let session = Session(connection, output)
    if !yes {
      StandardStreams.remark("All of \(Phrase.printable(id)) is erased for good. Type its id to go on:")
      guard readLine() == id else {
        throw Failure(.usage, "nothing was erased: the id wasn't typed again", advice: "with --yes nothing is asked")
      }
    }
    let path = Route.query(
      Route.action(Route.devices, id, "erase"), [("refuse", refuse ? "true" : nil)])
    let body = try await session.client.send(.init("POST", path))
    guard output.isTable else { return StandardStreams.print(try session.machine(body)) }
    guard !output.quiet else { return }
    let report = try Session.decode(ErasureReport.self, from: body)
    let name = Phrase.printable(report.device)
    if report.alreadyErased { return StandardStreams.print("\(name): was erased before\n") }
    let hearing = report.refuses ? "it isn't heard until its customer agrees" : "if it speaks again it is a stranger"
    StandardStreams.print(
      "\(name): erased, with \(Phrase.count(report.reports, "report"))"
        + " and \(Phrase.count(report.tickets, "ticket")); \(hearing)\n")
    if let topic = report.stateTopic {
      output.remark(
        "what a registry left at the broker isn't ours; to clear it: mosquitto_pub -r -n -t '\(Phrase.printable(topic))'"
      )
    }
  }
}

struct DeviceExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "All that is kept of a device, for its customer.",
    discussion: Help.discussion(
      """
      One JSON object: facts, record, tickets with their history, contacts, diagnoses, quarantine, predictions, outbox and \
      journal. A table would leave things out: the default is JSON here.
      """,
      examples: [
        "forewarn device export G0911 > G0911.json",
        "forewarn device export G0911 -o ndjson",
        "forewarn device export G0911 --json tickets",
      ]))

  @Argument(help: "The device's id.") var id: String
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var output = output
    if output.isTable { output.format = .json }
    let session = Session(connection, output)
    StandardStreams.print(try session.machine(try await session.get(Route.action(Route.devices, id, "export"))))
  }
}
