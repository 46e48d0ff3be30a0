import FirmwareProfiles
import Testing
import Vocabulary

/// The payload forms of ThingsBoard's MQTT device and gateway API, as its documentation has them.
struct ThingsBoardReadingTests {
  private static func bench(_ more: String = "device: L1") throws -> ForeignBench {
    try ForeignBench(
      """
      sources:
        - format: thingsboard
          product: lamp
          signals: {temperature: temp_c}
          events: {reboots: reboot}
          facts: {fw: firmware}
          \(more)
      """)
  }

  private static let telemetry = "v1/devices/me/telemetry"
  private static let now = ForeignBench.now.milliseconds

  @Test(arguments: [
    (#"{"temperature": 42, "reboots": 1}"#, [now]), (#"[{"temperature": 42, "reboots": 1}]"#, [now]),
    (#"{"ts": 1795000000512, "values": {"temperature": 42, "reboots": 1}}"#, [1_795_000_000_512]),
    (
      #"[{"ts": 1795000000512, "values": {"temperature": 42, "reboots": 1}}, {"temperature": 42, "reboots": 1}]"#,
      [1_795_000_000_512, now]
    ),
    (#"{"values": {"temperature": 42, "reboots": 1}}"#, [now]),
  ])
  func `telemetry comes in each documented form`(payload: String, times: [Int64]) throws {
    let words = try Self.bench().words(Self.telemetry, payload)
    #expect(words.compactMap(\.milliseconds) == times)
    #expect(words.allSatisfy { $0.device == "L1" && $0.signals == ["temp_c=42.0"] && $0.events == ["reboot=1"] })
  }

  @Test func `who me is must be said in the configuration`() throws {
    let unnamed = try Self.bench("")
    let rejection = try #require(unnamed.rejection(Self.telemetry, #"{"temperature": 42}"#))
    #expect(rejection.reason == .identity && rejection.detail.contains("device:"))
    #expect(unnamed.words("v1/devices/L9/telemetry", #"{"temperature": 42}"#).map(\.device) == ["L9"])
    let remapped = try Self.bench("topics: [\"tb/{device}/v1/devices/me/telemetry\"]")
    #expect(remapped.words("tb/L8/v1/devices/me/telemetry", #"{"temperature": 42}"#).map(\.device) == ["L8"])
  }

  @Test func `attributes are facts, by the map and by their own names`() throws {
    let words = try Self.bench().words(
      "v1/devices/me/attributes",
      #"{"fw": "8.2.1", "batch": "B2409", "region": "DE-BY", "color": "red", "temperature": 1}"#)
    #expect(words.count == 1 && words.first?.report == nil)
    let facts = try #require(words.first?.facts)
    #expect(facts.firmware == "8.2.1" && facts.batch == "B2409" && facts.region == "DE-BY" && facts.time == nil)
    guard case .noted = try Self.bench().items("v1/devices/me/attributes", #"{"color": "red"}"#).first else {
      Issue.record("attributes that are no facts concern no device")
      return
    }
  }

  @Test func `a gateway speaks for many devices`() throws {
    let bench = try Self.bench("devices: {Device A: L-A}")
    let words = bench.words(
      "v1/gateway/telemetry",
      #"{"Device A": [{"ts": 1795000000000, "values": {"temperature": 42}}, {"ts": 1795000060000, "values": {"temperature": 43}}],"#
        + #" "L-B": [{"temperature": 44}]}"#)
    #expect(words.map(\.device) == ["L-A", "L-A", "L-B"])
    #expect(words.compactMap(\.milliseconds) == [1_795_000_000_000, 1_795_000_060_000, Self.now])
    let facts = bench.words("v1/gateway/attributes", #"{"Device A": {"fw": "1.0"}, "L-B": {"fw": "1.1"}}"#)
    #expect(facts.map(\.device) == ["L-A", "L-B"] && facts.map(\.facts?.firmware) == ["1.0", "1.1"])
    for leaf in ["connect", "disconnect"] {
      guard case .noted = bench.items("v1/gateway/\(leaf)", #"{"device": "Device A", "type": "default"}"#).first else {
        Issue.record("\(leaf) is noted")
        return
      }
    }
  }

  @Test func `a device whose name is no id is refused, and the others of the message aren't`() throws {
    let bench = try Self.bench()
    let payload = #"{"Device A": [{"temperature": 42}], "L-B": [{"temperature": 44}]}"#
    #expect(bench.words("v1/gateway/telemetry", payload).map(\.device) == ["L-B"])
    let rejection = try #require(bench.rejection("v1/gateway/telemetry", payload))
    #expect(rejection.reason == .identity && rejection.detail.contains("devices:"))
  }

  @Test(arguments: [
    ("v1/devices/me/telemetry", "[]"), ("v1/devices/me/telemetry", "42"), ("v1/devices/me/telemetry", "[1]"),
    ("v1/devices/me/telemetry", #"{"ts": 1795000000, "values": {"a": 1}}"#), ("v1/gateway/telemetry", "[]"),
    ("v1/gateway/telemetry", "{}"), ("v1/gateway/telemetry", #"{"L1": 1}"#), ("v1/gateway/connect", "{}"),
    ("v1/devices/me/attributes", "[]"), ("v1/devices/me/telemetry", #"{"a": 1, "a": 2}"#),
  ])
  func `what is no such payload is a schema fault`(topic: String, payload: String) throws {
    #expect(try Self.bench().rejection(topic, payload)?.reason == .schema)
  }

  @Test func `remote procedure calls are none of the source's topics`() throws {
    #expect(try Self.bench().message("v1/devices/me/rpc/request/1", []) == nil)
  }
}
