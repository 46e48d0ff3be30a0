import Foundation
import Rig
import Vocabulary

/// A broker and a daemon of their own, as a small site has them, and what a test does with the two.
struct Installation {
  let broker: Mosquitto
  let daemon: DaemonProcess

  static let shippedProfiles = "\(Executable.packageFolder)/Firmware-Profiles"

  /// - Parameter lines: of the configuration, at its top level.
  /// - Parameter web: where the dashboard listens; nowhere by default.
  static func started(
    _ lines: [String] = [], profiles: String = shippedProfiles, broker settings: Mosquitto.Settings = .init(),
    web: String? = nil
  ) async throws -> Installation {
    let broker = try await Mosquitto.start(settings)
    return Installation(
      broker: broker,
      daemon: try await DaemonProcess.started(
        .init(brokerURL: broker.url, profiles: profiles, lines: lines, httpListen: web ?? "")))
  }

  func publish(
    _ payload: String, from device: String, of product: String = "echo-dot-5", as leaf: String = "report"
  ) async throws {
    try await broker.publish(payload, to: "dt/forewarn/\(product)/\(device)/\(leaf)", retained: leaf == "state")
  }

  /// Where all messages ended, once so many were received.
  func tally(of received: Int, within limit: Duration = .seconds(20)) async throws -> Tally {
    try await answer(
      within: limit, else: { "forewarnd has received \(received) messages\n\(daemon.standardError)" }
    ) {
      guard let status = try await daemon.status() else { throw RigError("forewarnd is gone\n\(daemon.standardError)") }
      return status.messages.received >= received ? Tally(status.messages) : nil
    }
  }

  /// The same, once nothing more comes in: for streams of which messages may come twice. Where it is known how many of them must
  /// be `applied` nothing is over before: on a busy machine a stream may well pause for as long as a look at it takes.
  func tallyAtRest(
    of received: Int, applied: Int = 0, within limit: Duration = .seconds(60)
  ) async throws -> Tally {
    try await wait(for: "\(applied) applied messages", within: limit) {
      try await tally(of: received, within: limit).applied >= applied
    }
    var last = try await tally(of: received, within: limit)
    var unchanged = 0
    return try await answer(within: limit, every: .milliseconds(100), else: { "no message comes in any more" }) {
      let next = try await tally(of: received, within: limit)
      unchanged = next == last ? unchanged + 1 : 0
      last = next
      return unchanged >= 5 ? next : nil
    }
  }

  /// What a command prints with `-o json`.
  func json(_ arguments: String..., status: Int32 = 0) async throws -> JSON {
    let run = try await CommandRun.built("forewarn", ["--socket", daemon.socketPath] + arguments + ["-o", "json"])
    guard run.status == status else {
      throw RigError("\(run.commandLine): \(run.exitStatus)\n\(run.standardOutput)\(run.standardError)")
    }
    return try JSON(parsing: run.standardOutput)
  }

  /// The whole list, of which a default limit would show a part.
  func list(_ noun: String, _ filters: String...) async throws -> [JSON] {
    let run = try await CommandRun.built(
      "forewarn", ["--socket", daemon.socketPath, noun, "list", "--limit", "100000", "-o", "json"] + filters)
    return try JSON(parsing: try run.succeeded().standardOutput)["items"]?.items ?? []
  }

  /// What the broker holds for later subscribers, by topic.
  func retained(_ filter: String) async throws -> [String: String] {
    let options = ["-V", "5", "-t", filter, "--retained-only", "-W", "1", "-F", "%t %p"]
    // Status 27: the second is over, which is how it is meant to end.
    let heard = try await CommandRun.system("mosquitto_sub", broker.clientArguments + options)
    guard heard.status == 0 || heard.status == 27 else { throw RigError("\(heard)") }
    let pairs = heard.standardOutput.split(separator: "\n").map { line in
      (String(line.prefix { $0 != " " }), String(line.drop { $0 != " " }.dropFirst()))
    }
    return Dictionary(pairs, uniquingKeysWith: { _, last in last })
  }

  /// An answer of the database itself, from SQLite's own program.
  func sql(_ statement: String) async throws -> CommandRun {
    try await CommandRun.system("sqlite3", [databasePath, statement])
  }

  var databasePath: String { "\(daemon.stateDirectory)/cases.db" }
}

/// The gateway's own clock.
func wallClock() -> EventTime { EventTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

/// A report of an Echo Dot that all is well.
func report(
  at time: EventTime = wallClock(), sequence: Int? = nil, boot: String = "b1", extra: String = ""
) -> String {
  let identity = sequence.map { #", "seq": \#($0), "boot": "\#(boot)""# } ?? ""
  let signals = #""firmware": "3.2.0", "signals": {"wifi_rssi_dbm": -61.5}"#
  return #"{"ts": \#(time.milliseconds)\#(identity), \#(signals)\#(extra)}"#
}

extension ScratchFolder {
  /// A copy of the shipped profiles, to be changed.
  func takeShippedProfiles() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: Installation.shippedProfiles) {
      let file = "\(Installation.shippedProfiles)/\(name)"
      try write(String(contentsOfFile: file, encoding: .utf8), to: name)
    }
  }
}
