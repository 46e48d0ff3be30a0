import Foundation
import Rig
import Testing

/// Whether care helps is only known from devices that got none, by lot.
struct ImpactTests {
  @Test func `some devices are held out of care, and what care avoided is told once it is known`() async throws {
    let profiles = try ScratchFolder()
    try profiles.takeShippedProfiles()
    let path = profiles.path("fire-tv-stick-4k-max.yaml")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try profiles.write(
      text.replacing("  - id: hdmi-cec-failure\n", with: "  - id: hdmi-cec-failure\n    holdout_share: 0.4\n"),
      to: "fire-tv-stick-4k-max.yaml")
    let fleet = try await RecordedFleet.withBadBatch()
    let site = try await Installation.started(["clock: event", "care: {mode: send}"], profiles: profiles.path)
    #expect(
      try await site.json("impact")["total"]?["explanation"]?.text?.hasPrefix("Not known yet: no device") == true)
    try await fleet.publish(to: site.broker)
    try await fleet.closeLastBuckets(of: site)
    let received = fleet.messages + RecordedFleet.devicesThatClose
    _ = try await site.tally(of: received, within: .seconds(120))

    let rows = try await site.sql("SELECT arm, device, entered_ms FROM trial ORDER BY device").succeeded()
      .standardOutput.split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
    let heldOut = rows.filter { $0[0] == "holdout" }
    let cared = rows.filter { $0[0] == "care" }
    #expect(heldOut.count > 3 && cared.count > 3, "\(rows)")
    let ticketed = Set(
      try await site.list("ticket", "--failure-mode", "hdmi-cec-failure").compactMap { $0["device"]?.text })
    #expect(heldOut.allSatisfy { !ticketed.contains($0[1]) } && cared.allSatisfy { ticketed.contains($0[1]) })
    #expect(try await site.json("impact")["total"]?["contacts_avoided"]?["known"] == .flag(false))

    // Every customer who was left alone calls three times; those who got care don't.
    for row in heldOut {
      let entered = try #require(Int64(row[2]))
      for call in 1...3 {
        try await site.broker.publish(
          #"{"ts": \#(entered + Int64(call)), "device": "\#(row[1])", "failure_mode": "hdmi-cec-failure"}"#,
          to: "ctx/forewarn/contact")
      }
    }
    _ = try await site.tally(of: received + 3 * heldOut.count)
    let impact = try await site.json("impact", "--failure-mode", "hdmi-cec-failure")
    #expect(impact["schema"] == .text("forewarn.impact.show/1"))
    let total = try #require(impact["total"])
    #expect(total["holdout"]?["contacts"] == .number(Double(3 * heldOut.count)))
    #expect(total["care"]?["contacts"] == .number(0))
    #expect(total["contacts_avoided"]?["known"] == .flag(true), "\(total)")
    #expect(total["contacts_avoided"]?["low"]?.number ?? 0 > 0)
    #expect(total["explanation"]?.text?.hasPrefix("Care avoided ") == true, "\(total)")

    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await site.json("impact", "--failure-mode", "hdmi-cec-failure")["total"] == total)
    #expect(try await site.daemon.forewarn("impact").succeeded().standardOutput.contains("HELD OUT"))
  }
}
