import FirmwareProfiles
import Testing
import Vocabulary

struct SparkplugReadingTests {
  private typealias Metric = SparkplugSample.Metric
  private static let now = SparkplugSample.now

  private static func bench(_ more: String = "") throws -> ForeignBench {
    try ForeignBench(
      """
      sources:
        - format: sparkplug
          product: lamp
          signals: {wifi/rssi: watts, temp: temp_c, on: lit, mode: scene}
          events: {boots: reboot}
          facts: {Properties/FW: firmware}
          \(more)
      """)
  }

  private static func topic(_ kind: String) -> String { "spBv1.0/G/\(kind)/N" + (kind.hasPrefix("D") ? "/L1" : "") }

  private static let nodeBirth = SparkplugSample.payload(
    [SparkplugSample.birthSequence(3), Metric("Node Control/Rebirth", type: 11, .flag(false))], seq: 0)
  private static let deviceBirth = SparkplugSample.payload(
    [
      Metric("wifi/rssi", alias: 1, type: 3, .int(-60)), Metric("temp", alias: 2, type: 10, .double(20)),
      Metric("boots", alias: 3, type: 7, .int(4)), Metric("Properties/FW", alias: 4, type: 12, .text("8.2.1")),
      Metric("batch", type: 12, .text("B7")), Metric("uptime", alias: 5, type: 8, .long(9)),
    ], seq: 1)

  private static func born(_ more: String = "") throws -> ForeignBench {
    let bench = try Self.bench(more)
    _ = bench.message(topic("NBIRTH"), nodeBirth)
    _ = bench.message(topic("DBIRTH"), deviceBirth)
    return bench
  }

  @Test func `a birth tells how things stand, not what happened`() throws {
    let bench = try Self.bench()
    guard case .noted = bench.items(Self.topic("NBIRTH"), Self.nodeBirth).first else {
      Issue.record("a node without metrics of ours is no device")
      return
    }
    let word = try #require(bench.words(Self.topic("DBIRTH"), Self.deviceBirth).first)
    #expect(word.device == "L1" && word.milliseconds == Self.now)
    #expect(word.signals == ["temp_c=20.0", "watts=-60.0"] && word.events.isEmpty)
    #expect(word.report?.firmware == "8.2.1" && word.facts?.batch == "B7" && word.report?.unknownItems == 1)
  }

  @Test func `data by alias, without datatypes, mean what the birth said`() throws {
    let bench = try Self.born()
    let data = SparkplugSample.payload(
      [
        Metric(alias: 1, .int(-61)), Metric(alias: 2, .double(21.5)), Metric(alias: 3, .int(2)),
        Metric(alias: 5, .long(9)),
      ],
      seq: 2)
    let message = try #require(bench.message(Self.topic("DDATA"), data))
    #expect(message.request == nil)
    let word = try #require(bench.words(Self.topic("DDATA"), data).first)
    #expect(word.signals == ["temp_c=21.5", "watts=-61.0"] && word.events == ["reboot=2"])
    #expect(word.report?.unknownItems == 1)
  }

  @Test(arguments: [
    (1, SparkplugSample.Value.int(-5), "-5.0"), (1, .int(251), "-5.0"), (2, .int(-300), "-300.0"),
    (3, .int(-60), "-60.0"),
    (4, .long(-60), "-60.0"), (3, .long(-60), "-60.0"), (5, .int(200), "200.0"), (7, .int(-1), "4294967295.0"),
    (8, .long(60), "60.0"), (9, .float(48.5), "48.5"), (10, .double(1.25), "1.25"), (13, .long(1000), "1000.0"),
  ])
  func `numbers are read as their datatype says`(datatype: UInt64, value: SparkplugSample.Value, expected: String)
    throws
  {
    let payload = SparkplugSample.payload([Metric("wifi/rssi", type: datatype, value)], seq: 2)
    #expect(try Self.born().words(Self.topic("DDATA"), payload).first?.signals == ["watts=\(expected)"])
  }

