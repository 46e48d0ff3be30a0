import ArgumentParser
import CheckedYAML
import ControlProtocol
import DeviceHistory
import FirmwareProfiles
import Foundation
import Gateway
import Pipeline
import Terminal
import Triage
import Vocabulary

/// `forewarn replay`: the daemon's own pipeline over captured messages, without daemon or broker.
struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Run captured messages through the pipeline and print what it would have raised.",
    discussion: Help.discussion(
      """
      FILE is what `mosquitto_sub -F %J` writes, an object a line with tst, topic and payload (or payload_b64); plain, \
      .gz, or - for standard input. Several files are read one after the other. The same input gives the same output, \
      byte for byte on one machine. Exit status: 0 done, 1 faulty device table, 2 failed, 64 wrong use.
      """,
      examples: [
        "forewarn replay --profiles ./Firmware-Profiles --clock event fleet.ndjson",
        "forewarn replay --config /etc/forewarn/forewarn.yaml sparkplug.ndjson",
        "forewarn replay --clock event --predictions p.csv --as-of every:7 --horizon-days 30 fleet.ndjson.gz",
        "forewarn replay --into /var/lib/forewarn --clock event last-quarter.ndjson.gz",
        "mosquitto_sub -t 'dt/forewarn/#' -W 3600 -F %J | forewarn replay -o json -",
      ]))

  @Argument(help: ArgumentHelp("Captures.", valueName: "file"))
  var files: [String]
  @Option(help: ArgumentHelp("Folder of firmware profiles.", valueName: "folder"))
  var profiles = ProfileCheck.defaultFolder
  @Option(help: ArgumentHelp("Facts of devices, as for `device import`, known from the start.", valueName: "csv"))
  var devices: String?
  @Option(help: ArgumentHelp("Write probabilities to a CSV file.", valueName: "file"))
  var predictions: String?
  @Option(help: "Horizon of the predictions (default: each mode's own).")
  var horizonDays: Double?
  @Option(help: ArgumentHelp("When to predict: a date or time, every:7 (days) or every:6h.", valueName: "time"))
  var asOf: String?
  @OptionGroup var time: CaptureClock
  @Option(
    help: ArgumentHelp(
      "Leave the state in a folder, for a daemon to begin with; nothing is announced of it.",
      valueName: "folder"))
  var into: String?
  @Option(
    name: [.customLong("config"), .customLong("sources")],
    help: ArgumentHelp("Read foreign formats as the `sources` of this configuration file say.", valueName: "file"))
  var config: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if into != nil, predictions != nil { throw ValidationError("--predictions doesn't go with --into.") }
    if files.isEmpty { throw ValidationError("Name at least one capture, or - for standard input.") }
    if asOf != nil, predictions == nil { throw ValidationError("--as-of belongs to --predictions FILE.") }
    if let asOf, PredictionSchedule(asOf, horizonDays: nil) == nil {
      throw ValidationError("--as-of is a date such as 2025-08-01, a time, every:7 or every:6h; not '\(asOf)'.")
    }
    if let horizonDays, !(0.01...3650).contains(horizonDays) {
      throw ValidationError("--horizon-days must be 0.01 to 3650.")
    }
  }

  func run() async throws {
    let catalogue = try Catalogue.forCommand(folder: profiles)
    let sources = try readSources()
    var schedule = PredictionSchedule.never
    if let asOf, let read = PredictionSchedule(asOf, horizonDays: horizonDays) { schedule = read }
    schedule.horizonDays = horizonDays
    let settings = PipelineSettings(root: time.root, history: time.settings, predictions: schedule, sources: sources)
    let facts = try devices.map { try readFacts($0, catalogue) } ?? []
    if let into { return try await fill(into, catalogue, settings, facts) }
    var pipeline = StageLine(catalogue: catalogue, settings: settings)
    for (identity, facts) in facts { _ = pipeline.learn(facts, of: identity) }

    var result = ReplayResult()
    var progress = CaptureProgress(files: files, isQuiet: output.quiet)
    var number = 0
    try Self.forEachDelivery(of: files) { delivery, file, bytes in
      guard let delivery else { return progress.finishFile(file) }
      pipeline.take(delivery, wall: nil)
      progress.count(bytes: bytes ?? 0, at: pipeline.history.now)
      number += 1
      if number % 1000 == 0 { result.add(pipeline.takeYield()) }
    }
    pipeline.finish()
    if predictions != nil, asOf == nil { pipeline.predictAtEnd() }
    result.add(pipeline.takeYield())
    progress.finish()
    if let predictions { try result.write(predictionsTo: predictions) }
    StandardStreams.print(try result.text(output))
  }

  static func forEachDelivery(of files: [String], _ body: (Delivery) throws -> Void) throws {
    try forEachDelivery(of: files) { delivery, _, _ in if let delivery { try body(delivery) } }
  }

  /// With the file, and how many bytes of it were read; at its end without either.
  static func forEachDelivery(
    of files: [String], _ body: (_ delivery: Delivery?, _ file: String, _ bytes: Int64?) throws -> Void
  ) throws {
    let decoder = CaptureLineDecoder()
    for file in files {
      var bytes: Int64 = 0
      try CaptureFile(path: file).forEachLine(read: { bytes = $0 }) { number, line in
        let delivery: Delivery
        do throws(Rejection) {
          delivery = try decoder.delivery(line)
        } catch {
          throw Failure(
            .failed, "\(file):\(number): \(error.detail)",
            advice: "mend or remove the line; captures are what `mosquitto_sub -F %J` writes")
        }
        try body(delivery, file, bytes)
      }
      try body(nil, file, nil)
    }
  }

  /// The same messages into a state directory instead.
  private func fill(
    _ directory: String, _ catalogue: Catalogue, _ settings: PipelineSettings, _ facts: [(DeviceIdentity, Facts)]
  ) async throws {
    let files = files
    let isQuiet = output.quiet
    let outcome: Backfill.Outcome
    do {
      outcome = try await Backfill(directory: directory).fill(catalogue: catalogue, settings: settings, facts: facts) {
        take in
        var progress = CaptureProgress(files: files, isQuiet: isQuiet)
        try Self.forEachDelivery(of: files) { delivery, file, bytes in
          guard let delivery else { return progress.finishFile(file) }
          try take(delivery)
          progress.count(bytes: bytes ?? 0, at: delivery.receivedAt)
        }
        progress.finish()
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(.failed, "\(error)")
    }
    var result = ReplayResult()
    result.add(outcome)
    StandardStreams.print(try result.text(output))
  }

  private func readSources() throws -> [SourceMapping] {
    guard let config else { return [] }
    do throws(YAMLFaults) {
      return try SourceReader.sources(of: YAMLFile(path: config))
    } catch {
      throw Failure(.failed, error.description, advice: "mend it; forewarnd --check reads the whole file")
    }
  }

  private func readFacts(_ path: String, _ catalogue: Catalogue) throws -> [(DeviceIdentity, Facts)] {
    let table = FirmwareProfiles.DeviceImport.parse(csv: try LocalFile.read(path), catalogue: catalogue)
    guard table.faultCount == 0 else {
      for fault in table.faults { StandardStreams.remark("\(path): \(Phrase.printable("\(fault)"))") }
      throw Failure(
        .negative, "\(Phrase.count(table.faultyLines, "faulty line")) in \(path)", advice: "mend them; nothing was read"
      )
    }
    return table.rows
  }
}
