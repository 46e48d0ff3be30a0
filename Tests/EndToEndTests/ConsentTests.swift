import Foundation
import Rig
import Testing
import Vocabulary

/// Consent as a customer would test it: whatever form the refusal has, and down to the bytes on disk.
struct ConsentTests {
  /// Long enough that no byte sequence is one by chance.
  private static let device = "device-that-refuses-7f3a9c"
  private static let customer = "customer-of-whom-nothing-may-stay"

  @Test(arguments: [
    #"{"consent": {"telemetry": false}}"#,
    #"{"consent": {"telemetry": false}, "ts": "yesterday", "customer": "customer-of-whom-nothing-may-stay"}"#,
    #"{"customer": "customer-of-whom-nothing-may-stay", "activated": 7, "consent": {"telemetry": false}}"#,
  ])
  func `after a refusal, even in a faulty state, no byte of the device is left, and it isn't heard`(refusal: String)
    async throws
  {
    let site = try await Installation.started()
    let (device, customer) = (Self.device, Self.customer)
    try await site.publish(#"{"customer": "\#(customer)", "batch": "ED5-2024-W07"}"#, from: device, as: "state")
    try await site.publish(report(sequence: 1), from: device)
    // All the ways in which quarantine comes to know a device.
    try await site.publish(#"{"ts": "\#(customer)"}"#, from: device)
    try await site.publish(report(), from: device, of: "toaster-2")
    try await site.publish(report(extra: #", "device": "\#(device)""#), from: "B1")
    try await site.broker.publish(
      #"{"ts": "never", "device": "\#(device)", "customer": "\#(customer)"}"#, to: "ctx/forewarn/contact")
    try await site.broker.publish(
      #"{"ts": \#(wallClock().milliseconds), "device": "\#(device)", "customer": "\#(customer)"}"#,
      to: "ctx/forewarn/contact")
    try await site.publish(report(sequence: 1), from: "B2")
    #expect(try await site.tally(of: 8) == Tally(applied: 4, quarantined: 4))
    #expect(try files(with: device, of: site).contains("cases.db-wal"))

    try await site.publish(refusal, from: device, as: "state")
    try await site.publish(report(sequence: 2), from: device)
    try await site.broker.publish(
      #"{"ts": \#(wallClock().milliseconds), "device": "\#(device)", "text": "hello"}"#, to: "ctx/forewarn/contact")
    let isFaulty = refusal.contains("customer")
    #expect(
      try await site.tally(of: 11)
        == Tally(applied: isFaulty ? 4 : 5, quarantined: isFaulty ? 5 : 4, unconsented: 2))
    let shown = try await site.json("device", "show", device)
    #expect(shown["consent"]?["telemetry"] == .flag(false) && shown["customer"] == .null)

    try await wait(for: "the customer's name is gone from the state directory", within: .seconds(15)) {
      try files(with: customer, of: site).isEmpty
    }
    try await site.daemon.stop()
    // That it refuses is known by a keyed hash: without that the next report would be taken.
    #expect(try files(with: device, of: site) == [])
    // The faulty message is counted and listed, without what it said.
    try await site.daemon.start()
    let kept = try await site.list("quarantine")
    #expect(kept.count == (isFaulty ? 1 : 0))
    #expect(kept.allSatisfy { $0["topic"] == .text("dt/forewarn/echo-dot-5/(erased)/state") })
    try await site.publish(report(sequence: 3), from: device)
    #expect(
      try await site.tally(of: 12)
        == Tally(applied: isFaulty ? 4 : 5, quarantined: isFaulty ? 5 : 4, unconsented: 3))
  }

  @Test func `where a region's policy says no, only who agreed is heard, and a reload may change it`() async throws {
    let site = try await Installation.started(["consent_default:", "  regions: {EU-DE: {telemetry: false}}"])
    try await site.publish(#"{"region": "EU-DE", "batch": "B"}"#, from: "A1", as: "state")
    try await site.publish(#"{"region": "EU-DE", "consent": {"telemetry": true}}"#, from: "A2", as: "state")
    try await site.publish(#"{"region": "EU-FR"}"#, from: "A3", as: "state")
    for device in ["A1", "A2", "A3", "A4"] { try await site.publish(report(sequence: 1), from: device) }
    #expect(try await site.tally(of: 7) == Tally(applied: 6, unconsented: 1))
    #expect(try await site.json("device", "show", "A1")["consent"]?["telemetry"] == .flag(false))

    // Who turns out to live there is forgotten, but for the facts.
    try await site.publish(#"{"region": "EU-DE"}"#, from: "A4", as: "state")
    try await site.publish(report(sequence: 2), from: "A4")
    #expect(try await site.tally(of: 9) == Tally(applied: 7, unconsented: 2))
    let moved = try await site.json("device", "show", "A4")
    #expect(moved["reports"] == .number(0) && moved["region"] == .text("EU-DE"))

    try site.daemon.reconfigure {
      $0.lines = ["consent_default:", "  regions: {EU-FR: {telemetry: false}}"]
    }
    let reloaded = try await site.daemon.forewarn("profile", "reload").succeeded().standardOutput
    #expect(reloaded.contains("changed: consent_default"), "\(reloaded)")
    #expect(try await site.json("device", "show", "A3")["reports"] == .number(0))
    for device in ["A1", "A3"] { try await site.publish(report(sequence: 3), from: device) }
    #expect(try await site.tally(of: 11) == Tally(applied: 8, unconsented: 3))

    site.daemon.kill()
    try await site.daemon.start()
    #expect(try await site.json("device", "show", "A1")["reports"] == .number(1))
    #expect(try await site.json("device", "show", "A3")["reports"] == .number(0))
  }
}
