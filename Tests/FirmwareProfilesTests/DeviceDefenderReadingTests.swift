import FirmwareProfiles
import Testing
import Vocabulary

/// The forms of AWS's documentation, long and short, JSON and CBOR, and what it warns of.
struct DeviceDefenderReadingTests {
  private static let topic = "$aws/things/L1/defender/metrics/json"

  private static func bench(_ more: String = "") throws -> ForeignBench {
    try ForeignBench(
      """
      sources:
        - format: aws_defender
          product: lamp
          signals: {network_stats.bytes_in: watts, tcp_connections.established_connections.total: flickers, temp: temp_c}
          events: {reboots: reboot}
          \(more)
      """)
  }

  private static let long = """
    {"header": {"report_id": 1795000000, "version": "1.0"}, "metrics": {
     "listening_tcp_ports": {"ports": [{"interface": "eth0", "port": 24800}, {"port": 22}], "total": 2},
     "listening_udp_ports": {"ports": [{"interface": "eth0", "port": 5353}], "total": 1},
     "network_stats": {"bytes_in": 29358693495, "bytes_out": 26485035, "packets_in": 10013573555, "packets_out": 11382615},
     "tcp_connections": {"established_connections": {"connections": [
       {"local_interface": "eth0", "local_port": 80, "remote_addr": "192.168.0.1:8000"}, {"remote_addr": "10.0.0.1:9"}],
       "total": 2}}},
     "custom_metrics": {"temp": [{"number": 21.5}], "names": [{"string_list": ["a", "b"]}], "reboots": [{"number": 3}],
      "loads": [{"number_list": [1, 2, 6]}], "peers": [{"ip_list": ["172.0.0.0", "172.0.0.10"]}]}}
    """
  private static let short = """
    {"hed": {"rid": 1795000000, "v": "1.0"}, "met": {
     "tp": {"pts": [{"if": "eth0", "pt": 24800}, {"pt": 22}], "t": 2}, "up": {"pts": [{"if": "eth0", "pt": 5353}], "t": 1},
     "ns": {"bi": 29358693495, "bo": 26485035, "pi": 10013573555, "po": 11382615},
     "tc": {"ec": {"cs": [{"li": "eth0", "lp": 80, "rad": "192.168.0.1:8000"}, {"rad": "10.0.0.1:9"}], "t": 2}}},
     "cmet": {"temp": [{"number": 21.5}], "names": [{"string_list": ["a", "b"]}], "reboots": [{"number": 3}],
      "loads": [{"number_list": [1, 2, 6]}], "peers": [{"ip_list": ["172.0.0.0", "172.0.0.10"]}]}}
    """

  @Test(arguments: [long, short]) func `long and short names say the same`(payload: String) throws {
    let word = try #require(try Self.bench().words(Self.topic, payload).first)
    #expect(word.device == "L1" && word.milliseconds == 1_795_000_000_000)
    #expect(word.signals == ["flickers=2.0", "temp_c=21.5", "watts=29358693495.0"])
    #expect(word.events == ["reboot=3"])
    // Two totals, three counters, two counts, five of the list of numbers.
    #expect(word.report?.unknownItems == 12)
  }

  @Test func `a list's length and a list of numbers can be signals`() throws {
    let bench = try ForeignBench(
      """
      sources:
        - format: aws_defender
          product: lamp
          signals: {names.count: flickers, loads.max: watts, listening_tcp_ports.total: temp_c}
      """)
    #expect(bench.words(Self.topic, Self.long).first?.signals == ["flickers=2.0", "temp_c=2.0", "watts=6.0"])
  }

