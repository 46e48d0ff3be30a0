import Foundation
import Rig
import Testing

/// A reload takes everything or nothing, tells what wants a restart, and costs the stream nothing.
@Suite(.serialized) struct ReloadTests {
  @Test func `twenty reloads under full load, every other one faulty, lose and repeat nothing`() async throws {
    let fleet = try await RecordedFleet(devices: 1000, days: 8, seed: 3)
    let expected = Tally(replay: try JSON(parsing: try await fleet.replay().standardOutput))
    let profiles = try ScratchFolder()
    try profiles.takeShippedProfiles()
    let site = try await Installation.started(
      ["clock: event"], profiles: profiles.path, broker: .init(isPersistent: true))
    let shipped = try await site.list("profile").count
    let dot = try String(contentsOfFile: "\(Installation.shippedProfiles)/echo-dot-5.yaml", encoding: .utf8)
    // What is kept of each device gets other columns, and its old ones back.
    let rule = "all: [{signal: free_memory_mb, min_below: 5}, {event: kernel_panic, count: 2}]"
    let wider = dot.replacing("\nmodes:\n", with: "\nmodes:\n  - {id: low-memory, onset: {\(rule)}}\n")
    #expect(wider != dot)
    let publisher = try await fleet.beginPublishing(to: site.broker)
    for number in 1...20 {
      _ = try await site.tally(of: fleet.messages * number / 25, within: .seconds(60))
      let isSound = number % 2 == 1
      let lamp = RecoveryTests.lamp.replacing("Lamp", with: "Lamp \(number)")
      try profiles.write(isSound ? lamp : lamp.replacing("minor", with: "so-so"), to: "lamp-1.yaml")
      if isSound { try profiles.write(number % 4 == 1 ? wider : dot, to: "echo-dot-5.yaml") }
      let mode = number % 4 == 1 ? "off" : "propose"
      try site.daemon.reconfigure { $0.lines = ["clock: event", "care: {mode: \(isSound ? mode : "perhaps")}"] }
      let reload = try await site.daemon.forewarn("profile", "reload")
      #expect(reload.status == (isSound ? 0 : 2), "\(number): \(reload)")
      // Whatever came of it, it is a whole: the title and the mode of one and the same reload.
      let sound = isSound ? number : number - 1
      #expect(try await site.json("profile", "show", "lamp-1")["title"] == .text("Lamp \(sound)"))
      let status = try await site.json("status", status: isSound ? 0 : 1)
      #expect(status["care"]?["mode"] == .text(sound % 4 == 1 ? "off" : "propose"))
    }
    try await fleet.finish(publisher)
    #expect(try await site.list("profile").count == shipped + 1)
    #expect(try await site.tallyAtRest(of: fleet.messages) == expected)
    site.daemon.kill()
    try profiles.write(RecoveryTests.lamp, to: "lamp-1.yaml")
    try site.daemon.reconfigure { $0.lines = ["clock: event"] }
    try await site.daemon.start()
    #expect(try await site.tallyAtRest(of: fleet.messages) == expected)
  }

  @Test func `what can change at once does, and what can't is named in the answer and in the log`() async throws {
    let site = try await Installation.started(["clock: event"])
    try site.daemon.reconfigure {
      $0.lines = ["clock: wall", "lateness_days: 9", "log_level: debug", "care: {mode: send}"]
      $0.brokerLines = ["client_id: another", #"also_subscribe: ["site/#"]"#]
    }
    let reload = try await site.json("profile", "reload")
    #expect(reload["changed"] == .flag(false))
    #expect(
      reload["applied"] == .list([.text("broker.also_subscribe"), .text("care.mode"), .text("log_level")]))
    #expect(
      reload["need_restart"] == .list([.text("broker.client_id"), .text("clock"), .text("lateness_days")]))
    #expect(
      site.daemon.standardError.contains(
        #"these keys take effect only after a restart keys="broker.client_id, clock, lateness_days""#))
    #expect(try await site.json("status")["care"]?["mode"] == .text("send"))
    #expect(try await site.json("status")["clock_kind"] == .text("event"))
    // Subscribed without a new connection; retained, as the daemon may not have asked for it yet.
    try await site.broker.publish("x", to: "site/a", retained: true)
    #expect(try await site.tally(of: 1) == Tally(quarantined: 1))
    #expect(try await site.json("status")["broker"]?["reconnects"] == .number(0))

    // They are named as long as they differ; a faulty file changes nothing and says where.
    #expect(try await site.json("profile", "reload")["applied"] == .list([]))
    try site.daemon.reconfigure { $0.lines = ["care: {mode: never}"] }
    let refused = try await site.daemon.forewarn("profile", "reload")
    #expect(refused.status == 2 && refused.standardError.contains("care.mode: expected one of"))
    #expect(try await site.json("status", status: 1)["care"]?["mode"] == .text("send"))
  }

  @Test func `when care is no longer sent, the offers that stand are withdrawn`() async throws {
    let fleet = try await RecordedFleet.withBadBatch()
    let site = try await Installation.started(["clock: event", "care: {mode: send}"])
    try await fleet.publish(to: site.broker)
    _ = try await site.tallyAtRest(of: fleet.messages)
    try await fleet.closeLastBuckets(of: site)
    try await wait(for: "offers stand at the broker", within: .seconds(20)) {
      try await !site.retained("cmd/forewarn/+/+/care").isEmpty
    }
    let tickets = try await site.list("ticket")
    #expect(tickets.count > 10)
    // The profile that decided is named in what it decided.
    let revisions = Set(try await site.list("profile").compactMap { $0["revision"]?.text })
    #expect(tickets.allSatisfy { revisions.contains($0["profile"]?.text ?? "") })
    let findings = try await site.list("finding")
    #expect(findings.allSatisfy { revisions.contains($0["profile"]?.text ?? "") })

    try site.daemon.reconfigure { $0.lines = ["clock: event", "care: {mode: propose}"] }
    site.daemon.reload()
    try await wait(for: "no offer stands any more", within: .seconds(20)) {
      try await site.retained("cmd/forewarn/+/+/care").isEmpty
    }
    try site.daemon.reconfigure { $0.lines = ["clock: event", "care: {mode: send}"] }
    site.daemon.reload()
    try await wait(for: "the offers stand again", within: .seconds(20)) {
      try await !site.retained("cmd/forewarn/+/+/care").isEmpty
    }
  }
}
