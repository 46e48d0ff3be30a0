import FleetSimulation
import Foundation
import Rig
import Testing
import Vocabulary

/// The same messages give the same result, however they come in.
struct SameResultTests {
  @Test func `the daemon finds over MQTT what a replay finds in the capture, in the same words and numbers`()
    async throws
  {
    let fleet = try await RecordedFleet.withBadBatch()
    async let replaying = fleet.replay()
    let site = try await Installation.started(["clock: event"])
    try await fleet.publish(to: site.broker)
    let replay = try JSON(parsing: try await replaying.standardOutput)
    #expect(replay["schema"] == .text("forewarn.replay/1"))
    #expect(try await site.tally(of: fleet.messages, within: .seconds(60)) == Tally(replay: replay))

    try await fleet.closeLastBuckets(of: site)
    _ = try await site.tally(of: fleet.messages + RecordedFleet.devicesThatClose, within: .seconds(30))
    let findings = Installation.byID(replay["findings"]?.items ?? [])
    let tickets = Installation.byID(replay["tickets"]?.items ?? [])
    #expect(!findings.isEmpty && tickets.count > 10)
    expectSame(try await site.cases("finding"), findings)
    expectSame(try await site.cases("ticket"), tickets)
    // In the care mode `propose`, the default, nothing goes out to devices.
    #expect(try await site.retained("cmd/forewarn/#").isEmpty)
    for ticket in replay["tickets"]?.items ?? [] { #expect(ticket["opened_at"] == ticket["decided_at"]) }
  }

  @Test func `a replay gives the same bytes each time, in any order within a day`() async throws {
    let folder = try ScratchFolder()
    let seed: UInt64 = 20_250_601
    let days = try SmallFleet.days(seed: seed)
    let inOrder = try folder.write(Self.capture(days.flatMap(\.self)), to: "in-order.ndjson")
    var random = SplitMix(state: seed)
    let shuffled = try folder.write(
      Self.capture(days.flatMap { $0.shuffled(using: &random) }), to: "shuffled.ndjson")
    #expect(
      try String(contentsOfFile: inOrder, encoding: .utf8) != String(contentsOfFile: shuffled, encoding: .utf8))

    func replay(_ capture: String) async throws -> String {
      let predictions = folder.path("predictions.csv")
      let run = try await CommandRun.built(
        "forewarn",
        [
          "replay", "--clock", "event", "--profiles", Installation.shippedProfiles, "-o", "json", "--predictions",
          predictions, "--as-of", "every:7", capture,
        ])
      return try run.succeeded().standardOutput + String(contentsOfFile: predictions, encoding: .utf8)
    }
    let first = try await replay(inOrder)
    #expect(first.contains(#""cause":"batch""#) && first.contains("hdmi-cec-failure,2025-06-12T00:00:00Z"))
    expectSameText(try await replay(inOrder), first, "again")
    expectSameText(try await replay(shuffled), first, "seed \(seed)")
  }

  /// Where they part first, so that the difference can be read.
  private func expectSameText(_ text: String, _ expected: String, _ what: String) {
    guard text != expected else { return }
    let common = zip(text.utf8, expected.utf8).prefix { $0 == $1 }.count
    let from = max(0, common - 200)
    func around(_ text: String) -> String {
      String(decoding: text.utf8.dropFirst(from).prefix(400), as: UTF8.self)
    }
    Issue.record("\(what), from byte \(common) on: …\(around(text))… instead of …\(around(expected))…")
  }

  private static func capture(_ messages: [SimulatedMessage]) -> String {
    var writer = CaptureWriter()
    for message in messages { writer.append(message) }
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