  @Test func `CBOR with short names is read, whatever the topic's last level`() throws {
    // {"hed": {"rid": 1795000000, "v": "1.0"}, "met": {"ns": {"bi": 7}}, "cmet": {"temp": [{"number": 21.5}]}}
    let payload = Hexadecimal.bytes(
      """
      a3 63686564 a2 63726964 1a6afd86c0 6176 63312e30 636d6574 a1 626e73 a1 626269 07 64636d6574 a1 6474656d70
      81 a1 666e756d626572 fb4035800000000000
      """)
    for topic in [Self.topic, "$aws/things/L1/defender/metrics/cbor"] {
      let word = try #require(try Self.bench().words(topic, payload).first)
      #expect(word.signals == ["temp_c=21.5", "watts=7.0"] && word.milliseconds == 1_795_000_000_000)
    }
  }

  @Test func `a report id that is no time counts as a running number`() throws {
    let word = try #require(
      try Self.bench().words(Self.topic, #"{"hed":{"rid":17,"v":"1.0"},"met":{"ns":{"bi":1}}}"#).first)
    #expect(word.milliseconds == ForeignBench.now.milliseconds)
    #expect(word.report?.sequence == 17 && word.report?.boot == "report_id")
  }

  @Test func `the same report id is the same report, another is another`() throws {
    let bench = try Self.bench()
    func digest(_ id: Int, _ bytes: Int) -> UInt64? {
      bench.words(Self.topic, #"{"hed":{"rid":\#(id),"v":"1.0"},"met":{"ns":{"bi":\#(bytes)}}}"#).first?.report?.digest
    }
    #expect(digest(1_795_000_000, 1) == digest(1_795_000_000, 2))
    #expect(digest(1_795_000_000, 1) != digest(1_795_000_001, 1))
  }

  @Test func `another prefix takes the place of $aws`() throws {
    let bench = try Self.bench("topic_prefix: fleet/aws")
    #expect(bench.sources[0].topics.map(\.filter) == ["fleet/aws/things/+/defender/metrics/+"])
    #expect(bench.words("fleet/aws/things/L1/defender/metrics/json", Self.long).count == 1)
    #expect(bench.message(Self.topic, Array(Self.long.utf8)) == nil)
    #expect(try Self.bench().message("$aws/things/L1/defender/metrics/json/accepted", []) == nil)
  }

  @Test func `a custom metric that is no list is named, with the form it should have`() throws {
    for value in [
      #"{"number": 1}"#, "1", #"[]"#, #"[{"number": 1}, {"number": 2}]"#, #"[{"number": 1, "ip_list": []}]"#,
    ] {
      let rejection = try #require(
        try Self.bench().rejection(Self.topic, #"{"hed":{"rid":1,"v":"1.0"},"cmet":{"temp":\#(value)}}"#))
      #expect(rejection.reason == .schema && rejection.detail.contains("\"temp\" must"), "\(rejection)")
    }
  }

  @Test(arguments: [
    ("{}", RejectionReason.schema), ("[]", .schema), (#"{"hed":{"v":"1.0"},"met":{}}"#, .schema),
    (#"{"hed":{"rid":"1"},"met":{}}"#, .schema), (#"{"hed":{"rid":-1},"met":{}}"#, .schema),
    (#"{"hed":{"rid":1,"v":"2.0"},"met":{}}"#, .unsupported), (#"{"hed":{"rid":1}}"#, .schema),
    (#"{"hed":{"rid":1},"met":[]}"#, .schema), (#"{"hed":{"rid":1},"met":{"ns":1}}"#, .schema),
    (#"{"hed":{"rid":1},"met":{"tc":{"ec":{"cs":1}}}}"#, .schema),
    (#"{"hed":{"rid":1},"cmet":{"a":[{"number":"1"}]}}"#, .schema),
    (#"{"hed":{"rid":1},"cmet":{"a":[{"number_list":[1,"2"]}]}}"#, .schema),
    (#"{"hed":{"rid":1},"cmet":{"a":[{"ip_list":[1]}]}}"#, .schema),
    (#"{"hed":{"rid":1},"cmet":{"a":[{"text":"x"}]}}"#, .schema), ("", .syntax), ("{", .syntax),
  ])
  func `a report of the wrong form is refused with its reason`(payload: String, reason: RejectionReason) throws {
    #expect(try Self.bench().rejection(Self.topic, payload)?.reason == reason)
  }
}
