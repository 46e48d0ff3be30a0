import CheckedYAML
import DeviceHistory
import FirmwareProfiles
import Pipeline
import Testing
import Vocabulary

/// Foreign messages through the whole pipeline: their fates, and what becomes of them in quarantine.
struct ForeignIntakeTests {
  private static let noon = StageLineTests.noon
  private static let profile = """
    product: lamp
    signals: {temp_c: {type: gauge}}
    events: [reboot]
    modes: [{id: hot, onset: {signal: temp_c, max_above: 90}}]
    """
  private static let sources = """
    sources:
      - {format: thingsboard, product: lamp}
      - {format: sparkplug, product: lamp}
      - {format: json, topics: ["j/{device}"], product: lamp}
    """

  private static func pipeline(_ sources: String = sources) throws -> StageLine {
    StageLine(
      catalogue: try Catalogue(files: [("lamp.yaml", Array(profile.utf8))]),
      settings: PipelineSettings(
        history: HistorySettings(clock: .capture),
        sources: try SourceReader.sources(of: YAMLFile(name: "s.yaml", bytes: Array(sources.utf8)))))
  }

  private static func delivery(_ topic: String, _ payload: String, at time: EventTime = noon) -> Delivery {
    Delivery(topic: topic, payload: Array(payload.utf8), receivedAt: time)
  }

