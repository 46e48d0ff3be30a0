import Foundation
import Rig
import Testing
import Vocabulary

/// What a region's law demands, as files: for the region and every part of it.
struct RegionalPolicyTests {
  @Test
  func `a policy's absent consent and retention hold for the parts of its region, and a legal hold stops the latter`()
    async throws
  {
    let policies = try ScratchFolder()
    try policies.write(
      "region: DE\nabsent_consent: {telemetry: false, contact: false}\nretention_days: {contacts: 14}\n", to: "de.yaml")
    try policies.write("region: FR\nretention_days: {contacts: 14}\nlegal_hold: true\n", to: "fr.yaml")
    let site = try await Installation.started(["policies: \(policies.path)"])
    let consent = #""consent": {"telemetry": true}"#
    try await site.publish(#"{"region": "DE-BY"}"#, from: "A1", as: "state")
    try await site.publish(#"{"region": "DE-BY", \#(consent)}"#, from: "A2", as: "state")
    try await site.publish(#"{"region": "DEX"}"#, from: "A3", as: "state")
    try await site.publish(#"{"region": "FR-75"}"#, from: "A4", as: "state")
    for device in ["A1", "A2", "A3", "A4"] { try await site.publish(report(sequence: 1), from: device) }
    #expect(try await site.tally(of: 8) == Tally(applied: 7, unconsented: 1))
    #expect(try await site.json("device", "show", "A1")["consent"]?["telemetry"] == .flag(false))

    for device in ["A2", "A3", "A4"] {
      for days in [20, 5] as [Int64] {
        let time = wallClock().milliseconds - days * EventTime.day
        try await site.broker.publish(
          #"{"ts": \#(time), "device": "\#(device)", "text": "call-\#(days)"}"#, to: "ctx/forewarn/contact")
      }
    }
    #expect(try await site.tally(of: 14).applied == 13)
    // The next start sweeps at once; so does a minute.
    try await site.daemon.stop()
    try await site.daemon.start()
    try await wait(for: "the old contact of the German device is gone", within: .seconds(20)) {
      let export = try await site.json("device", "export", "A2")
      return export["contacts"]?.items.compactMap { $0["text"]?.text } == ["call-5"]
    }
    for device in ["A3", "A4"] {
      #expect(try await site.json("device", "export", device)["contacts"]?.items.count == 2)
    }
  }

  @Test func `a faulty policy is told with its place, and refused at a reload`() async throws {
    let policies = try ScratchFolder()
    let site = try await Installation.started(["policies: \(policies.path)"])
    try policies.write("region: DE\nretention_days: {contact: 14}\nchannels: [pigeon]\n", to: "de.yaml")
    let refused = try await site.daemon.forewarn("profile", "reload")
    #expect(refused.status == 2)
    for words in ["de.yaml:2", "did you mean \"contacts\"", "channels"] {
      #expect(refused.standardError.contains(words), "\(refused.standardError)")
    }
  }

  @Test func `the shipped policies are sound`() async throws {
    let site = try await Installation.started(["policies: \(Executable.packageFolder)/Policies"])
    let check = try await CommandRun.built("forewarnd", ["--check", "--config", site.daemon.configurationPath])
    #expect(check.status == 0, "\(check.standardError)")
  }
}
