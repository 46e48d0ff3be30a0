import FleetSimulation
import Foundation
import Rig
import Vocabulary

/// The fleet of `forewarn simulate` with its defects, as a capture and as the messages that the same command publishes.
struct RecordedFleet {
  let devices: Int
  let days: Int
  let seed: UInt64
  let messages: Int
  let capture: String
  private let folder: ScratchFolder

  private static let start = "2025-06-01"

  /// Twenty thousand messages with a bad batch that is found in the third week: some forty tickets.
  static func withBadBatch() async throws -> RecordedFleet { try await RecordedFleet(devices: 700, days: 28, seed: 5) }

  init(devices: Int, days: Int, seed: UInt64) async throws {
    (self.devices, self.days, self.seed) = (devices, days, seed)
    folder = try ScratchFolder()
    capture = folder.path("fleet.ndjson")
    let options = Self.options(devices: devices, days: days, seed: seed)
    try await CommandRun.built("forewarn", ["simulate", "--out", capture] + options).succeeded()
    messages = try Data(contentsOf: URL(fileURLWithPath: capture)).count { $0 == UInt8(ascii: "\n") }
  }

  private static func options(devices: Int, days: Int, seed: UInt64) -> [String] {
    ["--devices", "\(devices)", "--days", "\(days)", "--seed", "\(seed)", "--start", start, "--quiet"]
  }

  /// Begins to publish everything; who calls waits for its end. Over one connection: what came late and meets a bucket's
  /// closing counts before or after it, so the order has to be that of the capture.
  func beginPublishing(to broker: Mosquitto) async throws -> ChildProcess {
    let options = Self.options(devices: devices, days: days, seed: seed)
    return try await ChildProcess.start(
      Executable.built("forewarn"), ["simulate", "--broker", broker.url, "--connections", "1"] + options,
      outputs: folder.path("simulate"))
  }

  /// Publishes everything; returns when the broker has acknowledged it.
  func publish(to broker: Mosquitto, within limit: Duration = .seconds(60)) async throws {
    try await finish(beginPublishing(to: broker), within: limit)
  }

  func finish(_ publisher: ChildProcess, within limit: Duration = .seconds(60)) async throws {
    let exit = try await publisher.exit(within: limit)
    guard exit == .code(0) else { throw RigError("\(publisher.commandLine): \(exit)\n\(publisher.standardError)") }
  }

  /// What `forewarn replay` makes of the capture.
  func replay(_ options: String...) async throws -> CommandRun {
    let arguments = ["replay", "--clock", "event", "--profiles", Installation.shippedProfiles, "-o", "json", capture]
    return try await CommandRun.built("forewarn", arguments + options, within: .seconds(60)).succeeded()
  }

  /// The end of a stream closes nothing by itself: an event clock waits for what may still come. Ten new
  /// devices, heard two days after the last, bring it to where a replay's end is.
  func closeLastBuckets(of site: Installation) async throws {
    guard let first = EventTime(Self.start) else { throw RigError("\(Self.start) is no date") }
    let time = first + Int64(days + 1) * EventTime.day + EventTime.hour
    for number in 1...Self.devicesThatClose {
      try await site.publish(
        #"{"ts": \#(time.milliseconds)}"#, from: Self.deviceThatCloses(number), of: "fire-tv-cube-3")
    }
  }

  static let devicesThatClose = 10
  static var lastDeviceThatCloses: String { deviceThatCloses(devicesThatClose) }

  private static func deviceThatCloses(_ number: Int) -> String { "Z\(number)" }
}

extension Tally {
  /// Of `forewarn replay -o json`.
  init(replay: JSON) {
    func count(_ fate: String) -> Int { replay["messages"]?[fate]?.number.map { Int($0) } ?? -1 }
    self.init(
      applied: count("applied"), duplicate: count("duplicate"), quarantined: count("quarantined"),
      unconsented: count("unconsented"), late: count("late"))
  }
}

extension Installation {
  /// All cases by id, but for when the wall clock saw them, which no two runs share.
  func cases(_ noun: String) async throws -> [String: JSON] { Self.byID(try await list(noun)) }

  static func byID(_ cases: [JSON]) -> [String: JSON] {
    Dictionary(
      cases.map { ($0["id"]?.text ?? "without an id", $0.without("opened_at", "updated_at")) },
      uniquingKeysWith: { first, _ in first })
  }
}
