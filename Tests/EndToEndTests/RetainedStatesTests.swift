import Foundation
import Rig
import Testing

/// Retained states come once: not at each start, but whenever the store doesn't have what its session has delivered.
struct RetainedStatesTests {
  private func siteWithStates(_ count: Int) async throws -> Installation {
    let site = try await Installation.started()
    for number in 1...count { try await publishState(of: "A\(number)", to: site) }
    #expect(try await site.tally(of: count) == Tally(applied: count))
    return site
  }

  private func publishState(of device: String, to site: Installation) async throws {
    try await site.publish(#"{"batch": "ED5-2024-W07", "region": "US-FL"}"#, from: device, as: "state")
  }

  /// After a start, once a message of its own has come through: whatever was to come before it has come.
  private func tallyAfterStart(
    of site: Installation, with device: String, received: Int, state: String = "ready"
  ) async throws -> Tally {
    try await site.daemon.start(until: [state])
    try await publishState(of: device, to: site)
    return try await site.tallyAtRest(of: received)
  }

  @Test func `after a stop and after a kill none comes again`() async throws {
    let site = try await siteWithStates(5)
    try await site.daemon.stop()
    #expect(try await tallyAfterStart(of: site, with: "B1", received: 6) == Tally(applied: 6))
    site.daemon.kill()
    #expect(try await tallyAfterStart(of: site, with: "B2", received: 7) == Tally(applied: 7))
  }

  @Test func `when the broker has lost the session all of them come, and are known`() async throws {
    let site = try await siteWithStates(5)
    try await site.daemon.stop()
    // A clean start under the daemon's client id, as another program or an administrator's hand may do.
    _ = try await CommandRun.system(
      "mosquitto_sub", site.broker.clientArguments + ["-V", "5", "-i", "forewarn", "-t", "nothing", "-E"]
    ).succeeded()
    // A lost session is no small thing: `status` says so for a day.
    #expect(
      try await tallyAfterStart(of: site, with: "B1", received: 11, state: "degraded")
        == Tally(applied: 6, duplicate: 5))
  }

  @Test func `a store that was made anew gets all of them from a session that has delivered them, and only once`()
    async throws
  {
    let site = try await siteWithStates(5)
    try await site.daemon.stop()
    for suffix in ["", "-wal", "-shm"] {
      let path = site.databasePath + suffix
      if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    }
    #expect(try await tallyAfterStart(of: site, with: "B1", received: 6) == Tally(applied: 6))
    #expect(try await site.json("status")["broker"]?["session_present"] == .flag(true))
    #expect(site.daemon.standardError.contains("the broker was asked for all retained states"))
    #expect(try await site.list("device").count == 6)
    try await site.daemon.stop()
    #expect(try await tallyAfterStart(of: site, with: "B2", received: 7) == Tally(applied: 7))
  }

  @Test(arguments: [true, false])
  func `a store put back from a copy gets what it has missed`(inPlace: Bool) async throws {
    let site = try await siteWithStates(3)
    try await site.daemon.stop()
    let copy = try Data(contentsOf: URL(fileURLWithPath: site.databasePath))
    try await site.daemon.start()
    for number in 4...5 { try await publishState(of: "A\(number)", to: site) }
    #expect(try await site.tally(of: 5) == Tally(applied: 5))
    try await site.daemon.stop()
    // Over the old file, or as another file under its name.
    if inPlace {
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: site.databasePath))
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: copy)
      try file.close()
    } else {
      try FileManager.default.removeItem(atPath: site.databasePath)
      try copy.write(to: URL(fileURLWithPath: site.databasePath))
    }
    #expect(
      try await tallyAfterStart(of: site, with: "B1", received: 9) == Tally(applied: 6, duplicate: 3))
    #expect(try await site.list("device").count == 6)
  }

  @Test func `a state comes once though a further filter is subscribed to, and filters that overlap are refused`()
    async throws
  {
    let broker = try await Mosquitto.start()
    let daemon = try DaemonProcess(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles,
        brokerLines: [#"also_subscribe: ["dt/#", "site/#", "site/+/x", "a/#/b"]"#]))
    let check = try await CommandRun.built("forewarnd", ["--check", "--config", daemon.configurationPath])
    #expect(check.status == 1)
    let words = check.standardOutput + check.standardError
    for fault in ["overlaps dt/forewarn/+/+/report", "overlaps site/#", "expected a topic filter such as"] {
      #expect(words.contains(fault), "\(words)")
    }
    try daemon.reconfigure { $0.brokerLines = [#"also_subscribe: ["site/#"]"#] }
    try await daemon.start()
    let site = Installation(broker: broker, daemon: daemon)
    try await publishState(of: "A1", to: site)
    try await broker.publish("x", to: "site/a")
    #expect(try await site.tallyAtRest(of: 2) == Tally(applied: 1, quarantined: 1))

    // A filter that is given up goes from the session as well.
    try await daemon.stop()
    try daemon.reconfigure { $0.brokerLines = [] }
    try await daemon.start()
    try await broker.publish("x", to: "site/a")
    try await publishState(of: "A2", to: site)
    #expect(try await site.tallyAtRest(of: 3) == Tally(applied: 2, quarantined: 1))
  }
}
