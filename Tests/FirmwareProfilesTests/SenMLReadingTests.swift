import FirmwareProfiles
import Testing
import Vocabulary

/// RFC 8428: its own examples, its rules, and packs that break them.
struct SenMLReadingTests {
  private static let topic = "senml/x"

  private static func bench(_ more: String = "") throws -> ForeignBench {
    try ForeignBench(
      """
      sources:
        - format: senml
          product: lamp
          topics: ["senml/+", "by/{device}"]
          signals: {voltage: watts, current: temp_c, open: lit, "%RH": watts, label: scene, Cel: temp_c, kwh.sum: watts}
          \(more)
      """)
  }

  @Test func `the RFC's pack of several data points with base time is one report a time`() throws {
    let pack = """
      [{"bn": "urn:dev:ow:10e2073a0108006:", "bt": 1.276020076001e+09, "bu": "A", "bver": 5,
        "n": "voltage", "u": "V", "v": 120.1},
       {"n": "current", "t": -5, "v": 1.2}, {"n": "current", "t": -4, "v": 1.3}, {"n": "current", "t": -3, "v": 1.4},
       {"n": "current", "t": -2, "v": 1.5}, {"n": "current", "t": -1, "v": 1.6}, {"n": "current", "v": 1.7}]
      """
    let words = try Self.bench().words(Self.topic, pack)
    try check(words)
  }

  @Test func `the RFC's CBOR pack says the same`() throws {
    let pack = Hexadecimal.bytes(
      """
      87 a7 21 78 1b 75 72 6e 3a 64 65 76 3a 6f 77 3a 31 30 65 32 30 37 33 61 30 31 30 38 30 30 36 3a 22 fb 41 d3 03 a1
      5b 00 10 62 23 61 41 20 05 00 67 76 6f 6c 74 61 67 65 01 61 56 02 fb 40 5e 06 66 66 66 66 66 a3 00 67 63 75 72 72
      65 6e 74 06 24 02 fb 3f f3 33 33 33 33 33 33 a3 00 67 63 75 72 72 65 6e 74 06 23 02 fb 3f f4 cc cc cc cc cc cd a3
      00 67 63 75 72 72 65 6e 74 06 22 02 fb 3f f6 66 66 66 66 66 66 a3 00 67 63 75 72 72 65 6e 74 06 21 02 f9 3e 00 a3
      00 67 63 75 72 72 65 6e 74 06 20 02 fb 3f f9 99 99 99 99 99 9a a3 00 67 63 75 72 72 65 6e 74 06 00 02 fb 3f fb 33
      33 33 33 33 33
      """)
    let words = try Self.bench().words(Self.topic, pack)
    try check(words)
  }

  private func check(_ words: [ForeignWord]) throws {
    #expect(words.allSatisfy { $0.device == "urn:dev:ow:10e2073a0108006" })
    #expect(words.count == 6)
    #expect(words.first?.signals == ["temp_c=1.7", "watts=120.1"])
    #expect(words.first?.milliseconds == 1_276_020_076_001)
    #expect(words.dropFirst().map(\.signals) == ["1.2", "1.3", "1.4", "1.5", "1.6"].map { ["temp_c=\($0)"] })
    #expect(words.dropFirst().compactMap(\.milliseconds) == (1...5).map { 1_276_020_070_001 + Int64($0) * 1000 })
  }

