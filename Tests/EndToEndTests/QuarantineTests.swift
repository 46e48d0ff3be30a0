import Rig
import Testing
import Vocabulary

/// Quarantine in bulk: what a mended profile makes usable, and what is given up.
struct QuarantineTests {
  @Test func `after a mended profile all of one reason are retried, whole arrays too, and the sums stay whole`()
    async throws
  {
    let profiles = try ScratchFolder()
    try profiles.takeShippedProfiles()
    let site = try await Installation.started(profiles: profiles.path)
    // Within the window of one boot.
    for boot in 1...2 {
      try await site.broker.publish(
        lines: (1...600).map { report(sequence: $0, boot: "b\(boot)") }, to: "dt/forewarn/lamp-1/L1/report")
    }
    let now = wallClock().milliseconds
    let array = #"[{"ts": \#(now)}, {"seq": 2}, {"ts": \#(now), "boot": [1]}, {"ts": \#(now)}]"#
    try await site.publish(array, from: "L9", of: "lamp-1")
    try await site.publish(report(extra: #", "device": "B""#), from: "L9", of: "lamp-1")
    try await site.publish("?", from: "A1")
    #expect(try await site.tally(of: 1203) == Tally(quarantined: 1203))

    let early = try await site.daemon.forewarn("quarantine", "retry", "--all", "--reason", "unknown_product")
    #expect(early.status == 1)
    #expect(
      early.standardOutput
        == "1,202 messages retried: 0 applied, 0 duplicate, 0 late, 0 unconsented, 1,202 quarantined again\n")
    #expect(try await site.tally(of: 1203) == Tally(quarantined: 1203))

    try profiles.write(RecoveryTests.lamp, to: "lamp-1.yaml")
    _ = try await site.daemon.forewarn("profile", "reload").succeeded()
    let retried = try await site.json("quarantine", "retry", "--all", "--reason", "unknown_product", status: 1)
    #expect(retried["messages"] == .number(1202) && retried["quarantined"] == .number(1))
    // The array was one message; now it is four reports: one applied, one the same again, two that stay, each by itself.
    #expect(try await site.tally(of: 1206) == Tally(applied: 1201, duplicate: 1, quarantined: 4))
    let left = try await site.list("quarantine")
    #expect(left.count == 4)
    #expect(Set(left.compactMap { $0["reason"]?.text }) == ["identity", "schema", "syntax"])

    #expect(
      try await site.daemon.forewarn("quarantine", "drop", "--all", "--reason", "schema").succeeded().standardOutput
        == "2 messages dropped\n")
    #expect(try await site.list("quarantine").count == 2)
    _ = try await site.daemon.forewarn("quarantine", "drop", "--all").succeeded()
    #expect(try await site.list("quarantine").isEmpty)
    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await site.tally(of: 1206) == Tally(applied: 1201, duplicate: 1, quarantined: 4))
    #expect(try await site.daemon.forewarn("quarantine", "retry").status == 64)
    #expect(try await site.daemon.forewarn("quarantine", "retry", "1", "--all").status == 64)
  }

  @Test func `a contact that comes again is known, before and after a kill`() async throws {
    let site = try await Installation.started()
    try await site.publish(report(sequence: 1), from: "A1")
    let ts = wallClock().milliseconds
    let contact = #"{"ts": \#(ts), "device": "A1", "text": "no sound"}"#
    let check = #"{"ts": \#(ts), "failure_mode": "wifi-dropout", "result": "fault"}"#
    for round in 1...3 {
      try await site.broker.publish(contact, to: "ctx/forewarn/contact")
      try await site.publish(check, from: "A1", as: "diagnosis")
      let expected = Tally(applied: 3 + (round - 1), duplicate: 2 * (round - 1))
      #expect(try await site.tally(of: 3 * round) == expected)
      // A kill before the acknowledgement has left would rightly have both delivered once more. It has left once a later
      // message is there, and that one needs none.
      try await site.broker.publish(
        report(sequence: 1 + round), to: "dt/forewarn/echo-dot-5/A1/report", atMostOnce: true)
      _ = try await site.tally(of: 1 + 3 * round)
      site.daemon.kill()
      try await site.daemon.start()
    }
    #expect(try await site.sql("SELECT count(*) FROM contact").succeeded().standardOutput == "1\n")
    #expect(try await site.sql("SELECT count(*) FROM diagnosis").succeeded().standardOutput == "1\n")
  }
}
