import Foundation
import Rig
import Testing

/// A changed profile is tried on what was captured before it is taken up.
struct ProfileTestTests {
  private static let product = "fire-tv-stick-4k-max"

  private func forewarn(_ arguments: String...) async throws -> CommandRun {
    try await CommandRun.built("forewarn", arguments, within: .seconds(400))
  }

  @Test func `a deafer profile misses what was found, and the same one changes nothing`()
    async throws
  {
    let fleet = try await RecordedFleet.withBadBatch()
    let folder = try ScratchFolder()
    let shipped = try String(
      contentsOfFile: "\(Installation.shippedProfiles)/\(Self.product).yaml", encoding: .utf8)
    // Few days, for nothing comes of them: the two runs are told to be alike.
    let small = try await RecordedFleet(devices: 100, days: 6, seed: 5)
    let same = try folder.write(shipped + "\n# no change\n", to: "\(Self.product).yaml")
    let run = try await forewarn(
      "profile", "test", same, "--against", small.capture, "--profiles", Installation.shippedProfiles, "--clock",
      "event", "--socket", folder.path("nobody"), "-o", "json")
    let unchanged = try JSON(parsing: run.standardOutput)
    #expect(run.status == 0 && !run.standardError.contains("left"), "\(run.standardError)")
    #expect(unchanged["schema"] == .text("forewarn.profile.test/1") && unchanged["closed"] == .null)
    #expect((unchanged["tickets"]?.items ?? []).allSatisfy { $0["change"] == .text("same") })

    let deaf = try folder.write(
      shipped.replacing("{event: hdmi_cec_timeout, count: 3}", with: "{event: hdmi_cec_timeout, count: 3000}"),
      to: "deaf.yaml")
    // Tickets that people have ended: two of those that were raised.
    let replayed = try #require(
      try JSONSerialization.jsonObject(with: Data(try await fleet.replay().standardOutput.utf8)) as? [String: Any])
    let raised = try #require(replayed["tickets"] as? [[String: Any]])
    var lines: [String] = []
    for (ticket, outcome) in zip(raised, ["confirmed", "no_fault_found"]) {
      var ended = ticket
      ended["state"] = "closed"
      ended["outcome"] = outcome
      ended["updated_at"] = "2025-07-15T00:00:00Z"
      lines.append(String(decoding: try JSONSerialization.data(withJSONObject: ended), as: UTF8.self))
    }
    let closed = try folder.write(lines.joined(separator: "\n"), to: "closed.ndjson")
    let missed = try await forewarn(
      "profile", "test", deaf, "--against", fleet.capture, "--profiles", Installation.shippedProfiles, "--clock",
      "event", "--closed", closed)
    #expect(missed.status == 1, "\(missed.standardError)")
    for words in [
      "evidence begins anew in a running daemon: \(Self.product)/hdmi-cec-failure", "1 gone", "→ never",
      "1 of 1 confirmed ticket caught (100 %)", "0 of 1 confirmed ticket caught", "missed ",
      "something that was found before is missed",
    ] { #expect(missed.standardOutput.contains(words), "\(words): \(missed.standardOutput)") }
  }

  @Test func `a difference is told in words, between files and against the daemon`() async throws {
    let folder = try ScratchFolder()
    let shipped = "\(Installation.shippedProfiles)/\(Self.product).yaml"
    let text = try String(contentsOfFile: shipped, encoding: .utf8)
    let changed = try folder.write(
      text.replacing("{event: hdmi_cec_timeout, count: 3}", with: "{event: hdmi_cec_timeout, count: 4}")
        .replacing(
          "failure: 120, patch: 0.5, replacement: 45, diagnose: 2, currency: USD}\n\n  - id: hdmi-handshake",
          with: "failure: 130, patch: 0.5, replacement: 45, diagnose: 2, currency: USD}\n\n  - id: hdmi-handshake"),
      to: "\(Self.product).yaml")
    let words = """
      ~ modes[hdmi-cec-failure].onset: {event: hdmi_cec_timeout, count: 3} → {event: hdmi_cec_timeout, count: 4}  \
      (evidence begins anew)
      ~ modes[hdmi-cec-failure].costs.failure: 120 → 130
      evidence begins anew with the next bucket: hdmi-cec-failure

      """
    let files = try await forewarn("profile", "diff", shipped, changed)
    #expect(files.status == 1 && files.standardOutput == words, "\(files.standardOutput)")
    #expect(try await forewarn("profile", "diff", shipped, shipped).standardOutput == "no difference\n")

    let site = try await Installation.started()
    let running = try await site.daemon.forewarn("profile", "diff", changed)
    #expect(running.status == 1 && running.standardOutput == words, "\(running.standardError)")
    let rows = try JSON(
      parsing: try await forewarn("profile", "diff", shipped, changed, "-o", "json").standardOutput)["items"]?.items
    #expect(rows?.first?["starts_anew"] == .flag(true) && rows?.last?["failure_mode"] == .text("hdmi-cec-failure"))
  }
}