  @Test func `an unknown alias waits for a birth, which is asked for once`() throws {
    let bench = try Self.bench()
    let data = SparkplugSample.payload([Metric(alias: 1, .int(-61))], seq: 2)
    let message = try #require(bench.message(Self.topic("DDATA"), data))
    guard case .rejected(let rejection, "L1") = message.items.first else {
      Issue.record("\(message.items)")
      return
    }
    #expect(rejection.reason == .schema && rejection.detail.contains("rebirth"))
    #expect(message.waitsFor == "G/N/L1" && message.request?.topic == "spBv1.0/G/NCMD/N")
    // timestamp, {name, timestamp, datatype Boolean, true}
    let time = Array((message.request?.payload ?? []).prefix(7))
    let metric =
      SparkplugSample.nested(1, Array("Node Control/Rebirth".utf8)) + [0x18] + time.dropFirst() + [0x20, 11, 0x70, 1]
    #expect(message.request?.payload == time + SparkplugSample.nested(2, metric))

    #expect(bench.message(Self.topic("DDATA"), data)?.request == nil)
    let later = ForeignBench.now + 11_000
    #expect(bench.message(Self.topic("DDATA"), data, at: later)?.request != nil)
    #expect(bench.message(Self.topic("NBIRTH"), Self.nodeBirth)?.releases == "G/N")
    #expect(bench.message(Self.topic("DBIRTH"), Self.deviceBirth)?.releases == "G/N/L1")
    #expect(bench.words(Self.topic("DDATA"), data).first?.signals == ["watts=-61.0"])
  }

  @Test func `a gap in the sequence asks for a rebirth, and the data count all the same`() throws {
    let bench = try Self.born()
    func data(_ sequence: UInt64) -> [UInt8] { SparkplugSample.payload([Metric(alias: 2, .double(20))], seq: sequence) }
    for sequence in UInt64(2)...600 {
      #expect(bench.message(Self.topic("DDATA"), data(sequence % 256))?.request == nil, "\(sequence)")
    }
    #expect(bench.message(Self.topic("DDATA"), data(600 % 256))?.request == nil)
    let message = try #require(bench.message(Self.topic("DDATA"), data(602 % 256)))
    #expect(message.request != nil && !message.isRefused)
    #expect(bench.message(Self.topic("DDATA"), data(0), isRetaken: true)?.request == nil)
  }

  @Test func `historical values are evidence of their own times, and no facts`() throws {
    let bench = try Self.born()
    let payload = SparkplugSample.payload(
      [
        Metric("Properties/FW", type: 12, at: Self.now - 9000, isHistorical: true, .text("7.0")),
        Metric("temp", type: 10, at: Self.now - 9000, isHistorical: true, .double(30)),
        Metric("temp", type: 10, at: Self.now - 5000, isHistorical: true, .double(31)),
        Metric("boots", type: 7, at: Self.now - 5000, isHistorical: true, .int(1)),
        Metric("temp", type: 10, at: Self.now, .double(32)),
      ], seq: 2)
    let words = bench.words(Self.topic("DDATA"), payload)
    #expect(words.compactMap(\.milliseconds) == [Self.now - 9000, Self.now - 5000, Self.now])
    #expect(words.map(\.signals) == [["temp_c=30.0"], ["temp_c=31.0"], ["temp_c=32.0"]])
    #expect(words.map(\.events) == [[], ["reboot=1"], []])
    #expect(words.allSatisfy { $0.report?.firmware == nil && $0.facts == nil })
  }

  @Test func `null, bad quality and what no signal takes are kept out`() throws {
    let payload = SparkplugSample.payload(
      [
        Metric("temp", type: 10, .null), Metric("wifi/rssi", type: 3, quality: 0, .int(1)),
        Metric("wifi/rssi", type: 3, quality: 500, .int(2)), Metric("on", type: 11, quality: 192, .flag(true)),
        Metric("mode", type: 12, .text("night")), Metric("x", type: 17, .bytes([1, 2])),
        Metric("temp", type: 9, .float(.nan)),
      ], seq: 2)
    let word = try #require(try Self.born().words(Self.topic("DDATA"), payload).first)
    #expect(word.signals == ["lit=1.0", "scene=1.0"])
    // Two of bad quality, the bytes, the NaN.
    #expect(word.report?.unknownItems == 4)
  }

