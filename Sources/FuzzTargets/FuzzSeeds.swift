/// Valid inputs, from which fuzzing begins.
enum FuzzSeeds {
  static let profile = """
    product: lamp
    title: Lamp
    replacement: {sku: L-1, firmware: 1.0.0}
    weather: {humid_at_pct: 70}
    signals:
      temp_c: {type: gauge, unit: °C, range: [-40, 125]}
      flickers: {type: count}
      lit: {type: flag}
      scene: {type: word, words: [day, night]}
      watts: {type: gauge}
    events: [overheat, reboot]
    modes:
      - id: too-hot
        severity: critical
        onset: {any: [{event: overheat, count: 2}, {signal: temp_c, max_above: 100}]}
        bucket: day
        refractory_days: 7
        factors:
          - {signal: temp_c, bins: [20, 60]}
        costs: {failure: 120, patch: 0.5, replacement: 45, diagnose: 2, currency: USD}
    releases:
      - {version: 1.0.0, date: 2025-01-01, fixes: [too-hot]}
    known:
      - {mode: too-hot, batch: B1, relative_risk: 3, probability: 0.5, kb: KB-1}
    """

  static let sources = """
    sources:
      - {format: sparkplug, product: lamp, signals: {temp: temp_c, on: lit}, events: {boots: reboot}, facts: {FW: firmware}}
      - {format: thingsboard, product: lamp, signals: {t: temp_c, m: scene}}
      - {format: aws_defender, product: lamp}
      - {format: senml, product: lamp, topics: ["senml/{device}"], signals: {temp: temp_c}}
      - {format: json, product: lamp, topics: ["mapped/{device}"], signals: {$.t: temp_c, v: watts, m: scene}}
    """

  static func of(_ target: FuzzTarget) -> [[UInt8]] {
    if let bytes = binary[target] { return bytes }
    return (text[target] ?? [""]).map { Array($0.utf8) }
  }

  private static let report = """
    {"ts":1748736000000,"seq":1,"boot":"b1","firmware":"1.0.0","signals":{"temp_c":21.5,"lit":true,"scene":"day"},\
    "events":[{"type":"overheat","count":3}]}
    """