  private static func gateway(_ devices: [(String, EventTime)], at time: EventTime = noon) -> Delivery {
    let entries = devices.map { #""\#($0)": [{"ts": \#($1.milliseconds), "values": {"temp_c": 20}}]"# }
    return delivery("v1/gateway/telemetry", "{\(entries.joined(separator: ", "))}", at: time)
  }

  @Test func `each device of a message has its own fate, and what is refused is one entry with all its bytes`() throws {
    var pipeline = try Self.pipeline()
    let message = Self.gateway([("L1", Self.noon), ("L 2", Self.noon), ("L 3", Self.noon), ("L4", Self.noon)])
    pipeline.take(message, wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 2 && yield.counts.quarantined == 2 && yield.counts.received == 4)
    #expect(yield.quarantined.count == 1 && yield.quarantined.first?.delivery == message)
    #expect(yield.quarantined.first?.rejection.detail.contains("(and 1 more of this message)") == true)
    #expect(yield.taken.count == 1)
    pipeline.take(message, wall: nil)
    #expect(pipeline.takeYield().counts.duplicate == 2)
  }

  @Test func `what was ahead of the clock is moved by its number once it is due`() throws {
    var pipeline = try Self.pipeline()
    let ahead = Self.noon + 2 * EventTime.day
    let message = Self.gateway([("L1", Self.noon), ("L2", ahead), ("L3", ahead)])
    pipeline.take(message, wall: nil)
    let first = pipeline.takeYield()
    #expect(first.counts.applied == 1 && first.counts.quarantined == 2 && first.quarantined.count == 1)
    pipeline.take(Self.delivery("j/L9", #"{"temp_c": 20}"#, at: Self.noon + EventTime.day), wall: nil)
    let second = pipeline.takeYield()
    #expect(second.counts.applied == 3 && second.counts.quarantined == -2 && second.counts.duplicate == 0)
    #expect(second.readmitted.count == 1)
    #expect(pipeline.history.summary(of: "L3")?.reports == 1)
  }

  @Test func `a retry after the fault is mended counts each report once`() throws {
    var pipeline = try Self.pipeline()
    let message = Self.gateway([("L1", Self.noon), ("L 2", Self.noon)])
    pipeline.take(message, wall: nil)
    _ = pipeline.takeYield()
    // Not mended yet: nothing moves.
    guard case .quarantined = pipeline.retake(message, wall: nil, after: .identity) else {
      Issue.record("it is still no id")
      return
    }
    #expect(pipeline.takeYield().counts == FateCounts())

    // A daemon whose configuration names the device.
    var mended = try Self.pipeline()
    let good = Self.gateway([("L1", Self.noon), ("L2", Self.noon)])
    mended.take(Self.gateway([("L1", Self.noon)]), wall: nil)
    _ = mended.takeYield()
    #expect(mended.retake(good, wall: nil, after: .identity) == .applied)
    let moved = mended.takeYield().counts
    #expect(moved.applied == 1 && moved.quarantined == -1 && moved.received == 0)
  }

  @Test func `what came another way meanwhile is a duplicate when its entry is taken again`() throws {
    var pipeline = try Self.pipeline()
    let message = Self.gateway([("L1", Self.noon)])
    pipeline.take(message, wall: nil)
    _ = pipeline.takeYield()
    #expect(pipeline.retake(message, wall: nil, after: .rate) == .duplicate)
    let counts = pipeline.takeYield().counts
    #expect(counts.duplicate == 1 && counts.quarantined == -1 && counts.received == 0)
  }

  @Test func `a gateway's new devices are bounded as others are, each by itself`() throws {
    var settings = try Self.pipeline().settings
    settings.limits.unknownDevices = 2
    var pipeline = StageLine(catalogue: try Self.pipeline().catalogue, settings: settings)
    let message = Self.gateway((1...4).map { ("L\($0)", Self.noon) })
    pipeline.take(message, wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 2 && yield.counts.quarantined == 2 && yield.quarantined.count == 1)
    #expect(yield.quarantined.first?.rejection.reason == .rate && pipeline.history.deviceCount == 2)
    // Room was made; of the entry the two that wait are taken, those that are known aren't counted again.
    var roomy = StageLine(catalogue: try Self.pipeline().catalogue, settings: try Self.pipeline().settings)
    roomy.take(Self.gateway((1...2).map { ("L\($0)", Self.noon) }), wall: nil)
    _ = roomy.takeYield()
    #expect(roomy.retake(message, wall: nil, after: .rate) == .applied)
    let counts = roomy.takeYield().counts
    #expect(counts.applied == 2 && counts.quarantined == -2 && counts.duplicate == 0)
  }

  @Test func `without consent a message isn't even read`() throws {
    var pipeline = try Self.pipeline()
    pipeline.take(
      Self.delivery("dt/forewarn/lamp/L1/state", #"{"consent": {"telemetry": false}}"#), wall: nil)
    pipeline.take(Self.delivery("j/L1", "no JSON"), wall: nil)
    pipeline.take(Self.gateway([("L1", Self.noon), ("L2", Self.noon)]), wall: nil)
    let counts = pipeline.takeYield().counts
    #expect(counts.unconsented == 2 && counts.applied == 2 && counts.quarantined == 0)
  }

  @Test func `Sparkplug data wait for their birth, and are taken right after it`() throws {
    var pipeline = try Self.pipeline()
    let time = Self.varint(UInt64(Self.noon.milliseconds))
    // Metric {alias: 1, double: 21}, seq 2; then {name, alias, datatype 10, 20}, seq 0 and 1.
    let value: [UInt8] = [0x69] + [0, 0, 0, 0, 0, 0, 0x34, 0x40]
    let data: [UInt8] = [8] + time + [0x12, 11, 0x10, 1, 0x69, 0, 0, 0, 0, 0, 0, 0x35, 0x40, 0x18, 2]
    let birth: [UInt8] =
      [8] + time + [0x12, 21, 0x0a, 6] + Array("temp_c".utf8) + [0x10, 1, 0x20, 10] + value + [0x18, 1]
    func take(_ topic: String, _ payload: [UInt8]) {
      pipeline.take(Delivery(topic: topic, payload: payload, receivedAt: Self.noon), wall: nil)
    }
    take("spBv1.0/G/DDATA/N/L1", data)
    let first = pipeline.takeYield()
    #expect(first.counts.quarantined == 1 && first.requests.map(\.topic) == ["spBv1.0/G/NCMD/N"])
    take("spBv1.0/G/NBIRTH/N", [8] + time + [0x18, 0])
    take("spBv1.0/G/DBIRTH/N/L1", birth)
    let second = pipeline.takeYield()
    #expect(second.counts.applied == 3 && second.counts.quarantined == -1 && second.counts.received == 2)
    #expect(second.readmitted.count == 1 && second.requests.isEmpty)
    #expect(second.taken.map(\.delivery.topic).last == "spBv1.0/G/DDATA/N/L1")
    // Read again from the journal, the same stands there.
    var recovered = try Self.pipeline()
    for taken in second.taken { recovered.take(taken.delivery, wall: taken.delivery.receivedAt) }
    #expect(recovered.history.summary(of: "L1")?.reports == pipeline.history.summary(of: "L1")?.reports)
    recovered.take(
      Delivery(topic: "spBv1.0/G/DDATA/N/L1", payload: data + [0x18, 3], receivedAt: Self.noon + 1), wall: nil)
    #expect(recovered.takeYield().counts.quarantined == 0)
  }

  // MARK: Consent

  private static let refusal = delivery("dt/forewarn/lamp/L1/state", #"{"consent": {"telemetry": false}}"#)

  @Test(arguments: ["L1", "n/a"])
  func `what can't be read of a Sparkplug device is kept if it hasn't refused, and else isn't`(refusing: String) throws
  {
    var pipeline = try Self.pipeline()
    if refusing == "L1" { pipeline.take(Self.refusal, wall: nil) }
    _ = pipeline.takeYield()
    let time = Self.varint(UInt64(Self.noon.milliseconds))
    // An alias that no birth has named; then bytes that are no payload.
    for payload in [[8] + time + [0x12, 4, 0x10, 1, 0x50, 5], [8] + time + [0x0f]] as [[UInt8]] {
      pipeline.take(
        Delivery(topic: "spBv1.0/G/DDATA/N/L1", payload: payload, receivedAt: Self.noon), wall: nil)
    }
    let yield = pipeline.takeYield()
    #expect(yield.counts.unconsented == (refusing == "L1" ? 2 : 0) && yield.counts.received == 2)
    #expect(yield.quarantined.count == (refusing == "L1" ? 0 : 2))
  }

  @Test func `of a message that speaks of a device without consent as well nothing but its topic is kept`() throws {
    var pipeline = try Self.pipeline()
    pipeline.take(Self.refusal, wall: nil)
    _ = pipeline.takeYield()
    let message = Self.gateway([("L1", Self.noon), ("L 2", Self.noon), ("L3", Self.noon)])
    pipeline.take(message, wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.unconsented == 1 && yield.counts.quarantined == 1 && yield.counts.applied == 1)
    let kept = try #require(yield.quarantined.first)
    #expect(kept.delivery.payload.isEmpty && kept.delivery.topic == message.topic)
    #expect(kept.rejection.detail.contains("its bytes aren't kept"))
    guard case .quarantined = pipeline.retake(kept.delivery, wall: nil, after: kept.rejection.reason) else {
      Issue.record("there is nothing to take")
      return
    }
  }

  // MARK: Devices of one message, and of one name

  @Test func `what is wrong with one device of a gateway's message is none of the others'`() throws {
    var pipeline = try Self.pipeline()
    let ts = Self.noon.milliseconds
    pipeline.take(
      Self.delivery(
        "v1/gateway/telemetry", #"{"L1": [], "L2": 7, "L3": [{"ts": \#(ts), "values": {"temp_c": 20}}]}"#), wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 1 && yield.counts.quarantined == 2 && yield.quarantined.count == 1)
    #expect(pipeline.history.summary(of: "L3")?.reports == 1 && pipeline.history.summary(of: "L1") == nil)
  }

  @Test(arguments: [
    ("device", ["L1"]), ("node:device", ["A:L1", "B:L1"]), ("group:node:device", ["G:A:L1", "G:B:L1"]),
  ])
  func `devices of two Sparkplug nodes that have one name are told apart where the source says so`(
    ids: String, expected: [String]
  ) throws {
    let sources = "sources: [{format: sparkplug, product: lamp, ids: \"\(ids)\"}]"
    var pipeline = try Self.pipeline(sources)
    let time = Self.varint(UInt64(Self.noon.milliseconds))
    let value: [UInt8] = [0x69] + [0, 0, 0, 0, 0, 0, 0x34, 0x40]
    let birth: [UInt8] =
      [8] + time + [0x12, 21, 0x0a, 6] + Array("temp_c".utf8) + [0x10, 1, 0x20, 10] + value + [0x18, 1]
    for node in ["A", "B"] {
      for (kind, payload) in [("NBIRTH/\(node)", [8] + time + [0x18, 0]), ("DBIRTH/\(node)/L1", birth)] {
        pipeline.take(Delivery(topic: "spBv1.0/G/\(kind)", payload: payload, receivedAt: Self.noon), wall: nil)
      }
    }
    var names: [String] = []
    pipeline.history.forEachDevice { names.append($0.identity.device) }
    #expect(names.sorted() == expected)
    // An erased one's births go with it.
    let before = pipeline.writeSessions().count
    pipeline.erase(DeviceIdentity(product: "lamp", device: expected[0]), refusal: Facts())
    _ = pipeline.takeYield()
    #expect(pipeline.writeSessions().count < before)
  }

  // MARK: Sequences

  @Test func `a gap that couldn't be asked about at once is asked about with the first message after that`() throws {
    var pipeline = try Self.pipeline()
    func take(_ kind: String, _ sequence: UInt8, after seconds: Int64) -> Int {
      let now = Self.noon + seconds * 1000
      let payload = [8] + Self.varint(UInt64(now.milliseconds)) + [0x18, sequence]
      pipeline.take(Delivery(topic: "spBv1.0/G/\(kind)/N", payload: payload, receivedAt: now), wall: nil)
      return pipeline.takeYield().requests.count
    }
    #expect(take("NBIRTH", 0, after: 0) == 0)
    #expect(take("NDATA", 4, after: 1) == 1)
    #expect(take("NBIRTH", 0, after: 2) == 0)
    // Another gap, too early to ask again; what comes in order afterwards is still read by the wrong birth.
    #expect(take("NDATA", 3, after: 5) == 0)
    #expect(take("NDATA", 4, after: 6) == 0)
    // Kept over a restart.
    var started = try Self.pipeline()
    started.restoreSessions(pipeline.writeSessions())
    pipeline = started
    #expect(take("NDATA", 5, after: 12) == 1)
    #expect(take("NDATA", 6, after: 13) == 0)
    #expect(take("NBIRTH", 0, after: 14) == 0 && take("NDATA", 1, after: 30) == 0)
  }

  @Test func `report ids that rise by leaps are no missing reports`() throws {
    let sources = "sources: [{format: aws_defender, product: lamp, topic_prefix: aws}]"
    var pipeline = try Self.pipeline(sources)
    for id in [1000, 61_000, 61_000, 121_000, 100_000] {
      pipeline.take(
        Self.delivery(
          "aws/things/L1/defender/metrics/json",
          #"{"header": {"report_id": \#(id), "version": "1.0"}, "metrics": {"network_stats": {"bytes_in": 1}}}"#),
        wall: nil)
    }
    let counts = pipeline.takeYield().counts
    #expect(counts.applied == 3 && counts.duplicate == 1 && counts.late == 1)
    #expect(pipeline.history.summary(of: "L1")?.sequenceGaps == 0)
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(truncatingIfNeeded: value) | 0x80] + varint(value >> 7)
  }
}
