import FirmwareProfiles
import Testing
import Vocabulary

struct PayloadDecoderTests {
  @Test func `a report holds what the profile declares, and counts the rest`() throws {
    let report = try #require(
      try Samples.report(
        """
        {"ts": 1763881200000, "seq": 4711, "boot": "b1f0", "firmware": "3.2.1", "device": "L1", "product": "lamp",
         "signals": {"temp_c": -12.5, "flickers": 4, "lit": true, "scene": "night", "nope": 1},
         "events": [{"type": "overheat", "count": 2}, {"type": "reboot"}, {"type": "nope"}], "extra": {"a": [1]}}
        """))
    #expect(report.time == EventTime(milliseconds: 1_763_881_200_000))
    #expect(report.sequence == 4711 && report.boot == "b1f0" && report.firmware == "3.2.1")
    #expect(
      report.signals == [
        .init(name: "temp_c", value: -12.5), .init(name: "flickers", value: 4), .init(name: "lit", value: 1),
        .init(name: "scene", value: 1),
      ])
    #expect(report.events == [.init(type: "overheat", count: 2), .init(type: "reboot", count: 1)])
    #expect(report.unknownItems == 3)
  }

  @Test(arguments: [
    #""temp_c": "hot""#, #""temp_c": null"#, #""temp_c": 126"#, #""temp_c": true"#, #""temp_c": [1]"#,
    #""flickers": -1"#, #""lit": 1"#, #""scene": "dusk""#, #""scene": 0"#, #""watts": 1e16"#, #""watts": -1e300"#,
    #""tеmp_c": 1"#,
  ])
  func `a signal that isn't as declared is kept out and counted`(signal: String) throws {
    let report = try #require(try Samples.report(#"{"ts": 1763881200000, "signals": {\#(signal)}}"#))
    #expect(report.signals.isEmpty)
    #expect(report.unknownItems == 1)
  }

  @Test(arguments: [
    ("1763881200000", 1_763_881_200_000), (#""2025-11-23T08:00:00.25+01:00""#, 1_763_881_200_250),
    // Integer-valued however it is spelled: some encoders know no integers.
    ("1763881200000.0", 1_763_881_200_000), ("1.7638812e12", 1_763_881_200_000),
  ])
  func `the time is whole milliseconds or RFC 3339`(text: String, milliseconds: Int64) throws {
    #expect(try Samples.report(#"{"ts": \#(text)}"#)?.time == EventTime(milliseconds: milliseconds))
  }

  @Test(arguments: [
    "{}", #"{"ts": null}"#, #"{"ts": true}"#, #"{"ts": -1}"#, #"{"ts": 1e3}"#, #"{"ts": 1763881200000.5}"#,
    #"{"ts": 1763881200}"#, #"{"ts": 18446744073709551615}"#, #"{"ts": 1e300}"#, #"{"ts": "yesterday"}"#,
    #"{"ts": "1999-12-31T23:59:59Z"}"#, #"{"ts": "2100-01-01T00:00:01Z"}"#,
    #"{"ts": 1763881200000, "seq": -1}"#, #"{"ts": 1763881200000, "seq": 1.5}"#, #"{"ts": 1763881200000, "seq": "1"}"#,
    #"{"ts": 1763881200000, "boot": 1.5}"#, #"{"ts": 1763881200000, "boot": ""}"#,
    #"{"ts": 1763881200000, "firmware": 3.2}"#, #"{"ts": 1763881200000, "firmware": "3 2"}"#,
    #"{"ts": 1763881200000, "signals": []}"#, #"{"ts": 1763881200000, "events": {}}"#,
    #"{"ts": 1763881200000, "events": ["reboot"]}"#, #"{"ts": 1763881200000, "events": [{"count": 1}]}"#,
    #"{"ts": 1763881200000, "events": [{"type": "reboot", "count": 0}]}"#,
    #"{"ts": 1763881200000, "events": [{"type": "reboot", "count": 1000001}]}"#,
    #"{"ts": 1763881200000, "events": [{"type": 7}]}"#,
    #"{"ts": 1763881200000, "ts": 1763881200000}"#, #"{"ts": 1763881200000, "signals": {"lit": true, "lit": true}}"#,
    #"{"ts": 1763881200000, "extra": [{"a": 1, "\u0061": 2}]}"#, "[]", "42", #""text""#, "null",
    #"{"ts": 99999999999999999999999999}"#,
  ])
  func `a report of the wrong form is a schema fault`(payload: String) throws {
    let rejection = try #require(try Samples.rejection(payload))
    #expect(rejection.reason == .schema, "\(rejection)")
    #expect(!rejection.detail.isEmpty)
  }

  @Test func `a time in seconds is named as such`() throws {
    #expect(try Samples.rejection(#"{"ts": 1763881200}"#)?.detail.hasSuffix("found 1763881200 (seconds?)") == true)
  }

  @Test(arguments: [
    "", " ", "{", #"{"ts": NaN}"#, #"{"ts": 1e999}"#, #"{"ts": 01}"#, "{'ts': 1}", #"{"ts": 1} {}"#, "[1,]", "a",
    #"{"ts": "\#u{1}"}"#, "\u{feff}\u{feff}{}",
  ])
  func `what is no JSON is a syntax fault`(payload: String) throws {
    #expect(try Samples.rejection(payload)?.reason == .syntax)
  }

  @Test(arguments: [
    Array(#"{"ts": 1763881200000, "boot": ""#.utf8) + [0xff] + Array(#""}"#.utf8),
    // Overlong, a lone surrogate, gzip, CBOR, nothing but zeros.
    [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x1f, 0x8b, 0x08, 0x00], [0xa1, 0x61, 0x61, 0x01],
    [0, 0, 0],
  ])
  func `bytes that are no JSON in UTF-8 are a syntax fault`(payload: [UInt8]) throws {
    #expect(try Samples.rejection(payload)?.reason == .syntax)
  }

  @Test func `what is too large, too deep or too much is refused as such`() throws {
    for depth in [65, 100_000] {
      let deep = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      #expect(try Samples.rejection(deep)?.reason == .tooLarge)
    }
    #expect(try Samples.rejection(String(repeating: "[", count: 100_000))?.reason == .syntax)
    #expect(try Samples.rejection(String(repeating: #"{"a":"#, count: 100_000) + "}")?.reason == .tooLarge)
    let padded = #"{"ts": 1763881200000}"# + String(repeating: " ", count: DecodingLimits.payloadBytes)
    #expect(try Samples.rejection(padded)?.reason == .tooLarge)
    let elements = Array(repeating: "{}", count: DecodingLimits.reports + 1).joined(separator: ",")
    #expect(try Samples.rejection("[\(elements)]")?.reason == .tooLarge)
    let signals = (0...DecodingLimits.signals).map { #""s\#($0)": 1"# }.joined(separator: ",")
    #expect(try Samples.rejection(#"{"ts": 1763881200000, "signals": {\#(signals)}}"#)?.reason == .tooLarge)
  }

  @Test func `a payload that names another device or product is an identity fault`() throws {
    for field in [#""device": "L2""#, #""device": 1"#, #""product": "other""#, #""device": "L1\u0301""#] {
      #expect(try Samples.rejection(#"{"ts": "broken", \#(field)}"#)?.reason == .identity)
    }
  }

  @Test func `each report of an array is judged alone`() throws {
    let decoded = try Samples.decode(
      """
      [ {"ts": 1763881200000}, {"ts": 1763881200000, "seq": -1.50, "x": "\\u00e9"}, 7, {"ts": 1763881201000} ]
      """)
    #expect(decoded.count == 4)
    guard case .report = decoded[0], case .report(let last) = decoded[3],
      case .rejected(let fault, let element) = decoded[1], case .rejected(let other, let number) = decoded[2]
    else {
      Issue.record("\(decoded)")
      return
    }
    #expect(last.time == EventTime(milliseconds: 1_763_881_201_000))
    #expect(fault.reason == .schema && other.reason == .schema)
    #expect(element.map { String(decoding: $0, as: UTF8.self) } == #"{"ts":1763881200000,"seq":-1.5,"x":"é"}"#)
    #expect(number == Array("7".utf8))
  }

  @Test func `the element that was cut out is rejected for the same reason when it comes again`() throws {
    let decoded = try Samples.decode(
      #"[{"ts": 1, "signals": {"temp_c": 1e-7}}, {"ts": 1763881200000, "device": "L2"}]"#)
    for case .rejected(let rejection, let element) in decoded {
      #expect(try Samples.rejection(try #require(element)) == rejection)
    }
  }

  @Test func `the digest depends on the content, not on the order of keys or the spelling of numbers`() throws {
    let base = try #require(
      try Samples.report(
        #"{"ts": 1763881200000, "signals": {"temp_c": 1, "lit": true}, "events": [{"type": "reboot", "count": 2}]}"#))
    let same = try #require(
      try Samples.report(
        #"{"events":[{"count":2.0,"type":"reboot"}],"signals":{"lit":true,"temp_c":1.0},"ts":1.7638812e12}"#))
    #expect(base.digest == same.digest)
    for other in [
      #"{"ts": 1763881200001, "signals": {"temp_c": 1, "lit": true}, "events": [{"type": "reboot", "count": 2}]}"#,
      #"{"ts": 1763881200000, "signals": {"temp_c": 1.5, "lit": true}, "events": [{"type": "reboot", "count": 2}]}"#,
      #"{"ts": 1763881200000, "signals": {"temp_c": 1, "lit": false}, "events": [{"type": "reboot", "count": 2}]}"#,
      #"{"ts": 1763881200000, "signals": {"temp_c": 1, "nope": true}, "events": [{"type": "reboot", "count": 2}]}"#,
      #"{"ts": 1763881200000, "signals": {"temp_c": 1, "lit": true}, "events": [{"type": "overheat", "count": 2}]}"#,
      #"{"ts": 1763881200000, "signals": {"temp_c": 1, "lit": true}}"#,
    ] {
      #expect(try Samples.report(other)?.digest != base.digest)
    }
    // Computed apart from this code: stored identities must stay what they are from version to version.
    #expect(try Samples.report(#"{"ts": 1763881200000}"#)?.digest == 0xd88c_a244_6add_6f28)
  }

  @Test func `values that change places give another digest`() throws {
    let one = try Samples.report(#"{"ts": 1763881200000, "signals": {"temp_c": 1, "watts": 2}}"#)
    let other = try Samples.report(#"{"ts": 1763881200000, "signals": {"temp_c": 2, "watts": 1}}"#)
    #expect(one?.digest != other?.digest)
  }

  @Test func `one decoder reads message after message`() throws {
    let decoder = PayloadDecoder()
    let catalogue = try Samples.lamps()
    var generator = SplitMix(state: 7)
    for _ in 0..<2000 {
      let size = Int(generator.next() % 200)
      let isBroken = generator.next() % 4 == 0
      let value =
        #"{"ts": 1763881200000, "signals": {"temp_c": \#(size % 100)}, "x": "\#(String(repeating: "é", count: size))""#
      let decoded = decoder.reports(Array((value + (isBroken ? "" : "}")).utf8), of: Samples.lamp, catalogue: catalogue)
      switch decoded.first {
      case .report(let report): #expect(!isBroken && report.signals.first?.value == Double(size % 100))
      case .rejected(let rejection, _): #expect(isBroken && rejection.reason == .syntax)
      case nil: Issue.record("nothing was answered")
      }
    }
  }

  @Test func `random damage to a report never crashes the decoder`() throws {
    let decoder = PayloadDecoder()
    let catalogue = try Samples.lamps()
    let payload = Array(
      #"[{"ts":1763881200000,"seq":1,"boot":"b","signals":{"temp_c":1.5,"lit":true},"events":[{"type":"reboot","count":2}]}]"#
        .utf8)
    var generator = SplitMix(state: 11)
    for _ in 0..<5000 {
      var damaged = payload
      for _ in 0...generator.next() % 4 {
        damaged[Int(generator.next() % UInt64(damaged.count))] = UInt8(truncatingIfNeeded: generator.next())
      }
      #expect(!decoder.reports(damaged, of: Samples.lamp, catalogue: catalogue).isEmpty)
    }
  }
}

/// splitmix64, so that a failing run can be had again.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
