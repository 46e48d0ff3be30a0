import Foundation
import Rig
import Testing

/// A finding's tickets come out in waves: by themselves with `send`, by an operator's word with `propose`.
@Suite(.serialized) struct WavesTests {
  private func started(_ care: String) async throws -> Installation {
    let fleet = try await RecordedFleet.withBadBatch()
    let site = try await Installation.started(["clock: event", "care: \(care)"], broker: .init(isPersistent: true))
    try await fleet.publish(to: site.broker)
    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose, within: .seconds(60))
    return site
  }

  @Test func `a canary goes out by itself, and nothing more before it has shown that the care helps`() async throws {
    let site = try await started("{mode: send, waves: {canary_devices: 5, growth: 3, observation_days: 1}}")
    let id = try #require(try await site.list("finding", "--state", "confirmed").first?["id"]?.text)
    let tickets = try await site.list("ticket", "--finding", id)
    let out = tickets.filter { $0["wave"] == .number(1) }
    #expect(out.count == 5 && tickets.count > 20)
    let waiting = tickets.filter { $0["state"] == .text("proposed") }
    #expect(waiting.allSatisfy { $0["wave"] == .null && $0["due_at"] == .null })
    #expect(out.allSatisfy { $0["owner"]?.text?.hasPrefix("factory ") == true && $0["due_at"]?.text != nil })

    let waves = try await site.json("finding", "waves", id)
    #expect(waves["waiting"]?.number == Double(waiting.count))
    let first = try #require(waves["waves"]?.items.first)
    #expect(first["released"] == .number(5) && first["size"] == .number(5))
    #expect(waves["reason"]?.text?.contains("judged") == true || waves["reason"]?.text?.contains("watched") == true)
    let page = try await site.daemon.forewarn("finding", "waves", id).succeeded().standardOutput
    #expect(page.contains("WAVE") && page.contains("\(waiting.count) tickets waiting"))
    let ticket = try #require(waiting.first?["id"]?.text)
    #expect(
      try await site.daemon.forewarn("ticket", "show", ticket).succeeded().standardOutput
        .contains("waits for its wave: forewarn finding waves \(id)"))

    // Offers stand only for what is out.
    let offers = try await site.retained("cmd/forewarn/#")
    #expect(offers.count <= tickets.count { $0["state"] != .text("proposed") })
    // Nobody answered the canary in time: a day of the evidence's clock is over.
    let overdue = try await site.list("ticket", "--overdue", "--finding", id)
    #expect(overdue.allSatisfy { $0["escalated_at"]?.text != nil && $0["wave"] == .number(1) })

    // An operator judges it and forces the next; the daemon is killed in between, and everything is as it was.
    for judged in out.compactMap({ $0["id"]?.text }) {
      _ = try await site.daemon.forewarn("ticket", "resolve", judged, "--outcome", "no_fault_found").succeeded()
    }
    site.daemon.kill()
    try await site.daemon.start()
    let bad = try await site.json("finding", "waves", id)
    #expect(bad["waves"]?.items.first?["standing"] == .text("failed"))
    #expect(bad["waves"]?.items.first?["bad"] == .number(5))
    let refused = try await site.daemon.forewarn("finding", "release", id)
    #expect(refused.status == 2 && refused.standardError.contains("--force"))
    let forced = try await site.json("finding", "release", id, "--force", "--reason", "seen on the bench")
    #expect(forced["released"] == .number(Double(min(15, waiting.count))))
    #expect(try await site.list("ticket", "--finding", id).count { $0["wave"] == .number(2) } == min(15, waiting.count))
    try await site.daemon.stop()
  }

  @Test func `proposed tickets wait for an operator, whose pause and limit hold over a kill`() async throws {
    let site = try await started("{mode: propose}")
    let id = try #require(try await site.list("finding", "--state", "confirmed").first?["id"]?.text)
    #expect(try await site.list("ticket").allSatisfy { $0["state"] == .text("proposed") })
    #expect(try await site.retained("cmd/forewarn/#").isEmpty)
    // Nobody has answered for a day: said once, of all of them.
    let history = try await site.json("finding", "show", id)["history"]?.items ?? []
    #expect(history.count { $0["change"] == .text("escalated") } == 1)

    _ = try await site.daemon.forewarn("finding", "pause", id, "--reason", "spares").succeeded()
    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await site.json("finding", "waves", id)["paused"] == .flag(true))
    #expect(try await site.daemon.forewarn("ticket", "open", "--finding", id).status == 2)
    _ = try await site.daemon.forewarn("finding", "resume", id).succeeded()
    _ = try await site.daemon.forewarn("finding", "limit", id, "4").succeeded()
    let released = try await site.json("ticket", "open", "--finding", id)
    #expect(released["released"] == .number(4) && released["limit_a_day"] == .number(4))
    #expect(try await site.daemon.forewarn("finding", "release", id).status == 2, "the day's limit is reached")
    let out = try await site.list("ticket", "--state", "open")
    #expect(out.count == 4)
    // What an operator lets out goes to the device, whatever the mode.
    let contacts = try await consenting(out, site)
    try await wait(for: "offers stand for what was let out", within: .seconds(20)) {
      try await site.retained("cmd/forewarn/#").count == contacts
    }
    let cancelled = try #require(out.first?["id"]?.text)
    _ = try await site.daemon.forewarn("ticket", "cancel", cancelled).succeeded()
    let left = try await consenting(Array(out.dropFirst()), site)
    try await wait(for: "the offer is withdrawn", within: .seconds(20)) {
      try await site.retained("cmd/forewarn/#").count == left
    }
    try await site.daemon.stop()
  }

  /// Of how many devices the customer may be written to.
  private func consenting(_ tickets: [JSON], _ site: Installation) async throws -> Int {
    tickets.count { $0["may_contact"] == .flag(true) }
  }

  @Test func `the rollout gate says go, hold or stop, with its reasons and an exit status`() async throws {
    let site = try await started("{mode: propose}")
    let product = "fire-tv-stick-4k-max"
    let versions = Set(try await site.list("device", "--product", product).compactMap { $0["firmware"]?.text }).sorted()
    let words = ["go": Int32(0), "hold": 1, "stop": 5]
    for version in versions {
      let run = try await site.daemon.forewarn("firmware", "gate", version, "--product", product, "-o", "json")
      let gate = try JSON(parsing: run.standardOutput)
      let verdict = try #require(gate["verdict"]?.text)
      #expect(run.status == words[verdict], "\(version): \(run)")
      let reasons = gate["reasons"]?.items ?? []
      #expect(!reasons.isEmpty)
      // The verdict is the gravest of its reasons.
      let gravest = reasons.compactMap { words[$0["verdict"]?.text ?? ""] }.max()
      #expect(gravest == words[verdict])
      if verdict == "hold", reasons.contains(where: { $0["text"]?.text?.contains("device-day") == true }) {
        #expect((gate["missing_device_days"]?.number ?? 0) > 0)
      }
    }
    // What a finding names must stop.
    let finding = try #require(try await site.list("finding", "--state", "confirmed").first?["id"]?.text)
    _ = try await site.sql("UPDATE finding SET firmware = '\(versions[0])' WHERE id = '\(finding)'").succeeded()
    let stopped = try await site.daemon.forewarn("firmware", "gate", versions[0], "--product", product)
    #expect(stopped.status == 5 && stopped.standardOutput.contains(finding), "\(stopped)")
    let unknown = try await site.daemon.forewarn("firmware", "gate", "99.9.9")
    #expect(unknown.status == 4 && unknown.standardError.contains("no such firmware"))
    let direct = try await site.daemon.request("GET", "/v1/firmware/\(versions[0])/gate?product=\(product)")
    #expect(direct.status == 200 && direct.text.contains("\"verdict\":\"stop\""))
    try await site.daemon.stop()
  }
}
