import Foundation
import Rig
import Testing

/// A fleet with a bad batch, all of whose messages the daemon has taken, and a listener for what it tells the world. Made
/// once for a suite, and gone with it.
struct WatchedFleet {
  let site: Installation
  /// `127.0.0.1:PORT` of the dashboard, where the suite asked for it.
  let web: String?
  private let events: ChildProcess

  @TaskLocal static var shared: WatchedFleet?

  static var current: WatchedFleet {
    get throws {
      guard let shared else { throw RigError("the suite lacks the trait .watchedFleet") }
      return shared
    }
  }

  private static func made(in folder: ScratchFolder, hasDashboard: Bool) async throws -> WatchedFleet {
    let fleet = try await RecordedFleet.withBadBatch()
    let web = hasDashboard ? "127.0.0.1:\(try LocalSocket.freePort())" : nil
    let site = try await Installation.started(
      [
        // All tickets at once, and nobody has to answer: waves and clocks have tests of their own.
        "clock: event", "care: {mode: send, waves: {enabled: false}, answer_hours: 8760}",
        "messages: \(Executable.packageFolder)/Messages",
      ], web: web)
    let events = try await ChildProcess.start(
      Executable.system("mosquitto_sub"),
      site.broker.clientArguments + ["-V", "5", "-q", "1", "-t", "evt/forewarn/#", "-F", "%t %p"],
      outputs: folder.path("events"))
    try await fleet.publish(to: site.broker)
    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose, within: .seconds(120))
    return WatchedFleet(site: site, web: web, events: events)
  }

  /// What was published of a ticket, or finding, so far.
  func events(of id: String) throws -> [JSON] {
    let prefix = id.hasPrefix("T-") ? "evt/forewarn/ticket/\(id) " : "evt/forewarn/finding/\(id) "
    return try events.standardOutput.split(separator: "\n").filter { $0.hasPrefix(prefix) }
      .map { try JSON(parsing: String($0.dropFirst(prefix.count))) }
  }

  /// Tickets in that state, of which each test takes one of its own.
  func tickets(_ state: String) async throws -> [String] {
    try await site.list("ticket", "--state", state).compactMap { $0["id"]?.text }
  }

  struct Trait: SuiteTrait, TestScoping {
    var hasDashboard = false

    func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
      let folder = try ScratchFolder()
      let fleet = try await WatchedFleet.made(in: folder, hasDashboard: hasDashboard)
      try await WatchedFleet.$shared.withValue(fleet) { try await function() }
    }
  }
}

extension Trait where Self == WatchedFleet.Trait {
  static var watchedFleet: Self { WatchedFleet.Trait() }
  static var watchedFleetWithDashboard: Self { WatchedFleet.Trait(hasDashboard: true) }
}