  @Test func `a death ends its own session, and the death of an earlier one changes nothing`() throws {
    let bench = try Self.born()
    let data = SparkplugSample.payload([Metric(alias: 2, .double(20))], seq: 2)
    let old = SparkplugSample.payload([SparkplugSample.birthSequence(2)], at: nil)
    guard case .outdated = bench.items(Self.topic("NDEATH"), old).first else {
      Issue.record("the death of another session")
      return
    }
    #expect(bench.words(Self.topic("DDATA"), data).count == 1)
    guard case .noted = bench.items(Self.topic("DDEATH"), SparkplugSample.payload([], seq: 3)).first else {
      Issue.record("a device's death")
      return
    }
    #expect(bench.rejection(Self.topic("DDATA"), data)?.reason == .schema)
    _ = bench.message(Self.topic("DBIRTH"), Self.deviceBirth)
    guard
      case .noted = bench.items(Self.topic("NDEATH"), SparkplugSample.payload([SparkplugSample.birthSequence(3)])).first
    else {
      Issue.record("the death of this session")
      return
    }
    #expect(bench.rejection(Self.topic("DDATA"), data)?.reason == .schema)
  }

  @Test func `what births said is kept over a restart`() throws {
    let bench = try Self.born()
    let kept = bench.sessions.written()
    let restarted = try Self.bench()
    restarted.sessions = SparkplugSessions(restoring: kept)
    #expect(restarted.sessions.written() == kept)
    let data = SparkplugSample.payload([Metric(alias: 1, .int(-61))], seq: 2)
    let message = try #require(restarted.message(Self.topic("DDATA"), data))
    #expect(!message.isRefused && message.request == nil)
    for damaged in [Array(kept.dropLast(3)), [0xff], kept.map { $0 ^ 0x55 }] {
      #expect(SparkplugSessions(restoring: damaged).isEmpty)
    }
  }

  @Test func `nodes are devices where they say so, or where they have a metric of ours`() throws {
    let birth = SparkplugSample.payload(
      [SparkplugSample.birthSequence(1), Metric("temp", type: 10, .double(20))], seq: 0)
    let foreign = SparkplugSample.payload([Metric("x", type: 10, .double(20))], seq: 1)
    #expect(try Self.bench().words(Self.topic("NBIRTH"), birth).map(\.device) == ["N"])
    #expect(try Self.bench().words(Self.topic("NDATA"), foreign).isEmpty)
    #expect(try Self.bench("nodes: devices").words(Self.topic("NDATA"), foreign).map(\.device) == ["N"])
    #expect(try Self.bench("nodes: gateways").words(Self.topic("NBIRTH"), birth).isEmpty)
  }

  @Test(arguments: [
    ("0f", RejectionReason.syntax), ("12ff01", .syntax), ("08", .syntax), ("0a0101", .syntax), ("00", .syntax),
    ("08ffffffffffffffffffff01", .syntax), ("12050a0361ff62", .syntax), ("120210", .syntax),
    ("08011203 0a0161 1801", .schema),
    ("12002000", .schema),
  ])
  func `what is no such payload is refused`(hex: String, reason: RejectionReason) throws {
    let rejection = try Self.born().rejection(Self.topic("DDATA"), Hexadecimal.bytes(hex))
    if hex == "0a0101" { return #expect(rejection == nil) }
    #expect(rejection?.reason == reason, "\(String(describing: rejection))")
  }

  @Test func `any bytes give a report or a reason, and births stay bounded`() throws {
    let bench = try Self.bench()
    var seed: UInt64 = 0x5eed
    for round in 0..<20_000 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var bytes = round % 2 == 0 ? Self.deviceBirth : Self.nodeBirth
      let place = Int(seed >> 33) % bytes.count
      bytes[place] = UInt8(truncatingIfNeeded: seed >> 56)
      if round % 3 == 0 { bytes = Array(bytes.prefix(place)) }
      let kinds = ["NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH"]
      #expect(bench.message(Self.topic(kinds[round % 6]), bytes)?.items.isEmpty == false, "round \(round)")
    }
  }

  @Test func `commands and states of hosts are none of ours`() throws {
    let bench = try Self.bench("topics: [\"spBv1.0/#\"]")
    #expect(bench.message("spBv1.0/G/NCMD/N", []) == nil && bench.message("spBv1.0/STATE/h", []) == nil)
  }
}
