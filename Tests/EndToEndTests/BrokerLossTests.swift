import Broker
import Foundation
import Rig
import Testing
import Vocabulary

/// What the broker loses of ours is seen: in `status`, in `doctor`, by the device, and told once.
@Suite(.serialized) struct BrokerLossTests {
  /// It tells its figures every second, and keeps twenty messages for who is away.
  private static let forgetful = Mosquitto.Settings(
    isPersistent: true, lines: ["sys_interval 1", "max_queued_messages 20"])

  @Test func `messages that the broker dropped while we were away degrade the state until someone has seen it`()
    async throws
  {
    let site = try await Installation.started(broker: Self.forgetful)
    try await wait(for: "the broker tells its figure", within: .seconds(15)) {
      try await site.daemon.status()?.broker.dropped != nil
    }
    #expect(try await site.daemon.status()?.state == "ready")
    try await site.daemon.stop()
    let fleet = try Crowd(site.broker)
    try await fleet.publish((0..<200).map { Self.report($0) })
    try await site.daemon.start(until: ["ready", "degraded"])
    try await wait(for: "status tells of the loss", within: .seconds(15)) {
      try await site.daemon.status()?.reasons.contains { $0.contains("the broker dropped messages (1") } ?? false
    }
    let status = try await site.json("status", status: 1)
    let lost = try #require(status["broker"]?["dropped_since"]?.number)
    #expect(lost >= 100 && lost < 200)
    let taken = try await site.tallyAtRest(of: 20)
    #expect(taken.applied == 200 - Int(lost))
    let report = try await site.json("doctor", status: 1)
    let check = report["items"]?.items.first { $0["check"] == .text("broker-dropped") }
    #expect(check?["state"] == .text("fault") && check?["fix"]?.text?.contains("max_queued_messages") == true)

    // Seen to: the old figure is no news any more, after a restart neither.
    _ = try await site.daemon.forewarn("doctor", "--acknowledge")
    try await wait(for: "status is content", within: .seconds(5)) { try await site.daemon.status()?.state == "ready" }
    try await site.daemon.stop()
    try await site.daemon.start()
    try await wait(for: "the figure was heard again", within: .seconds(15)) {
      try await site.daemon.status()?.broker.dropped != nil
    }
    #expect(try await site.daemon.status()?.state == "ready")
    #expect(try await site.json("status")["broker"]?["dropped_since"] == .number(lost))
  }

  @Test func `what a broker dropped before we came is no loss of ours`() async throws {
    let broker = try await Mosquitto.start(Self.forgetful)
    let other = try DaemonProcess(
      .init(brokerURL: broker.url, profiles: Installation.shippedProfiles, brokerLines: ["client_id: other"]))
    try await other.start()
    try await other.stop()
    try await Crowd(broker).publish((0..<100).map { Self.report($0) })
    try await wait(for: "the broker tells what it dropped", within: .seconds(15)) {
      let options = ["-t", "$SYS/broker/publish/messages/dropped", "-C", "1", "-W", "2"]
      let heard = try await CommandRun.system("mosquitto_sub", broker.clientArguments + options)
      return Int(heard.standardOutput.filter(\.isNumber)) ?? 0 >= 80
    }

    let site = Installation(
      broker: broker,
      daemon: try await DaemonProcess.started(
        .init(brokerURL: broker.url, profiles: Installation.shippedProfiles)))
    try await wait(for: "the broker tells its figure", within: .seconds(15)) {
      try await site.daemon.status()?.broker.dropped ?? 0 >= 80
    }
    #expect(try await site.daemon.status()?.state == "ready")
    #expect(try await site.json("status")["broker"]?["dropped_since"] == .number(0))
  }

  @Test func `a session that the broker has forgotten is told, whether we were there or away`() async throws {
    let site = try await Installation.started(broker: .init(isPersistent: false))
    // It is its first: nothing was lost.
    #expect(try await site.json("status")["broker"]?["sessions_lost"] == .number(0))
    for losses in 1...2 {
      if losses == 2 { try await site.daemon.stop() }
      try await site.broker.restart()
      if losses == 2 { try await site.daemon.start(until: ["ready", "degraded"]) }
      try await wait(for: "status tells of the lost session", within: .seconds(20)) {
        try await site.daemon.status().map { status in
          status.broker.connected && status.reasons.contains { $0.contains("the broker had forgotten our session") }
        } ?? false
      }
      #expect(try await site.json("status", status: 1)["broker"]?["sessions_lost"] == .number(Double(losses)))
      let report = try await site.json("doctor", status: 1)
      let check = report["items"]?.items.first { $0["check"] == .text("broker-session") }
      #expect(check?["fix"]?.text?.contains("persistence true") == true)
    }
    _ = try await site.daemon.forewarn("doctor", "--acknowledge")
    #expect(try await site.daemon.status()?.state == "ready")
    #expect(try await site.daemon.forewarn("doctor").status == 0)
  }

  @Test func `missing sequence numbers show at the device, in status and in the check-up`() async throws {
    let site = try await Installation.started()
    for sequence in [1, 2, 6, 7, 5] { try await site.publish(EndToEndTests.report(sequence: sequence), from: "A1") }
    try await site.publish(EndToEndTests.report(sequence: 1), from: "A2")
    #expect(try await site.tally(of: 6) == Tally(applied: 6))
    #expect(try await site.json("device", "show", "A1")["sequence_gaps"] == .number(2))
    #expect(try await site.json("device", "show", "A2")["sequence_gaps"] == .number(0))
    #expect(try await site.json("status")["sequence_gaps"] == .number(2))
    let page = try await site.daemon.forewarn("device", "show", "A1").succeeded().standardOutput
    #expect(page.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("5 reports, 2 missing by their"))
    // On a busy machine it may find others too.
    let report = try await site.json("doctor", status: 1)
    #expect(report["items"]?.items.first { $0["check"] == .text("sequence-gaps") }?["state"] == .text("fault"))
  }

  private static func report(_ number: Int) -> OutgoingPublish {
    OutgoingPublish(
      id: Int64(number), topic: "dt/forewarn/echo-dot-5/A\(number)/report",
      payload: Array(EndToEndTests.report(sequence: 1).utf8))
  }
}
