import FleetSimulation
import Foundation
import Rig
import Testing

/// The fleets of `make evaluate` as `forewarn simulate` writes them.
@Suite struct EvaluationFleetTests {
  @Test func `simulate writes the fleet that the evaluation runs, with its truth, and replay takes all of it`()
    async throws
  {
    let folder = try ScratchFolder()
    let (capture, truth) = (folder.path("fleet.ndjson"), folder.path("truth.json"))
    let words = ["--devices", "200", "--days", "60", "--seed", "4", "--scenario", "evaluation-normal", "--quiet"]
    try await CommandRun.built("forewarn", ["simulate", "--out", capture, "--truth", truth] + words).succeeded()

    let fleet = Fleet(plan: .evaluation(tier: .normal, devices: 200, days: 60, seed: 4))
    var writer = CaptureWriter()
    for message in fleet.states() + (0..<60).flatMap({ fleet.messages(day: $0) }) { writer.append(message) }
    let written = try Data(contentsOf: URL(filePath: capture))
    #expect(written == Data(writer.bytes))
    let told = try JSONDecoder().decode(FleetTruth.self, from: Data(contentsOf: URL(filePath: truth)))
    #expect(told == fleet.truth)
    #expect(told.defects.contains { $0.story == .badFirmware && $0.effect != nil })

    let replay = try await CommandRun.built(
      "forewarn",
      ["replay", "--clock", "event", "--profiles", Installation.shippedProfiles, "-o", "json", capture],
      within: .seconds(60)
    ).succeeded()
    let reply = try JSONSerialization.jsonObject(with: Data(replay.standardOutput.utf8)) as? [String: Any]
    let messages = try #require(reply?["messages"] as? [String: Any])
    let fates = try ["applied", "duplicate", "quarantined", "unconsented", "late"].map {
      try #require(messages[$0] as? Int)
    }
    #expect(fates.reduce(0, +) == written.count { $0 == UInt8(ascii: "\n") })
    // Only devices whose clock is far ahead are refused.
    #expect(fates[0] > 5000 && fates[2] < fates[0] / 20)
  }
}
