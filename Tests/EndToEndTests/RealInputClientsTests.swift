import Broker
import Foundation
import Rig
import Testing
import Vocabulary

/// What six real MQTT clients sent, in formats that no source reads here: all of it is kept, nothing is scored.
///
/// Skipped where `../shared/captures`, which others made, isn't beside the project.
@Suite(.enabled(if: RealInput.hasCaptures, "needs ../shared/captures"))
struct RealInputClientsTests {
  static let clients = [
    "aws_defender_cbor", "aws_defender_json", "mosquitto_pub", "senml", "sparkplug_pysparkplug", "thingsboard",
  ]
  static let shippedProfiles = "\(Executable.packageFolder)/Firmware-Profiles"

  @Test(arguments: clients)
  func `a replay counts each captured message as quarantined`(client: String) async throws {
    let captured = try Captured.all(of: client)
    let run = try await CommandRun.built(
      "forewarn", ["replay", "--profiles", Self.shippedProfiles, "-o", "json", Captured.path(of: client)]
    ).succeeded()
    let result = try JSONDecoder().decode(SeenReplay.self, from: Data(run.standardOutput.utf8))
    #expect(!captured.isEmpty)
    #expect(result.schema == "forewarn.replay/1")
    #expect(result.messages.isBalanced)
    #expect(result.messages.received == captured.count)
    #expect(result.messages.quarantined == captured.count)
  }

  @Test func `over a broker each is in quarantine as unsupported, with its exact bytes`() async throws {
    let captured = try Self.clients.flatMap(Captured.all)
    let broker = try await Mosquitto.start()
    // Beside the gateway's own topics; a broker passes on `$aws` to those who name it.
    let filters = ["spBv1.0/#", "v1/#", "$aws/#", "dt/senml/#", "dt/fleet/#", "dt/lines", "dt/blob"]
    let list = filters.map { "\"\($0)\"" }.joined(separator: ", ")
    let daemon = try await DaemonProcess.started(
      .init(brokerURL: broker.url, profiles: Self.shippedProfiles, brokerLines: ["also_subscribe: [\(list)]"]))

    let publisher = try Publisher(url: broker.url)
    try publisher.publish(
      captured.enumerated().map { OutgoingPublish(id: Int64($0), topic: $1.topic, payload: $1.payload) })
    publisher.close()
    let messages = try await daemon.hasTaken(captured.count, within: .seconds(30)).messages
    #expect(messages.isBalanced)
    #expect(messages.received == captured.count)
    #expect(messages.quarantined == captured.count)

    let run = try await daemon.forewarn("quarantine", "list", "--limit", "1000", "-o", "json").succeeded()
    let items = try JSONDecoder().decode(SeenList<SeenQuarantine>.self, from: Data(run.standardOutput.utf8)).items
    #expect(items.count == captured.count)
    #expect(items.allSatisfy { $0.reason == "unsupported" })
    var kept: [Captured] = []
    for item in items {
      let shown = try await daemon.forewarn("quarantine", "show", String(item.id), "-o", "json").succeeded()
      let message = try JSONDecoder().decode(SeenMessage.self, from: Data(shown.standardOutput.utf8))
      kept.append(Captured(topic: message.topic, payload: Array(message.payload)))
    }
    #expect(kept.sorted() == captured.sorted())
    #expect(try await daemon.stop() == .code(0))
  }

  private struct SeenReplay: Decodable {
    var schema: String
    var messages: DaemonStatus.Messages
  }

  private struct SeenQuarantine: Decodable, Sendable {
    var id: Int
    var reason: String
  }

  private struct SeenMessage: Decodable {
    var topic: String
    var payload: Data
    private enum CodingKeys: String, CodingKey {
      case topic
      case payload = "payload_b64"
    }
  }
}

/// A message as a capture holds it: a line of JSON with the payload in base 64.
private struct Captured: Hashable, Comparable {
  var topic: String
  var payload: [UInt8]

  static func path(of client: String) -> String { "\(RealInput.captures)/\(client)/capture.ndjson" }

  static func all(of client: String) throws -> [Captured] {
    try RealInput.lines(of: path(of: client)).map { text in
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      return Captured(topic: line.topic, payload: Array(line.payload))
    }
  }

  static func < (left: Captured, right: Captured) -> Bool {
    left.topic == right.topic ? left.payload.lexicographicallyPrecedes(right.payload) : left.topic < right.topic
  }

  private struct Line: Decodable {
    var topic: String
    var payload: Data
    private enum CodingKeys: String, CodingKey {
      case topic
      case payload = "payload_b64"
    }
  }
}
