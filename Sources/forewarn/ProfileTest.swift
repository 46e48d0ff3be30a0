import ArgumentParser
import ControlProtocol
import DeviceHistory
import FirmwareProfiles
import Foundation
import Pipeline
import Terminal
import Vocabulary

struct ProfileTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "What a changed profile would have raised over a capture.",
    discussion: Help.discussion(
      """
      Runs the profiles in use and the same with the changed file over captured messages (as for forewarn replay) and \
      tells which findings and tickets are new, gone, earlier or later. Ended tickets, from --closed or the daemon, tell \
      what would have been missed, what raised for nothing, and how long before the end. Exit status: 1 if something \
      that was found before is missed.
      """,
      examples: [
        "forewarn profile test new.yaml --against fleet.ndjson.gz",
        "forewarn profile test new.yaml --profiles ./Firmware-Profiles --clock event --against june.ndjson july.ndjson",
        "forewarn ticket list --state closed -o ndjson > closed.ndjson",
        "forewarn profile test new.yaml --against fleet.ndjson --closed closed.ndjson -o json",
      ]))

  @Argument(help: ArgumentHelp("The changed profile, or several.", valueName: "file")) var profile: [String]
  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("Captures, as mosquitto_sub -F %J writes them.", valueName: "file"))
  var against: [String]
  @Option(help: ArgumentHelp("Folder of the profiles in use.", valueName: "folder"))
  var profiles = ProfileCheck.defaultFolder
  @Option(help: ArgumentHelp("Facts of devices, as for `device import`.", valueName: "csv")) var devices: String?
  @OptionGroup var time: CaptureClock
  @Option(help: ArgumentHelp("Ended tickets: ticket list -o ndjson (or json).", valueName: "file")) var closed: String?
  @OptionGroup var connection: Connection
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if profile.isEmpty { throw ValidationError("Name the changed profile.") }
    if against.isEmpty { throw ValidationError("Name at least one capture with --against.") }
  }

  func run() async throws {
    let changed = try ChangedProfiles(folder: profiles, changed: profile)
    for (new, old) in changed.replaced {
      output.remark(old.isEmpty ? "\(new): added" : "\(new): in place of \(old.joined(separator: ", "))")
    }
    let ended = try await endedTickets()
    let settings = PipelineSettings(root: time.root, history: time.settings)
    var lines = [
      BacktestLine(StageLine(catalogue: changed.old, settings: settings)),
      BacktestLine(StageLine(catalogue: changed.new, settings: settings)),
    ]
    if let devices {
      let table = try LocalFile.read(devices)
      for index in lines.indices { try lines[index].learn(table, devices) }
    }
    var progress = CaptureProgress(files: against, isQuiet: output.quiet)
    try Replay.forEachDelivery(of: against) { delivery, file, bytes in
      for index in lines.indices { lines[index].take(delivery) }
      if bytes == nil { progress.finishFile(file) } else { progress.count(bytes: bytes ?? 0) }
    }
    for index in lines.indices { lines[index].finish() }
    progress.finish()
    let result = Backtest(
      profiles: profile, modesBegunAnew: changed.modesBegunAnew, before: lines[0].run, after: lines[1].run,
      closed: ended)
    StandardStreams.print(try BacktestPage.bytes(result, output))
    if result.misses { throw Failure.silently(.negative) }
  }

  /// From the file, else from the daemon if it is there.
  private func endedTickets() async throws -> [Ticket]? {
    if let closed {
      do {
        return try Self.tickets(in: try LocalFile.read(closed))
      } catch let error as DecodingError {
        throw Failure(
          .failed, "\(closed) holds no tickets: \(error)", advice: "write it with: forewarn ticket list -o ndjson")
      }
    }
    guard access(connection.socketPath, F_OK) == 0 else { return nil }
    do {
      let path = Route.query(Route.tickets, [("state", "resolved,closed"), ("limit", "100000")])
      return try Self.tickets(in: try await connection.client.send(.init("GET", path)))
    } catch let error as ControlError {
      output.remark("ended tickets are left out, since the daemon doesn't answer: \(error.message)")
      return nil
    }
  }

  /// A list as JSON, or a ticket a line.
  static func tickets(in bytes: [UInt8]) throws -> [Ticket] {
    struct List: Decodable { var items: [Ticket] }
    let decoder = JSONDecoder()
    do {
      return try decoder.decode(List.self, from: Data(bytes)).items
    } catch DecodingError.dataCorrupted {
      // No one document: lines.
    } catch DecodingError.keyNotFound(let key, let context)
      where key.stringValue == "items" && context.codingPath.isEmpty
    {
      // One line.
    }
    return try bytes.split(separator: 0x0a).filter { $0.contains { $0 > 0x20 } }.map {
      try decoder.decode(Ticket.self, from: Data($0))
    }
  }
}

/// One set of profiles on its way through the capture.
private struct BacktestLine {
  var pipeline: StageLine
  var run = BacktestRun()
  private var pending = 0

  init(_ pipeline: StageLine) { self.pipeline = pipeline }

  mutating func learn(_ table: [UInt8], _ name: String) throws {
    let facts = FirmwareProfiles.DeviceImport.parse(csv: table, catalogue: pipeline.catalogue)
    guard facts.faultCount == 0 else {
      throw Failure(
        .negative, "\(name): \(facts.faults.first.map { "\($0)" } ?? "faulty")", advice: "mend it; nothing was read")
    }
    for (identity, facts) in facts.rows { _ = pipeline.learn(facts, of: identity) }
  }

  mutating func take(_ delivery: Delivery?) {
    guard let delivery else { return }
    pipeline.take(delivery, wall: nil)
    pending += 1
    if pending % 1000 == 0 { gather() }
  }

  mutating func finish() {
    pipeline.finish()
    gather()
  }

  private mutating func gather() {
    for change in pipeline.takeYield().changes { run.add(change) }
  }
}
