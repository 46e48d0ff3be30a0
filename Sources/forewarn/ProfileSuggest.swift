import ArgumentParser
import CheckedYAML
import ControlProtocol
import DefectModel
import DeviceHistory
import FirmwareProfiles
import Foundation
import Pipeline
import Synchronization
import Terminal
import Vocabulary

/// `forewarn profile suggest`: risk factors that captures say are worth it, as a patch for a person to take.
struct ProfileSuggest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suggest", abstract: "Propose risk factors of a failure mode from captures.",
    discussion: Help.discussion(
      """
      FILE is a capture as for `forewarn replay`. Every signal, event and time since of the profile is tried with bins \
      that the first two thirds of the onsets choose and the last third judges; what it prints is for a person to read, \
      put into the profile and check. Nothing is changed. The same input gives the same output.
      """,
      examples: [
        "forewarn profile suggest --product echo-dot-5 --mode wifi-dropout --clock event fleet.ndjson.gz",
        "forewarn profile suggest --product echo-dot-5 --mode wifi-dropout -o json last-quarter.ndjson",
        "forewarn profile suggest --product echo-dot-5 --mode reboot-loop -o csv *.ndjson.gz",
      ]))

  @Argument(help: ArgumentHelp("Captures.", valueName: "file")) var files: [String]
  @Option(help: "The product's id.") var product: String
  @Option(help: "The failure mode.") var mode: String
  @Option(help: ArgumentHelp("Folder of firmware profiles.", valueName: "folder"))
  var profiles = ProfileCheck.defaultFolder
  @OptionGroup var time: CaptureClock
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if files.isEmpty { throw ValidationError("Name at least one capture, or a pipe's file.") }
    if files.contains("-") { throw ValidationError("The captures are read three times: name files, not -.") }
  }

  func run() async throws {
    let catalogue = try Catalogue.forCommand(folder: profiles)
    let (profile, mode) = try find(catalogue)
    guard mode.factors.count < FactorBins.most else {
      throw Failure(
        .failed, "\(self.mode) has \(FactorBins.most) factors already, the most there may be",
        advice: "take one out of the profile, then ask again")
    }
    let reading = CaptureReading(
      files: files, catalogue: catalogue, profile: profile,
      settings: PipelineSettings(root: time.root, history: time.settings))
    let candidates = FactorCandidates(profile: profile, mode: mode, values: try reading.signalValues())
    let suggestion = try FactorSuggestion(mode: mode, candidates: candidates) { try reading.tables(of: $0) }
    StandardStreams.print(
      try SuggestionPage(product: product, mode: mode, source: profile.source, suggestion: suggestion).text(output))
  }

  private func find(_ catalogue: Catalogue) throws -> (FirmwareProfile, FailureMode) {
    let own = catalogue.profiles.filter { $0.product.text == product }
    guard !own.isEmpty else {
      let known = Set(catalogue.profiles.map(\.product.text)).sorted().joined(separator: ", ")
      throw Failure(.failed, "no firmware profile describes \(product)", advice: "there are \(known)")
    }
    for profile in own {
      if let mode = profile.modes.first(where: { $0.id.text == mode && $0.id != FailureMode.silent }) {
        return (profile, mode)
      }
    }
    let modes = Set(own.flatMap(\.modes).map(\.id).filter { $0 != FailureMode.silent }.map(\.text)).sorted()
    throw Failure(
      .failed, "\(product) has no failure mode \(mode) that factors could be found for",
      advice: "it has \(modes.joined(separator: ", "))")
  }
}

/// The captures, read through the stages as `forewarn replay` does.
struct CaptureReading {
  let files: [String]
  let catalogue: Catalogue
  let profile: FirmwareProfile
  let settings: PipelineSettings

  /// Of each signal a sample of its values, the first and then every k-th, sorted.
  func signalValues() throws -> [Symbol: [Double]] {
    let samples = Mutex<[Symbol: SignalSample]>([:])
    let product = profile.product
    try read(
      [profile],
      Onlooker(report: { report, identity in
        guard identity.product == product else { return }
        samples.withLock { samples in
          for signal in report.signals { samples[signal.name, default: SignalSample()].add(signal.value) }
        }
      }))
    return samples.withLock { $0.mapValues { $0.values.sorted() } }
  }

  /// Evidence of some modes that differ in their factors alone, in their order.
  func tables(of modes: [FailureMode]) throws -> [FactorTable] {
    let numbers = Dictionary(uniqueKeysWithValues: modes.enumerated().map { ($1.id, $0) })
    let tables = Mutex([FactorTable](repeating: FactorTable(), count: modes.count))
    var watched = profile
    watched.modes = modes
    let product = profile.product
    try read(
      [watched],
      Onlooker(evidence: { evidence in
        guard evidence.mode.product == product, let number = numbers[evidence.mode.mode] else { return }
        tables.withLock { $0[number].add(evidence) }
      }))
    return tables.withLock { $0 }
  }

  private func read(_ profiles: [FirmwareProfile], _ onlooker: Onlooker) throws {
    var line = StageLine.watching(profiles, catalogue: catalogue, settings: settings, onlooker: onlooker)
    var number = 0
    try Replay.forEachDelivery(of: files) { delivery in
      line.take(delivery, wall: nil)
      number += 1
      if number % 1000 == 0 { _ = line.takeYield() }
    }
    line.finish()
  }
}

/// Every k-th value, k doubling as there are more: the same values for the same stream, and no more than fit.
private struct SignalSample {
  private static let most = 1 << 16
  private(set) var values: [Double] = []
  private var step = 1
  private var seen = 0

  mutating func add(_ value: Double) {
    defer { seen += 1 }
    guard seen % step == 0 else { return }
    values.append(value)
    guard values.count == Self.most else { return }
    values = values.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    step *= 2
  }
}