  private static let text: [FuzzTarget: [String]] = [
    .report: [
      report, "[\(report),{\"ts\":\"2025-06-01T00:00:00Z\"}]", #"{"ts":1748736000.5,"signals":{"watts":-1e300}}"#,
    ],
    .state: [
      #"{"ts":1748736000000,"batch":"B1","activated":"2025-05-01","region":"US-FL","carrier":"c-1","customer":"c","#
        + #""consent":{"telemetry":true,"contact":false},"firmware":"1.0.0","retired":null}"#,
      #"{"consent":{"telemetry":false}}"#,
      #"{"ts":1748736000000,"failure_mode":"too-hot","result":"fault"}"#,
    ],
    .context: [
      #"{"ts":1748736000000,"relative_humidity_pct":81,"temperature_c":20}"#,
      #"{"ts":1748736000000,"until":1748739600000}"#,
      #"{"ts":1748736000000,"device":"L1","text":"no light","failure_mode":"too-hot"}"#,
    ],
    .thingsboard: [
      #"{"L1":[{"ts":1748736000000,"values":{"t":20,"m":"day"}}],"L2":[{"t":1}]}"#, #"{"L1":{"fw":"1"}}"#,
    ],
    .defender: [
      #"{"header":{"report_id":1748736000,"version":"1.0"},"metrics":{"network_stats":{"bytes_in":1,"bytes_out":2}},"#
        + #""custom_metrics":{"temp_c":[{"number":21}]}}"#
    ],
    .senml: [#"[{"bn":"L1:","bt":1748736000,"n":"temp","u":"Cel","v":21.5},{"n":"temp","t":60,"v":22}]"#],
    .mapped: [#"{"t":21.5,"v":3,"m":"day","ts":1748736000000}"#],
    .topic: [
      "dt/forewarn/lamp/L1/report", "dt/forewarn/lamp/L1/state", "ctx/forewarn/weather/US-FL", "spBv1.0/G/DDATA/N/L1",
      "$aws/things/L1/defender/metrics/json", "$SYS/broker/messages", "mapped/L1", "cmd/forewarn/lamp/L1/care",
    ],
    .capture: [
      #"{"tst":"2026-11-23T07:52:59.399Z","topic":"dt/forewarn/lamp/L1/report","qos":1,"retain":0,"payload":{"ts":1}}"#,
      #"{"tst":"2026-11-23T07:52:59.399+0100","topic":"a","payload_b64":"eyJ0cyI6MX0="}"#,
    ],
    .profile: [profile],
    .configuration: [
      sources
        + """

        state_directory: /var/lib/forewarn
        broker: {url: "mqtts://broker:8883", root: forewarn, also_subscribe: ["a/#"]}
        http: {listen: "127.0.0.1:9464"}
        clock: event
        clock_quorum: 10
        lateness_days: 7
        consent_default: {telemetry: true, regions: {DE: {telemetry: false}}}
        care: {mode: send, answer_hours: 24, waves: {enabled: true, canary_share: 0.01, growth: 5}}
        predictions: {every_days: 1, horizon_days: 30}
        limits: {device_burst: 20000, devices: 5000000}
        log_level: notice
        """
    ],
    .policy: ["regions: [DE]\nconsent: {telemetry: false}\nretention: {reports_days: 90}\n"],
    .messages: ["format:\n  group_from: 4\nticket:\n  opened: \"{device}\"\n"],
    .devices: ["product,device,batch,activated,region\nlamp,L1,B1,2025-05-01,US-FL\nlamp,\"L,2\",B2,,\n"],
    .batches: ["product,batch,plant,produced\nlamp,B1,P1,2025-01-01\n"],
    .returns: ["product,device,failure_mode,result,found\nlamp,L1,too-hot,fault,2025-06-01\n"],
    .request: [
      #"{"reason":"spares","until":"2026-01-01T00:00:00Z","outcome":"no_fault_found","note":"x","force":true}"#,
      #"{"action":"acknowledge","filter":{"state":["open"]},"limit":10}"#,
    ],
    .times: ["2026-11-23T07:52:59.399Z", "2026-11-23T07:52:59+01:00", "every:7d", "2025-02-28", "1748736000000"],
  ]

  /// Sparkplug's own fields: a timestamp, a metric with name, alias, type and value, the sequence; CBOR: a map with a float.
  private static let binary: [FuzzTarget: [[UInt8]]] = [
    .sparkplug: [
      [0x08, 0x80, 0xD0, 0x9E, 0xC2, 0xF2, 0x32]
        + [0x12, 0x13, 0x0A, 0x04, 0x74, 0x65, 0x6D, 0x70, 0x10, 0x02, 0x20, 0x0A, 0x69, 0, 0, 0, 0, 0, 0, 0x34, 0x40]
        + [0x18, 0x00],
      [0x12, 0x0B, 0x0A, 0x05, 0x62, 0x64, 0x53, 0x65, 0x71, 0x20, 0x08, 0x58, 0x03, 0x18, 0x00],
    ],
    .cbor: [
      [0xA2, 0x61, 0x74, 0xFB, 0x40, 0x35, 0x80, 0, 0, 0, 0, 0, 0x61, 0x76, 0x03],
      [0x81, 0xA3, 0x00, 0x64, 0x74, 0x65, 0x6D, 0x70, 0x02, 0x18, 0x15, 0x06, 0x00],
      [0x9F, 0xBF, 0x61, 0x61, 0xF9, 0x7E, 0x00, 0xFF, 0xFF],
    ],
  ]
}

extension FuzzTarget {
  /// Valid inputs of this target.
  package var seeds: [[UInt8]] { FuzzSeeds.of(self) }
}
