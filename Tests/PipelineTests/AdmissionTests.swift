import DeviceHistory
import FirmwareProfiles
import Pipeline
import Testing
import Vocabulary

/// How much of the gateway one device, strangers and made-up names may take.
@Suite struct AdmissionTests {
  private static let noon = StageLineTests.noon
  private static let minute: Int64 = 60_000

  private static func pipeline(_ limits: AdmissionLimits = AdmissionLimits()) throws -> StageLine {
    var settings = try StageLineTests.pipeline().settings
    settings.limits = limits
    return StageLine(catalogue: try StageLineTests.pipeline().catalogue, settings: settings)
  }

  /// A report that was measured at one time and received at another.
  private static func report(
    _ device: String, _ sequence: Int, measured: EventTime, received: EventTime, extra: String = ""
  ) -> Delivery {
    let payload = #"{"ts": \#(measured.milliseconds), "seq": \#(sequence), "boot": 1\#(extra)}"#
    return Delivery(
      topic: "dt/forewarn/echo-dot-5/\(device)/report", payload: Array(payload.utf8), receivedAt: received)
  }

  private static func state(_ device: String, _ facts: String) -> Delivery {
    Delivery(
      topic: "dt/forewarn/echo-dot-5/\(device)/state", payload: Array(facts.utf8), isRetained: true, receivedAt: noon)
  }

  @Test func `a device that floods is held to its share, and gets it again as time goes by`() throws {
    var limits = AdmissionLimits()
    limits.deviceBurst = 100
    limits.deviceMessagesPerSecond = 2
    var pipeline = try Self.pipeline(limits)
    for number in 0..<300 {
      pipeline.take(Self.report("E1", number, measured: Self.noon, received: Self.noon), wall: nil)
    }
    let flood = pipeline.takeYield()
    #expect(flood.counts.applied == 100 && flood.counts.quarantined == 200)
    #expect(
      flood.quarantined.allSatisfy { $0.rejection.reason == .rate && $0.rejection.detail.contains("device_burst") })
    #expect(pipeline.admission.counts.throttled == 200 && pipeline.admission.offenders == ["E1"])
    #expect(pipeline.admission.shares.throttled == 1)

