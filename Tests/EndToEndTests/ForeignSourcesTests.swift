import Broker
import Foundation
import Rig
import Testing
import Vocabulary

/// Each foreign format over the real broker into the real daemon: the bytes that devices send, and what comes of them.
struct ForeignSourcesTests {
  private static let sources = """
    sources:
      - format: sparkplug
        product: echo-dot-5
        host_id: desk
        signals: {wifi/rssi: wifi_rssi_dbm, temp: soc_temp_c}
        events: {reboots: watchdog_reboot}
        facts: {fw: firmware}
      - format: thingsboard
        product: echo-dot-5
        signals: {rssi: wifi_rssi_dbm}
        facts: {fw: firmware}
      - format: aws_defender
        product: echo-dot-5
        topic_prefix: fleet/aws
        signals: {network_stats.bytes_in: audio_buffer_ms}
      - format: senml
        product: echo-dot-5
        topics: ["senml/#"]
        signals: {rssi: wifi_rssi_dbm}
        facts: {fw: firmware}
      - format: json
        topics: ["plant/{product}/{device}/data"]
        products: {dot: echo-dot-5}
        paths: {ts: $.time, firmware: $.sw}
        ts_unit: s
        signals: {"$.temp_f": {signal: soc_temp_c, scale: 0.555555555556, offset: -17.7777777778}}
    """

  private static func site() async throws -> Installation {
    try await Installation.started(sources.split(separator: "\n").map(String.init))
  }

  private static func publish(_ messages: [(topic: String, payload: [UInt8])], to site: Installation) throws {
    let publisher = try Publisher(url: site.broker.url)
    try publisher.publish(
      messages.enumerated().map { OutgoingPublish(id: Int64($0), topic: $1.topic, payload: $1.payload) })
    publisher.close()
  }

  private static func publish(_ topic: String, _ payload: String, to site: Installation) throws {
    try publish([(topic, Array(payload.utf8))], to: site)
  }

  @Test func `mapped JSON counts once, and its firmware is the device's`() async throws {
    let site = try await Self.site()
    let now = wallClock().milliseconds / 1000
    let payload = #"{"time": \#(now), "sw": "3.3.0", "temp_f": 100, "color": "red"}"#
    try Self.publish("plant/dot/M1/data", payload, to: site)
    try Self.publish("plant/dot/M1/data", payload, to: site)
    try Self.publish("plant/radio/M1/data", payload, to: site)
    #expect(try await site.tally(of: 3) == Tally(applied: 1, duplicate: 1, quarantined: 1))
    let device = try await site.json("device", "show", "M1")
    #expect(device["firmware"] == .text("3.3.0") && device["reports"] == .number(1))
    #expect(try await site.json("status")["unknown_items"] == .number(1))
    let refused = try await site.list("quarantine")
    #expect(refused.compactMap { $0["reason"]?.text } == ["unknown_product"])
    let shown = try await site.json("quarantine", "show", "1")
    #expect(shown["payload"] == .text(payload))
  }

