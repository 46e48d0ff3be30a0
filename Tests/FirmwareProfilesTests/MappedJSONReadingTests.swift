import FirmwareProfiles
import Testing
import Vocabulary

struct MappedJSONReadingTests {
  private static let plant = """
    sources:
      - format: json
        topics: ["plant/{product}/{device}/data"]
        products: {LMP: lamp}
        paths: {ts: $.time, seq: $.n, boot: $.boot, firmware: $.sw.version}
        ts_unit: s
        signals:
          $.data.readings[0].temp: {signal: temp_c, scale: 0.5, offset: -10}
          $.data['a.b']: watts
          data.on: lit
        events:
          $.errors.heat: overheat
          $.reason: {event: reboot, equals: watchdog}
        facts: {$.lot: batch}
    """

  @Test func `paths, captures, units and names lead to a report`() throws {
    let payload = """
      {"time": 1795000000.25, "n": 7, "boot": 3, "sw": {"version": "2.0"}, "lot": "W7", "reason": "watchdog",
       "data": {"readings": [{"temp": 100}, {"temp": 1}], "a.b": 4, "on": 1}, "errors": {"heat": 2},
       "flickers": 5, "overheat": 0, "other": {"x": 1}}
      """
    let word = try #require(try ForeignBench(Self.plant).words("plant/LMP/L1/data", payload).first)
    #expect(word.device == "L1" && word.milliseconds == 1_795_000_000_250)
    #expect(word.report?.sequence == 7 && word.report?.boot == "3" && word.report?.firmware == "2.0")
    // `flickers` is the profile's own word; `other` is nobody's.
    #expect(word.signals == ["flickers=5.0", "lit=1.0", "temp_c=40.0", "watts=4.0"])
    #expect(word.events == ["overheat=2", "reboot=1"])
    #expect(word.facts?.batch == "W7" && word.report?.unknownItems == 1)
  }

  @Test func `an array anywhere holds several reports, each judged by itself`() throws {
    let bench = try ForeignBench(
      """
      sources:
        - format: json
          topics: [gw/out]
          product: lamp
          paths: {reports: $.batch.items, ts: "@.at", device: "@.id", firmware: $.fw}
          signals: {"@.t": temp_c}
      """)
    let payload = """
      {"fw": "1.2", "batch": {"items": [{"at": 1795000000000, "id": "L1", "t": 20}, {"at": "then", "id": "L2", "t": 21},
       {"at": "2026-11-18T11:07:40Z", "id": "L3", "t": 22}, {"at": 1795000000000, "t": 23}]}}
      """
    let words = bench.words("gw/out", payload)
    #expect(words.map(\.device) == ["L1", "L3"] && words.map(\.signals) == [["temp_c=20.0"], ["temp_c=22.0"]])
    #expect(words.allSatisfy { $0.report?.firmware == "1.2" })
    let refused = bench.items("gw/out", payload).compactMap { item in
      if case .rejected(let rejection, _) = item { rejection.reason } else { nil }
    }
    #expect(refused == [.schema, .identity])
  }

  @Test func `a message that is an array is an array of reports`() throws {
    let bench = try ForeignBench(
      "sources: [{format: json, topics: [\"a/{device}\"], product: lamp, signals: {$.t: temp_c}}]")
    let words = bench.words("a/L1", #"[{"t": 1, "ts": 1795000000000}, {"t": 2}]"#)
    #expect(words.map(\.signals) == [["temp_c=1.0"], ["temp_c=2.0"]])
    #expect(words.compactMap(\.milliseconds) == [1_795_000_000_000, ForeignBench.now.milliseconds])
  }

  @Test(arguments: [
    ("ms", "1795000000250"), ("us", "1795000000250000"), ("ns", "1795000000250000000"), ("s", "1795000000.25"),
    ("s", "\"2026-11-18T11:06:40.25Z\""),
  ])
  func `times come in the unit that is said, or as RFC 3339`(unit: String, time: String) throws {
    let bench = try ForeignBench(
      "sources: [{format: json, topics: [\"a/{device}\"], product: lamp, paths: {ts: $.t}, ts_unit: \(unit)}]")
    #expect(bench.words("a/L1", #"{"t": \#(time)}"#).first?.milliseconds == 1_795_000_000_250)
  }

  @Test func `a payload may not name another device than the topic`() throws {
    let bench = try ForeignBench(
      "sources: [{format: json, topics: [\"a/{device}\"], product: lamp, paths: {device: $.id}}]")
    #expect(bench.rejection("a/L1", #"{"id": "L2"}"#)?.reason == .identity)
    #expect(bench.words("a/L1", #"{"id": "L1"}"#).map(\.device) == ["L1"])
  }

  @Test func `a retained message without a time is no news`() throws {
    let bench = try ForeignBench("sources: [{format: json, topics: [\"a/{device}\"], product: lamp}]")
    func reason(_ payload: String) -> RejectionReason? {
      let items = bench.message("a/L1", Array(payload.utf8), isRetained: true)?.items ?? []
      for case .rejected(let rejection, _) in items { return rejection.reason }
      return nil
    }
    #expect(reason(#"{"temp_c": 1}"#) == .schema)
    #expect(reason(#"{"temp_c": 1, "ts": 1795000000000}"#) == nil)
  }

  @Test func `names that only look alike are not the same`() throws {
    let bench = try ForeignBench(
      "sources: [{format: json, topics: [\"a/{device}\"], product: lamp, devices: {caf\u{e9}: L1}, signals: {\u{e9}: watts}}]"
    )
    #expect(bench.words("a/caf\u{e9}", "{\"\u{e9}\": 1}").first?.signals == ["watts=1.0"])
    #expect(bench.rejection("a/cafe\u{301}", "{}")?.reason == .identity)
    #expect(bench.words("a/caf\u{e9}", "{\"e\u{301}\": 1}").first?.signals == [])
  }

  @Test(arguments: [
    ("plant/LMP/L1/data", #"{"n": 1}"#, RejectionReason.schema), ("plant/LMP/L1/data", #"{"time": 1e30}"#, .schema),
    ("plant/LMP/L1/data", #"{"time": 12}"#, .schema), ("plant/LMP/L1/data", #"{"time": 1795000000, "n": -1}"#, .schema),
    ("plant/LMP/L1/data", "7", .schema), ("plant/LMP/L1/data", "{", .syntax), ("plant/LMP/L1/data", "[]", .schema),
    ("plant/radio/L1/data", #"{"time": 1795000000}"#, .unknownProduct),
    ("plant/LMP/L 1/data", #"{"time": 1795000000}"#, .identity),
  ])
  func `what can't be used is refused with its reason`(topic: String, payload: String, reason: RejectionReason) throws {
    #expect(try ForeignBench(Self.plant).rejection(topic, payload)?.reason == reason)
  }
}
