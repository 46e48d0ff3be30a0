import Foundation
import Rig
import Testing

/// What real clients sent, read by sources as an administrator would write them: through `forewarn replay`.
///
/// Skipped where `../shared/captures`, which others made, isn't beside the project.
@Suite(.enabled(if: RealInput.hasCaptures, "needs ../shared/captures"))
struct RealInputSourcesTests {
  private static let profile = """
    product: dot
    signals:
      temp_c: {type: gauge, range: [-40, 125]}
      rssi_dbm: {type: gauge, range: [-110, 0]}
      charging: {type: flag}
      bytes_in: {type: gauge}
      connections: {type: gauge}
    events: [reboot]
    modes:
      - {id: too-hot, onset: {signal: temp_c, max_above: 120}}
    """
  private static let sources = """
    sources:
      - format: sparkplug
        product: dot
        signals: {wifi/rssi: rssi_dbm}
        events: {reboots: reboot}
        facts: {fw: firmware}
      - format: thingsboard
        product: dot
        device: DEV-004
        signals: {rssi: rssi_dbm}
        facts: {fw: firmware}
      - format: aws_defender
        product: dot
        signals:
          network_stats.bytes_in: bytes_in
          tcp_connections.established_connections.total: connections
      - format: senml
        product: dot
        topics: ["dt/senml/{device}/+"]
        signals: {temperature: temp_c, rssi: rssi_dbm}
        facts: {fw: firmware}
      - format: json
        product: dot
        topics: ["dt/fleet/{device}/telemetry"]
    """

  @Test(arguments: [
    ("aws_defender_json", Tally(applied: 2)), ("aws_defender_cbor", Tally(applied: 2)),
    // The same pack twice, in two encodings: one content.
    ("senml", Tally(applied: 1, duplicate: 1)),
    // The node's own birth carries a metric of ours: it is a device, too.
    ("sparkplug_pysparkplug", Tally(applied: 7)),
    // Remote procedure calls aren't read; two of the five others are arrays of two, or of facts.
    ("thingsboard", Tally(applied: 8, quarantined: 2)), ("mosquitto_pub", Tally(applied: 1, quarantined: 3)),
  ])
  func `a replay with sources takes what each client said`(client: String, expected: Tally) async throws {
    let folder = try ScratchFolder()
    try folder.makeFolder("profiles")
    _ = try folder.write(Self.profile, to: "profiles/dot.yaml")
    let configuration = try folder.write(Self.sources, to: "forewarn.yaml")
    let run = try await CommandRun.built(
      "forewarn",
      [
        "replay", "--profiles", folder.path("profiles"), "--config", configuration, "-o", "json",
        "\(RealInput.captures)/\(client)/capture.ndjson",
      ]
    ).succeeded()
    let result = try JSONDecoder().decode(SeenReplay.self, from: Data(run.standardOutput.utf8))
    #expect(Tally(result.messages) == expected)
    #expect(result.messages.isBalanced)
  }

  private struct SeenReplay: Decodable {
    var messages: DaemonStatus.Messages
  }
}
