import Foundation
import Rig

/// A `forewarnd` with the shipped defaults, on the benchmark's profile and by event time, watched closely enough to say
/// when it was ready and when it was done.
struct MeasuredDaemon {
  /// What the benchmark reads of `GET /v1/status`.
  struct Status: Decodable {
    struct Messages: Decodable {
      var received: Int
      var applied: Int
      var duplicate: Int
      var quarantined: Int
    }
    struct Database: Decodable { var bytes: Int }
    struct Count: Decodable { var live: Int }
    struct Latency: Decodable {
      var p50_seconds: Double
      var p99_seconds: Double
    }
    var state: String
    var messages: Messages
    var devices: Int
    var database: Database
    var tickets: Count
    var findings: Count
    var latency: Latency?
  }

  /// A start or a piece of work: how long it took, and the process at its end.
  struct Moment {
    var seconds: Double
    var usage: ProcessUsage
    var status: Status
  }

  static let profiles = "\(Executable.packageFolder)/Benchmarks/profile"

  private let process: DaemonProcess
  private let outputs: ScratchFolder
  private var child: ChildProcess?
  private var spawned = ContinuousClock.now

  var stateDirectory: String { process.stateDirectory }

  init(brokerURL: String) throws {
    outputs = try ScratchFolder()
    process = try DaemonProcess(.init(brokerURL: brokerURL, profiles: Self.profiles, lines: ["clock: event"]))
  }

  /// Returns when it says `ready`.
  mutating func start(within limit: Duration = .seconds(120)) async throws -> Moment {
    let program = try Executable.built("forewarnd")
    spawned = .now
    child = try await ChildProcess.start(
      program, ["--config", process.configurationPath], outputs: outputs.path("forewarnd"))
    return try await moment(every: .milliseconds(1), within: limit, "ready") { $0.state == "ready" }
  }

  /// Returns when so many messages are received since the state was new; `seconds` are those since the process's start. It is
  /// asked seldom until all but the last are in: each question costs what dozens of messages do.
  func hasReceived(_ count: Int, of expected: Int, within limit: Duration) async throws -> Moment {
    let first = count - expected / 40
    _ = try await moment(every: .milliseconds(50), within: limit, "\(first) messages") {
      $0.messages.applied >= first
    }
    return try await moment(every: .milliseconds(3), within: limit, "\(count) messages") {
      $0.messages.applied >= count
    }
  }

  /// Returns when the broker has taken the last acknowledgement.
  func isSettled(with broker: Mosquitto, after moment: Moment) async throws -> Moment {
    guard let child else { throw RigError("forewarnd was never started") }
    try await wait(for: "the broker has taken all acknowledgements", within: .seconds(60), every: .milliseconds(3)) {
      try SocketQueues.bytesUnread(at: broker.port) == 0
    }
    var end = moment
    end.seconds = (ContinuousClock.now - spawned).seconds
    end.usage = try ProcessUsage.of(child.processID)
    return end
  }

  /// Once its memory falls no more: what start and work needed for a moment is given back in the first pause, a second or
  /// two later.
  func atRest() async throws -> Moment {
    var last = try await look()
    var unchanged = 0
    return try await answer(within: .seconds(60), every: .milliseconds(250), else: { "its memory comes to rest" }) {
      let next = try await look()
      unchanged = next.usage.residentBytes < last.usage.residentBytes ? 0 : unchanged + 1
      last = next
      return unchanged >= 12 ? next : nil
    }
  }

  func look() async throws -> Moment {
    try await moment(every: .milliseconds(1), within: .seconds(60), "an answer") { _ in true }
  }

  /// SIGTERM; it may have a commit of a million devices under way.
  mutating func stop(within limit: Duration = .seconds(60)) async throws {
    guard let child else { return }
    child.signal(SIGTERM)
    let exit = try await child.exit(within: limit)
    self.child = nil
    guard exit == .code(0) else { throw RigError("forewarnd, asked to stop: \(exit)\n\(child.standardError)") }
  }

  private func moment(
    every pause: Duration, within limit: Duration, _ what: String, _ isReached: (Status) -> Bool
  ) async throws -> Moment {
    guard let child else { throw RigError("forewarnd was never started") }
    var last: Status?
    return try await answer(
      within: limit, every: pause,
      else: { "forewarnd: \(what); last \(last.map { "\($0)" } ?? "no answer")\n\(child.standardError)" }
    ) {
      if let exit = child.exitStatus { throw RigError("forewarnd: \(exit)\n\(child.standardError)") }
      guard let reply = try await ControlReply.to("GET", "/v1/status", socket: process.socketPath) else { return nil }
      guard reply.status == 200 else { throw RigError("GET /v1/status: \(reply.status) \(reply.text)") }
      let status = try JSONDecoder().decode(Status.self, from: reply.body)
      last = status
      guard isReached(status) else { return nil }
      let seconds = (ContinuousClock.now - spawned).seconds
      return Moment(seconds: seconds, usage: try ProcessUsage.of(child.processID), status: status)
    }
  }
}
