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

  private static func pipeline() throws -> StageLine {
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

  private static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(truncatingIfNeeded: value) | 0x80] + varint(value >> 7)
  }
}