  @Test func `SenML in JSON, CBOR and gzip`() async throws {
    let site = try await Self.site()
    let now = wallClock().milliseconds / 1000
    let pack =
      #"[{"bn":"urn:dev:mac:S1:","bt":\#(now),"n":"rssi","v":-61},{"n":"fw","vs":"3.2.0"},{"n":"rssi","t":-60,"v":-62}]"#
    // [{-2: "urn:dev:mac:S2:", 0: "rssi", 2: -61}, {0: "fw", 3: "3.2.0"}]
    let cbor: [UInt8] =
      [0x82, 0xa3, 0x21, 0x6f] + Array("urn:dev:mac:S2:".utf8) + [0, 0x64] + Array("rssi".utf8) + [2, 0x38, 0x3c]
      + [0xa2, 0, 0x62] + Array("fw".utf8) + [3, 0x65] + Array("3.2.0".utf8)
    try Self.publish([("senml/a", Array(pack.utf8)), ("senml/b", cbor)], to: site)
    try Self.publish("senml/c", #"[{"bver":11,"n":"x:rssi","v":1}]"#, to: site)
    #expect(try await site.tally(of: 4) == Tally(applied: 3, quarantined: 1))
    for (device, reports) in [("urn:dev:mac:S1", 2.0), ("urn:dev:mac:S2", 1)] {
      let shown = try await site.json("device", "show", device)
      #expect(shown["firmware"] == .text("3.2.0") && shown["reports"] == .number(reports))
    }
    #expect(try await site.json("status")["unknown_items"] == .number(0))
  }

  @Test func `Device Defender over another prefix, one effect for one report id`() async throws {
    let site = try await Self.site()
    let now = wallClock().milliseconds / 1000
    let long = #"{"header":{"report_id":\#(now),"version":"1.0"},"metrics":{"network_stats":{"bytes_in":12}}}"#
    let short = #"{"hed":{"rid":\#(now),"v":"1.0"},"met":{"ns":{"bi":13}}}"#
    for payload in [long, long, short, #"{"hed":{"rid":1,"v":"1.0"},"cmet":{"a":{"number":1}}}"#] {
      try Self.publish("fleet/aws/things/D1/defender/metrics/json", payload, to: site)
    }
    #expect(try await site.tally(of: 4) == Tally(applied: 1, duplicate: 2, quarantined: 1))
    let refused = try await site.json("quarantine", "show", "1")
    #expect(refused["reason"] == .text("schema") && refused["detail"]?.text?.contains("must be a list") == true)
  }

  @Test func `ThingsBoard's devices and gateways, and who can't be told`() async throws {
    let site = try await Self.site()
    let now = wallClock().milliseconds
    try Self.publish("v1/gateway/connect", #"{"device": "T1"}"#, to: site)
    try Self.publish(
      "v1/gateway/telemetry",
      #"{"T1": [{"ts": \#(now), "values": {"rssi": -60}}, {"ts": \#(now - 1000), "values": {"rssi": -61}}], "T 2": [{"rssi": 1}]}"#,
      to: site)
    try Self.publish("v1/gateway/attributes", #"{"T1": {"fw": "3.2.0", "batch": "ED5-2024-W07"}}"#, to: site)
    try Self.publish("v1/devices/me/telemetry", #"{"rssi": -60}"#, to: site)
    try Self.publish("v1/devices/T3/telemetry", #"{"rssi": -60}"#, to: site)
    #expect(try await site.tally(of: 7) == Tally(applied: 5, quarantined: 2))
    let device = try await site.json("device", "show", "T1")
    #expect(device["firmware"] == .text("3.2.0") && device["batch"] == .text("ED5-2024-W07"))
    #expect(device["reports"] == .number(2))
    #expect(try await site.list("quarantine").compactMap { $0["reason"]?.text } == ["identity", "identity"])
  }

  @Test func `Sparkplug: a missed birth is asked for, and what waited for it is taken`() async throws {
    let site = try await Self.site()
    let now = wallClock().milliseconds
    // Ready is who is subscribed; the word of it goes out with the next packets.
    try await wait(for: "the host's state is online", within: .seconds(20)) {
      try await site.retained("spBv1.0/STATE/desk")["spBv1.0/STATE/desk"]?.contains(#""online":true"#) == true
    }

    // Who says otherwise is contradicted.
    try await site.broker.publish(#"{"online": false, "timestamp": 1}"#, to: "spBv1.0/STATE/desk", retained: true)
    try await wait(for: "the host's state is online again", within: .seconds(20)) {
      try await site.retained("spBv1.0/STATE/desk")["spBv1.0/STATE/desk"]?.contains(#""online":true"#) == true
    }

    // At QoS 0 a request reaches who is there.
    let folder = try ScratchFolder()
    let node = try await ChildProcess.start(
      Executable.system("stdbuf"),
      ["-oL", "mosquitto_sub"] + site.broker.clientArguments
        + ["-V", "5", "-d", "-q", "1", "-t", "spBv1.0/+/NCMD/#", "-F", "%q %r %t %x"], outputs: folder.path("node"))
    defer { node.endNow() }
    try await wait(for: "the node has subscribed", within: .seconds(10)) { node.standardOutput.contains("Subscribed") }
    let data = SparkplugBytes.payload([.init(alias: 7, integer: -61)], seq: 5, at: now)
    try Self.publish([("spBv1.0/G/DDATA/N/P1", data)], to: site)
    #expect(try await site.tally(of: 1) == Tally(quarantined: 1))
    try await wait(for: "the node hears the request", within: .seconds(10)) {
      node.standardOutput.contains("0 0 spBv1.0/G/NCMD/N ")
        && node.standardOutput.contains("4e6f646520436f6e74726f6c2f52656269727468")
    }

    // It goes on waiting over a restart.
    try await site.daemon.stop()
    try await site.daemon.start()
    let births = [
      ("spBv1.0/G/NBIRTH/N", SparkplugBytes.payload([.init(name: "bdSeq", datatype: 4, integer: 0)], seq: 0, at: now)),
      (
        "spBv1.0/G/DBIRTH/N/P1",
        SparkplugBytes.payload(
          [
            .init(name: "wifi/rssi", alias: 7, datatype: 3, integer: -60),
            .init(name: "fw", datatype: 12, text: "3.2.0"),
            .init(name: "reboots", alias: 8, datatype: 7, integer: 4),
          ], seq: 1, at: now + 1)
      ),
    ]
    try Self.publish(births, to: site)
    try await wait(for: "what waited is taken", within: .seconds(20)) {
      try await site.tally(of: 3) == Tally(applied: 3)
    }
    #expect(try await site.list("quarantine").isEmpty)

    // Aliases are known after a restart.
    try await site.daemon.stop()
    #expect(try await site.retained("spBv1.0/STATE/desk")["spBv1.0/STATE/desk"]?.contains(#""online":false"#) == true)
    try await site.daemon.start()
    let more = SparkplugBytes.payload(
      [.init(alias: 7, integer: -62), .init(alias: 8, integer: 1)], seq: 2, at: now + 2)
    try Self.publish([("spBv1.0/G/DDATA/N/P1", more)], to: site)
    #expect(try await site.tally(of: 4) == Tally(applied: 4))
    let device = try await site.json("device", "show", "P1")
    #expect(device["firmware"] == .text("3.2.0") && device["reports"] == .number(3))

    // A daemon that dies leaves its last will.
    site.daemon.kill()
    try await wait(for: "the last will is published", within: .seconds(10)) {
      try await site.retained("spBv1.0/STATE/desk")["spBv1.0/STATE/desk"]?.contains(#""online":false"#) == true
    }
  }

  @Test func `an erased Sparkplug device isn't in the births that are kept, its neighbour is`() async throws {
    let site = try await Self.site()
    let now = wallClock().milliseconds
    func birth(_ device: String, _ sequence: UInt64) -> (String, [UInt8]) {
      (
        "spBv1.0/G/DBIRTH/N/\(device)",
        SparkplugBytes.payload([.init(name: "wifi/rssi", alias: 7, datatype: 3, integer: -60)], seq: sequence, at: now)
      )
    }
    let node = SparkplugBytes.payload([.init(name: "bdSeq", datatype: 4, integer: 0)], seq: 0, at: now)
    try Self.publish([("spBv1.0/G/NBIRTH/N", node), birth("gone-4711", 1), birth("stays-4712", 2)], to: site)
    _ = try await site.tally(of: 3)
    func kept() async throws -> String {
      try await site.sql("SELECT hex(value) FROM meta WHERE key = 'sparkplug'").standardOutput
    }
    let hex = { (name: String) in name.utf8.map { String(format: "%02X", $0) }.joined() }
    _ = try await site.json("device", "erase", "gone-4711", "--yes")
    try await wait(for: "the state is written", within: .seconds(20)) { try await kept().contains(hex("stays-4712")) }
    #expect(try await !kept().contains(hex("gone-4711")))
    // Data by alias of the one that stays are read, of the other they wait for a birth.
    func data(_ device: String, _ sequence: UInt64) -> (String, [UInt8]) {
      (
        "spBv1.0/G/DDATA/N/\(device)",
        SparkplugBytes.payload([.init(alias: 7, integer: -61)], seq: sequence, at: now + 5)
      )
    }
    try Self.publish([data("stays-4712", 3), data("gone-4711", 4)], to: site)
    #expect(try await site.tally(of: 5).quarantined == 1)
    try await site.daemon.stop()
  }

  @Test func `who refuses telemetry isn't heard in any format`() async throws {
    let site = try await Self.site()
    for device in ["M1", "T1", "urn:dev:mac:S1", "D1", "P1"] {
      try await site.publish(#"{"consent": {"telemetry": false}}"#, from: device, as: "state")
    }
    let now = wallClock().milliseconds
    try Self.publish(
      [
        ("plant/dot/M1/data", Array("not even JSON".utf8)),
        ("v1/gateway/telemetry", Array(#"{"T1": [{"rssi": 1}]}"#.utf8)),
        ("senml/a", Array(#"[{"n":"urn:dev:mac:S1:rssi","v":1}]"#.utf8)),
        ("fleet/aws/things/D1/defender/metrics/json", Array("{}".utf8)),
        (
          "spBv1.0/G/DDATA/N/P1",
          SparkplugBytes.payload([.init(name: "wifi/rssi", datatype: 3, integer: 1)], seq: 0, at: now)
        ),
      ], to: site)
    #expect(try await site.tally(of: 10) == Tally(applied: 5, unconsented: 5))
    #expect(try await site.list("quarantine").isEmpty)
  }

  @Test func `a source that is wrong keeps the daemon from starting, with its place`() async throws {
    let daemon = try DaemonProcess(
      .init(
        brokerURL: "mqtt://127.0.0.1:1", profiles: Installation.shippedProfiles,
        lines: ["sources:", "  - {format: senml, product: echo-dot-5}"]))
    let run = try await CommandRun.built("forewarnd", ["--check", "--config", daemon.configurationPath])
    #expect(run.status == 1)
    #expect((run.standardOutput + run.standardError).contains("forewarn.yaml:10:5: sources[0]: topics is missing"))
  }
}

/// Sparkplug B payloads, encoded by the published field numbers.
enum SparkplugBytes {
  struct Metric {
    var name: String?
    var alias: UInt64?
    var datatype: UInt64?
    var integer: Int64?
    var text: String?
  }

  static func payload(_ metrics: [Metric], seq: UInt64, at: Int64) -> [UInt8] {
    var bytes = varint(1, UInt64(at))
    for metric in metrics {
      var fields: [UInt8] = []
      if let name = metric.name { fields += nested(1, Array(name.utf8)) }
      if let alias = metric.alias { fields += varint(2, alias) }
      if let datatype = metric.datatype { fields += varint(4, datatype) }
      if let integer = metric.integer {
        fields +=
          metric.datatype == 4 ? varint(11, UInt64(integer)) : varint(10, UInt64(UInt32(truncatingIfNeeded: integer)))
      }
      if let text = metric.text { fields += nested(15, Array(text.utf8)) }
      bytes += nested(2, fields)
    }
    return bytes + varint(3, seq)
  }

  private static func varint(_ field: UInt64, _ value: UInt64) -> [UInt8] { number(field << 3) + number(value) }
  private static func nested(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
    number(field << 3 | 2) + number(UInt64(value.count)) + value
  }
  private static func number(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(truncatingIfNeeded: value) | 0x80] + number(value >> 7)
  }
}
