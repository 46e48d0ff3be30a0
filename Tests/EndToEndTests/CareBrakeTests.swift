import Foundation
import Rig
import Testing

/// `care pause` holds everything that goes out, over a kill, and `care resume` lets it go in order.
@Suite(.serialized) struct CareBrakeTests {
  @Test func `a pause holds offers and events while tickets are made, outlives a kill, and a resume lets them go`()
    async throws
  {
    let folder = try ScratchFolder()
    let fleet = try await RecordedFleet.withBadBatch()
    let site = try await Installation.started(
      ["clock: event", "care: {mode: send}"], broker: .init(isPersistent: true))
    let events = try await ChildProcess.start(
      Executable.system("mosquitto_sub"),
      site.broker.clientArguments + ["-V", "5", "-q", "1", "-t", "evt/forewarn/#", "-F", "%t %p"],
      outputs: folder.path("events"))
    #expect(try await site.json("care", "status")["paused"] == .flag(false))

    let paused = try await site.json("care", "pause", "--reason", "wrong firmware offered")
    #expect(paused["schema"] == .text("forewarn.care.pause/1") && paused["paused"] == .flag(true))
    try await fleet.publish(to: site.broker)
    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose, within: .seconds(60))
    let tickets = try await site.list("ticket")
    #expect(tickets.count > 10, "evidence, findings and tickets go on being made")
    #expect(try await site.list("finding").count >= 1)

    func held(_ kind: String) async throws -> (count: Int, oldest: String?) {
      let status = try await site.json("care", "status")
      let entry = status["held"]?.items.first { $0["kind"] == .text(kind) }
      return (entry?["count"]?.number.map { Int($0) } ?? 0, entry?["oldest_since"]?.text)
    }
    let (offers, oldest) = try await held("care_offer")
    #expect(offers > 0 && oldest != nil)
    #expect(try await held("event").count >= tickets.count)
    #expect(try await site.list("outbox", "--state", "pending").allSatisfy { $0["state"] == .text("held") })

    site.daemon.kill()
    try await site.daemon.start()
    let status = try await site.json("care", "status")
    #expect(status["paused"] == .flag(true) && status["reason"] == .text("wrong firmware offered"))
    #expect(try await site.daemon.forewarn("status").succeeded().standardOutput.contains("PAUSED"))
    #expect(try await held("care_offer") == (offers, oldest))
    #expect(try await site.retained("cmd/forewarn/#").isEmpty, "nothing has left")
    #expect(events.standardOutput.isEmpty, "nothing has left")

    let resumed = try await site.json("care", "resume")
    #expect(resumed["paused"] == .flag(false) && resumed["held"] == .list([]))
    try await wait(for: "all that was held is out", within: .seconds(30)) {
      try await site.json("care", "status")["pending"] == .list([])
    }
    #expect(try await !site.retained("cmd/forewarn/#").isEmpty)
    // In the order in which it was caused: the outbox' own, which is that of its numbers.
    // A last pass may still add to it: what counts is what both hold in the end.
    func sent() async throws -> [Substring] {
      try await site.sql("SELECT topic FROM outbox WHERE kind = 'event' ORDER BY id").standardOutput.split(
        separator: "\n")
    }
    try await wait(for: "the listener has the last of them", within: .seconds(20)) {
      events.standardOutput.split(separator: "\n").count == (try await sent()).count
    }
    let heard = events.standardOutput.split(separator: "\n").map { $0.prefix { $0 != " " } }
    #expect(try await heard == sent())
    try await site.daemon.stop()
  }

  @Test func `a pause that comes while care goes out lets nothing more out, and twice is once`() async throws {
    let site = try await Installation.started(["care: {mode: send}"])
    let first = try await site.json("care", "pause")
    let second = try await site.json("care", "pause", "--reason", "another")
    #expect(second["since"] == first["since"] && second["reason"] == .null)
    #expect(try await site.json("care", "resume")["paused"] == .flag(false))
    #expect(try await site.json("care", "resume")["paused"] == .flag(false))
    let unknown = try await site.daemon.request("GET", "/v1/outbox?state=lost")
    #expect(unknown.status == 400 && unknown.text.contains("pending, dead, delivered"))
  }
}