    // Ten seconds later twenty more may come; another device never noticed.
    for number in 300..<340 {
      pipeline.take(Self.report("E1", number, measured: Self.noon, received: Self.noon + 10_000), wall: nil)
    }
    pipeline.take(Self.report("E2", 1, measured: Self.noon, received: Self.noon + 10_000), wall: nil)
    let later = pipeline.takeYield().counts
    #expect(later.applied == 21 && later.quarantined == 20)
  }

  @Test func `a week's backlog at full speed is no flood: its reports are as far apart as ever`() throws {
    var limits = AdmissionLimits()
    limits.deviceBurst = 3000
    var pipeline = try Self.pipeline(limits)
    let start = Self.noon - 7 * EventTime.day + EventTime.hour
    // One report a minute, all received within a second, and three times the share's burst.
    let reports = 7 * 24 * 60 - 60
    #expect(reports > 3 * limits.deviceBurst)
    for number in 0..<reports {
      let received = Self.noon + Int64(number) / 10
      pipeline.take(
        Self.report("E1", number, measured: start + Int64(number) * Self.minute, received: received), wall: nil)
    }
    let counts = pipeline.takeYield().counts
    #expect(counts.applied == reports && counts.quarantined == 0)
  }

  @Test func `made-up times buy a device no more than the days that a report may be off`() throws {
    var limits = AdmissionLimits()
    limits.deviceBurst = 10
    limits.deviceMessagesPerSecond = 0.01
    var pipeline = try Self.pipeline(limits)
    pipeline.take(Self.report("E0", 0, measured: Self.noon, received: Self.noon), wall: nil)
    var applied = 0
    // As large steps as pay for a message each, from the oldest time that is taken to the latest, then on and on.
    for number in 0..<20_000 {
      let measured = Self.noon - 7 * EventTime.day + Int64(number) * 100_000
      pipeline.take(Self.report("E1", number, measured: measured, received: Self.noon), wall: nil)
    }
    applied = pipeline.takeYield().counts.applied - 1
    let bound = 0.01 * Double(8 * EventTime.day) / 1000 + 10
    #expect(Double(applied) <= bound && Double(applied) > 0.9 * bound, "\(applied) of \(bound)")
  }

  @Test func `a clock that is set back takes nothing from a device`() throws {
    var limits = AdmissionLimits()
    limits.deviceBurst = 10
    var pipeline = try Self.pipeline(limits)
    for number in 0..<200 {
      let received = Self.noon + Int64(number) * 1000 - (number > 100 ? EventTime.hour : 0)
      pipeline.take(Self.report("E1", number, measured: Self.noon, received: received), wall: nil)
    }
    #expect(pipeline.takeYield().counts.applied == 200)
  }

  @Test func `a large message costs as much as many small ones`() throws {
    var limits = AdmissionLimits()
    limits.deviceBurst = 32
    var pipeline = try Self.pipeline(limits)
    let filling = #", "filling": "\#(String(repeating: "x", count: 60_000))""#
    for number in 0..<10 {
      pipeline.take(
        Self.report("E1", number, measured: Self.noon, received: Self.noon, extra: filling), wall: nil)
    }
    #expect(pipeline.takeYield().counts.applied == 2)
  }

  @Test func `only devices in debt are remembered, however many there are`() throws {
    var pipeline = try Self.pipeline()
    for number in 0..<30_000 {
      let received = Self.noon + Int64(number) / 20
      pipeline.take(Self.report("E\(number)", 1, measured: Self.noon, received: received), wall: nil)
    }
    #expect(pipeline.takeYield().counts.applied == 30_000)
    #expect(pipeline.admission.shares.count < 5000)
  }

  @Test func `made-up ids are refused beyond their number, and whoever is known or registered is not`() throws {
    var limits = AdmissionLimits()
    limits.unknownDevices = 50
    var pipeline = try Self.pipeline(limits)
    pipeline.take(Self.state("R1", #"{"batch": "B1"}"#), wall: nil)
    for number in 0..<80 {
      pipeline.take(Self.report("M\(number)", 1, measured: Self.noon, received: Self.noon), wall: nil)
    }
    let first = pipeline.takeYield()
    #expect(first.counts.applied == 51 && first.counts.quarantined == 30)
    #expect(first.quarantined.allSatisfy { $0.rejection.detail.contains("limits.unknown_devices") })
    #expect(pipeline.admission.unknownDevices == 50 && pipeline.history.deviceCount == 51)

    pipeline.take(Self.report("M7", 2, measured: Self.noon, received: Self.noon), wall: nil)
    pipeline.take(Self.report("R1", 1, measured: Self.noon, received: Self.noon), wall: nil)
    pipeline.take(Self.state("R2", #"{"batch": "B1"}"#), wall: nil)
    pipeline.take(Self.report("R2", 1, measured: Self.noon, received: Self.noon), wall: nil)
    // One of them is registered after all: that makes room for another.
    pipeline.take(Self.state("M8", #"{"batch": "B1"}"#), wall: nil)
    pipeline.take(Self.report("M79", 2, measured: Self.noon, received: Self.noon), wall: nil)
    let second = pipeline.takeYield().counts
    #expect(second.applied == 6 && second.quarantined == 0)
    #expect(pipeline.admission.unknownDevices == 50)
  }

  @Test func `beyond the number of all devices nobody new is taken up, registered or not`() throws {
    var limits = AdmissionLimits()
    limits.devices = 2
    var pipeline = try Self.pipeline(limits)
    for device in ["E1", "E2", "E3"] {
      pipeline.take(Self.report(device, 1, measured: Self.noon, received: Self.noon), wall: nil)
    }
    pipeline.take(Self.state("E4", #"{"batch": "B1"}"#), wall: nil)
    pipeline.take(Self.report("E1", 2, measured: Self.noon, received: Self.noon), wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 3 && yield.counts.quarantined == 2)
    #expect(
      yield.quarantined.allSatisfy { $0.rejection.reason == .rate && $0.rejection.detail.contains("limits.devices") })
    #expect(pipeline.admission.counts.newDevicesRefused == 2 && pipeline.history.deviceCount == 2)
  }

  @Test func `a product's firmware names are bounded, and known ones never refused`() throws {
    var limits = AdmissionLimits()
    limits.names.firmwares = 5
    var pipeline = try Self.pipeline(limits)
    for number in 0..<12 {
      pipeline.take(
        Self.report(
          "E1", number, measured: Self.noon, received: Self.noon, extra: #", "firmware": "3.0.\#(number)-bounded""#),
        wall: nil)
    }
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 5 && yield.counts.quarantined == 7)
    #expect(yield.quarantined.allSatisfy { $0.rejection.reason == .rate && $0.rejection.detail.contains("firmware") })
    #expect(Symbol(known: "3.0.11-bounded") == nil)
    pipeline.take(
      Self.report(
        "E2", 1, measured: Self.noon, received: Self.noon, extra: #", "firmware": "3.0.1-bounded""#), wall: nil)
    #expect(pipeline.takeYield().counts.applied == 1)
  }

  @Test func `made-up regions, carriers and batches are bounded as well`() throws {
    var limits = AdmissionLimits()
    (limits.names.regions, limits.names.carriers, limits.names.batches) = (3, 3, 3)
    var pipeline = try Self.pipeline(limits)
    for number in 0..<5 {
      let weather = #"{"ts": \#(Self.noon.milliseconds), "relative_humidity_pct": 81}"#
      pipeline.take(
        Delivery(
          topic: "ctx/forewarn/weather/made-up-\(number)", payload: Array(weather.utf8), receivedAt: Self.noon),
        wall: nil)
      pipeline.take(Self.state("S\(number)", #"{"carrier": "made-up-carrier-\#(number)"}"#), wall: nil)
      pipeline.take(Self.state("T\(number)", #"{"batch": "made-up-batch-\#(number)"}"#), wall: nil)
    }
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 9 && yield.counts.quarantined == 6)
    #expect(pipeline.admission.names.refused == [.region: 2, .carrier: 2, .batch: 2])
    #expect(Symbol(known: "made-up-4") == nil && Symbol(known: "made-up-carrier-4") == nil)
  }

  @Test func `what was let in once is let in again when a start reads its journal, under lower limits as well`() throws
  {
    var limits = AdmissionLimits()
    limits.deviceBurst = 1
    limits.unknownDevices = 0
    limits.names.firmwares = 0
    var pipeline = try Self.pipeline(limits)
    pipeline.admission.isJudging = false
    for number in 0..<20 {
      pipeline.take(
        Self.report(
          "E1", number, measured: Self.noon, received: Self.noon, extra: #", "firmware": "3.1.\#(number)-read-again""#),
        wall: nil)
    }
    pipeline.admission.isJudging = true
    #expect(pipeline.takeYield().counts.applied == 20)
    pipeline.take(Self.report("E1", 21, measured: Self.noon, received: Self.noon), wall: nil)
    #expect(pipeline.takeYield().quarantined.map(\.rejection.reason) == [.rate])
  }

  @Test func `of a flood quarantine keeps what it can hold, and counts the rest`() throws {
    var limits = AdmissionLimits()
    limits.deviceBurst = 1
    var pipeline = try Self.pipeline(limits)
    var kept = 0
    for number in 0..<6000 {
      let received = Self.noon + Int64(number) / 2
      pipeline.take(
        Self.report("E\(number % 3)", number, measured: Self.noon, received: received), wall: nil)
      if number % 500 == 499 { kept += pipeline.takeYield().quarantined.count }
    }
    let mostRows = AdmissionLimits.quarantineRows * AdmissionLimits.quarantineShareOfRate
    #expect(Double(kept) >= mostRows && Double(kept) < mostRows + 20)
    #expect(pipeline.admission.counts.unkept == pipeline.admission.counts.throttled - kept)
  }

  @Test func `a throttled message that is retried is taken`() throws {
    var limits = AdmissionLimits()
    limits.deviceBurst = 1
    var pipeline = try Self.pipeline(limits)
    for number in 0..<2 {
      pipeline.take(Self.report("E1", number, measured: Self.noon, received: Self.noon), wall: nil)
    }
    let refused = try #require(pipeline.takeYield().quarantined.first)
    #expect(pipeline.retake(refused.delivery, wall: nil) == .applied)
    let counts = pipeline.takeYield().counts
    #expect(counts.applied == 1 && counts.quarantined == -1)
  }
}