  @Test func `what has no name goes by its unit`() throws {
    let pack = """
      [{"bn": "urn:dev:ow:10e2073a01080063", "bt": 1.320067464e+09, "bu": "%RH", "v": 20},
       {"u": "lon", "v": 24.30621}, {"u": "lat", "v": 60.07965}, {"t": 60, "v": 20.3}]
      """
    let words = try Self.bench().words(Self.topic, pack)
    #expect(words.map(\.device) == ["urn:dev:ow:10e2073a01080063", "urn:dev:ow:10e2073a01080063"])
    #expect(words.map(\.signals) == [["watts=20.0"], ["watts=20.3"]])
    #expect(words.first?.report?.unknownItems == 2)
    let single = try Self.bench().words(Self.topic, #"[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]"#)
    #expect(single.map(\.device) == ["urn:dev:ow:10e2073a01080063"] && single.first?.signals == ["temp_c=23.1"])
  }

  @Test func `times below 2^28 are relative to now, and no time is now`() throws {
    let now = ForeignBench.now.milliseconds
    let relative = try Self.bench().words(
      Self.topic,
      #"[{"bn":"d:","n":"voltage","v":1},{"n":"voltage","t":-90.5,"v":2},{"n":"voltage","bt":10,"t":5,"v":3}]"#)
    #expect(relative.compactMap(\.milliseconds) == [now, now - 90_500, now + 15_000])
  }

  @Test func `values and sums add to their bases, and text and truth values are kept`() throws {
    let words = try Self.bench().words(
      Self.topic,
      #"[{"bn":"d/","bv":100,"n":"voltage","v":20.5},{"n":"current"},{"bs":5,"n":"kwh","v":1,"s":7},"#
        + #"{"n":"open","vb":true},{"n":"label","vs":"night"},{"n":"raw","vd":"aGk"}]"#)
    #expect(words.map(\.device) == ["d"])
    #expect(words.first?.signals == ["lit=1.0", "scene=1.0", "temp_c=100.0", "watts=12.0", "watts=120.5"])
    // The value of kwh itself, and the data.
    #expect(words.first?.report?.unknownItems ?? 0 >= 2)
  }

  @Test func `a topic's device counts, whatever the names are`() throws {
    let words = try Self.bench().words("by/L7", #"[{"bn":"urn:dev:mac:0024befffe804ff1:","n":"voltage","v":1}]"#)
    #expect(words.map(\.device) == ["L7"] && words.first?.signals == ["watts=1.0"])
  }

  @Test func `names fall apart as the configuration says, and may be given others`() throws {
    let pack = #"[{"bn":"site/","n":"lamp7/voltage","v":1}]"#
    #expect(try Self.bench().words(Self.topic, pack).first?.device == "site")
    #expect(try Self.bench().words(Self.topic, pack).first?.report?.unknownItems == 1)
    let last = try Self.bench("name_split: last\n    devices: {site/lamp7: L7}").words(Self.topic, pack)
    #expect(last.first?.device == "L7" && last.first?.signals == ["watts=1.0"])
    let unnamed = try Self.bench("name_split: whole").rejection(Self.topic, pack)
    #expect(unnamed?.reason == .identity)
    #expect(try Self.bench("name_split: last").rejection(Self.topic, pack)?.reason == .identity)
  }

  @Test(arguments: [
    (#"[{"bver":11,"n":"d:voltage","v":1}]"#, RejectionReason.unsupported),
    (#"[{"n":"d:a","v":1,"new_":1}]"#, .unsupported),
    (#"[{"bver":0,"n":"d:a","v":1}]"#, .schema), (#"[{"bver":5,"n":"d:a","v":1},{"bver":6,"n":"d:a","v":1}]"#, .schema),
    (#"{"n":"d:a","v":1}"#, .schema), ("[]", .schema), ("[1]", .schema), (#"[{"n":"d:a"}]"#, .schema),
    (#"[{"n":"d:a","v":"1"}]"#, .schema), (#"[{"n":"d:a","v":1,"vs":"x"}]"#, .schema), (#"[{"v":1}]"#, .schema),
    (#"[{"n":"d a","v":1}]"#, .schema), (#"[{"n":"-d:a","v":1}]"#, .schema), (#"[{"n":"dé:a","v":1}]"#, .schema),
    (#"[{"n":"d:a","v":1,"t":"now"}]"#, .schema), (#"[{"n":"d:a","v":1,"t":1e300}]"#, .schema),
    (#"[{"n":"d:a","v":1,"bt":300000000}]"#, .schema), (#"[{"n":"d:a","n":"d:b","v":1}]"#, .schema),
    (#"[{"n":"d:a","v":1e308,"bv":1e308}]"#, .schema), (#"[{"n":"d:a","vb":1}]"#, .schema),
    ("<sensml xmlns=\"urn:ietf:params:xml:ns:senml\"/>", .syntax), ("", .syntax), ("[", .syntax),
  ])
  func `a pack that breaks the RFC's rules is refused whole`(pack: String, reason: RejectionReason) throws {
    let rejection = try #require(try Self.bench().rejection(Self.topic, pack))
    #expect(rejection.reason == reason, "\(rejection)")
    #expect(!rejection.detail.isEmpty)
  }

  @Test func `a label twice in CBOR, as text or number, is refused`() throws {
    // [{0: "d:voltage", 2: 1, 2: 2}] and [{0: "d:voltage", "n": "d:a", 2: 1}]
    for hex in ["81 a3 00 69 643a766f6c74616765 02 01 02 02", "81 a3 00 69 643a766f6c74616765 616e 63643a61 02 01"] {
      #expect(try Self.bench().rejection(Self.topic, Hexadecimal.bytes(hex))?.reason == .schema)
    }
  }

  @Test func `more devices and times than one message may hold are refused`() throws {
    let records = (0..<1001).map { #"{"n":"d\#($0):voltage","v":1}"# }.joined(separator: ",")
    #expect(try Self.bench().rejection(Self.topic, "[\(records)]")?.reason == .tooLarge)
  }

  @Test func `a retained pack whose times are relative doesn't say when it was measured`() throws {
    let bench = try Self.bench()
    func reports(_ pack: String, isRetained: Bool) -> [ForeignItem] {
      bench.message(Self.topic, Array(pack.utf8), isRetained: isRetained)?.items ?? []
    }
    let relative = #"[{"bn": "d:", "n": "current", "t": -5, "v": 20}]"#
    guard case .rejected(let rejection, _) = reports(relative, isRetained: true).first else {
      Issue.record("nobody knows how old it is")
      return
    }
    #expect(rejection.reason == .schema && rejection.detail.contains("doesn't say when it was measured"))
    let absolute = #"[{"bn": "d:", "n": "current", "bt": \#(ForeignBench.now.milliseconds / 1000), "v": 21}]"#
    for items in [reports(relative, isRetained: false), reports(absolute, isRetained: true)] {
      guard case .word(_, let report?, _) = items.first else {
        Issue.record("\(items)")
        return
      }
      #expect(abs(report.time.milliseconds - ForeignBench.now.milliseconds) <= 5000)
    }
  }

  @Test(arguments: [
    (#"[{"n": "d:current", "v": 20}, {"bver": 5, "n": "d:current", "t": -5, "v": 20}]"#, false),
    (#"[{"n": "d:current", "v": 20}, {"bver": 10, "n": "d:current", "t": -5, "v": 20}]"#, true),
    (#"[{"bver": 5, "n": "d:current", "v": 20}, {"n": "d:current", "t": -5, "v": 20}]"#, true),
    (#"[{"bver": 5, "n": "d:current", "v": 20}, {"bver": 6, "n": "d:current", "t": -5, "v": 20}]"#, false),
  ])
  func `all records of a pack have one version, the default where the first names none`(
    pack: String, isSound: Bool
  ) throws {
    let bench = try Self.bench()
    #expect(bench.words(Self.topic, pack).count == (isSound ? 2 : 0))
    #expect(bench.rejection(Self.topic, pack)?.reason == (isSound ? nil : .schema))
  }
}
