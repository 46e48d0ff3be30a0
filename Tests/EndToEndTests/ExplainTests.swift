import Foundation
import Rig
import Testing

/// Why, as the built program tells it of a fleet with a bad batch.
@Suite(.serialized, .watchedFleet) struct ExplainTests {
  private let fleet: WatchedFleet
  private var site: Installation { fleet.site }

  init() throws { fleet = try WatchedFleet.current }

  private func printed(_ arguments: String...) async throws -> String {
    let run = try await CommandRun.built("forewarn", ["--socket", site.daemon.socketPath, "explain"] + arguments)
    return try run.succeeded().standardOutput
  }

  @Test func `a device's terms are told, with what each way costs and what a firmware would change`() async throws {
    let ticket = try #require(try await site.list("ticket", "--state", "open").first)
    let device = try #require(ticket["device"]?.text)
    let batch = try #require(ticket["batch"]?.text)
    let reply = try await site.json("explain", "device", device)
    #expect(reply["schema"] == .text("forewarn.explain.device/1"))
    let mode = try #require(reply["modes"]?.items.first { $0["failure_mode"] == .text("hdmi-cec-failure") })
    let terms = mode["terms"]?.items ?? []
    let ofBatch = try #require(terms.first { $0["term"] == .text("batch") })
    #expect(ofBatch["label"] == .text("batch \(batch)") && (ofBatch["log_factor"]?.number ?? 0) > 0.5)
    let remedies = mode["remedies"]?.items ?? []
    let costs = remedies.compactMap { $0["expected_cost"]?.number }
    #expect(costs == costs.sorted() && remedies.contains { $0["type"] == .text("waiting") })
    #expect(mode["ticket"] == ticket["id"])
    let shown = try await site.json("device", "show", device)["modes"]?.items
      .first { $0["failure_mode"] == .text("hdmi-cec-failure") }
    #expect(mode["probability"] == shown?["probability"] && mode["attribution"] == shown?["attribution"])
    let page = try await printed("device", device, "--failure-mode", "hdmi-cec-failure")
    for words in ["batch \(batch)", "█", "What each way costs", "pays from", "Its other failure modes"] {
      #expect(page.contains(words), "\(page)")
    }
    let none = try await site.daemon.forewarn("explain", "device", device, "--failure-mode", "sulking")
    #expect(none.status == 4 && none.standardError.contains("hdmi-cec-failure"))
    #expect(try await site.daemon.forewarn("explain", "device", "nobody").status == 4)
  }

  @Test func `a ticket and its finding are explained with what would change them`() async throws {
    let ticket = try #require(try await fleet.tickets("open").first)
    let page = try await printed("ticket", ticket)
    for words in ["Decision", "pays from", "Put down to", "What would change it", "Terms"] {
      #expect(page.contains(words), "\(page)")
    }
    let reply = try await site.json("explain", "ticket", ticket)
    #expect(reply["ticket"]?["id"] == .text(ticket))
    #expect(reply["device"]?["failure_mode"] == reply["ticket"]?["failure_mode"])
    let finding = try #require(try await site.list("finding", "--state", "confirmed").first?["id"]?.text)
    let grounds = try await site.json("explain", "finding", finding)["grounds"]
    #expect(grounds?["sound_suspects_to_withdraw"] == .number(5) && grounds?["clears_below"] == .number(0.5))
    #expect(try await printed("finding", finding).contains("5 more suspects without it"))
  }

  @Test func `a key is explained without a daemon, and a mistyped one is guessed`() async throws {
    let text = try await CommandRun.built("forewarn", ["explain", "field", "refractory_days"]).succeeded()
    #expect(text.standardOutput.contains("modes[].refractory_days") && text.standardOutput.contains("default"))
    let wrong = try await CommandRun.built("forewarn", ["explain", "field", "refractory_day"])
    #expect(wrong.status == 4 && wrong.standardError.contains("did you mean modes[].refractory_days?"))
  }
}
