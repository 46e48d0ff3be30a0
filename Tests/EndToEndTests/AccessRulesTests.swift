import Foundation
import Glibc
import Rig
import Testing
import Vocabulary

/// The shipped drop-in and access rules, with the real broker and daemon: no device speaks for another.
struct AccessRulesTests {
  private static let users = ["forewarn": "g", "registry": "r", "A1": "a", "B2": "b"]

  private func guarded() async throws -> Installation {
    let broker = try await Mosquitto.start(.init(access: .shipped(users: Self.users)))
    let folder = try ScratchFolder()
    let file = try folder.write("g\n", to: "password")
    try #require(chmod(file, 0o600) == 0)
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles,
        brokerLines: ["username: forewarn", "password_file: \(file)"], lines: ["care: {mode: send}"]))
    return Installation(broker: broker, daemon: daemon)
  }

  private func login(_ user: String) -> (user: String, password: String) { (user, Self.users[user] ?? "") }

  @Test func `a device reports for itself alone, states come from the registry, and who has no name gets in nowhere`()
    async throws
  {
    let site = try await guarded()
    func say(_ payload: String, _ topic: String, as user: String) async throws {
      try await site.broker.publish(payload, to: topic, login: login(user))
    }
    let state = #"{"batch": "ED5-2024-W07"}"#
    let ts = wallClock().milliseconds
    let check = #"{"ts": \#(ts), "failure_mode": "wifi-dropout", "result": "no_fault"}"#
    try await say(report(sequence: 1), "dt/forewarn/echo-dot-5/A1/report", as: "A1")
    try await say(check, "dt/forewarn/echo-dot-5/A1/diagnosis", as: "A1")
    try await say(state, "dt/forewarn/echo-dot-5/A1/state", as: "registry")
    try await say(#"{"ts": \#(ts), "relative_humidity_pct": 80}"#, "ctx/forewarn/weather/US-FL", as: "registry")
    #expect(try await site.tally(of: 4) == Tally(applied: 4))

    // Each of these is refused by the broker. It tells a client of MQTT 5, and the gateway never hears of it.
    for (payload, topic, user) in [
      (report(sequence: 2), "dt/forewarn/echo-dot-5/A1/report", "B2"),
      (report(sequence: 3), "dt/forewarn/echo-dot-5/A1/report", "registry"),
      (state, "dt/forewarn/echo-dot-5/A1/state", "A1"), (check, "dt/forewarn/echo-dot-5/A1/diagnosis", "B2"),
      (#"{"ts": \#(ts), "device": "A1"}"#, "ctx/forewarn/contact", "A1"),
      (report(sequence: 4), "dt/forewarn/echo-dot-5/A1/report", "forewarn"),
    ] {
      let run = try await site.broker.publish(payload, to: topic, login: login(user))
      #expect(run.standardError.contains("Not authorized"), "\(user) to \(topic): \(run.standardError)")
    }
    await #expect(throws: (any Error).self) {
      try await site.broker.publish(report(sequence: 5), to: "dt/forewarn/echo-dot-5/A1/report")
    }
    try await say(report(sequence: 6), "dt/forewarn/echo-dot-5/B2/report", as: "B2")
    #expect(try await site.tallyAtRest(of: 5) == Tally(applied: 5))
    // The gateway's own figures reach it.
    try await wait(for: "the broker's figures are read", within: .seconds(30)) {
      try await site.daemon.status()?.broker.dropped == 0
    }
  }

  @Test func `a device that subscribes to everything hears its own care offers and nothing else`() async throws {
    let site = try await guarded()
    let folder = try ScratchFolder()
    func listener(_ user: String, _ filters: [String]) async throws -> ChildProcess {
      let (name, password) = login(user)
      let arguments =
        site.broker.clientArguments + ["-u", name, "-P", password, "-V", "5", "-q", "1", "-F", "%t", "-d"]
        + filters.flatMap { ["-t", $0] }
      let child = try await ChildProcess.start(
        // Its lines as they come, not when a buffer is full.
        Executable.system("stdbuf"), ["-oL", "mosquitto_sub"] + arguments, outputs: folder.path(user))
      try await wait(for: "\(user) has subscribed", within: .seconds(10)) {
        child.standardOutput.contains("Subscribed")
      }
      return child
    }
    let curious = try await listener("A1", ["dt/#", "ctx/#", "evt/#", "cmd/#", "$SYS/#"])
    let gateway = try await listener("forewarn", ["dt/forewarn/#"])
    try await site.broker.publish(
      report(sequence: 1), to: "dt/forewarn/echo-dot-5/B2/report", login: login("B2"))
    try await site.broker.publish("offer", to: "cmd/forewarn/echo-dot-5/B2/care", login: login("forewarn"))
    try await site.broker.publish("offer", to: "cmd/forewarn/echo-dot-5/A1/care", login: login("forewarn"))
    // The broker keeps the order: what A1 was to hear of the others would be there by now.
    try await wait(for: "A1 hears its offer", within: .seconds(10)) {
      curious.standardOutput.contains("cmd/forewarn/echo-dot-5/A1/care")
    }
    try await wait(for: "the gateway's user hears the report", within: .seconds(10)) {
      gateway.standardOutput.contains("dt/forewarn/echo-dot-5/B2/report")
    }
    let heard = curious.standardOutput.split(separator: "\n").filter { $0.hasPrefix("dt/") || $0.hasPrefix("cmd/") }
    #expect(Set(heard) == ["cmd/forewarn/echo-dot-5/A1/care"])
    // With its slashes: the client id that mosquitto_sub draws may hold the two letters.
    #expect(!curious.standardOutput.contains("/B2/"))
    curious.endNow()
    gateway.endNow()
  }
}
