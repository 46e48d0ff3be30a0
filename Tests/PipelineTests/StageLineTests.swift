import DeviceHistory
import FirmwareProfiles
import Foundation
import Pipeline
import Testing
import Vocabulary

/// Messages in, fates out: with the shipped profiles and the capture's clock.
@Suite struct StageLineTests {
  static let profiles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Firmware-Profiles").path

  static func pipeline(_ settings: HistorySettings = HistorySettings(clock: .capture)) throws -> StageLine {
    StageLine(catalogue: try Catalogue.load(folder: profiles), settings: PipelineSettings(history: settings))
  }

  static let noon = EventTime(milliseconds: 1_748_779_200_000)

  private static func delivery(_ topic: String, _ payload: String, at time: EventTime = noon) -> Delivery {
    Delivery(topic: topic, payload: Array(payload.utf8), receivedAt: time)
  }

  static func report(_ device: String, _ sequence: Int, at time: EventTime = noon) -> Delivery {
    delivery(
      "dt/forewarn/echo-dot-5/\(device)/report", #"{"ts": \#(time.milliseconds), "seq": \#(sequence), "boot": 1}"#,
      at: time)
  }

  @Test func `each element of an array has its own fate, and a bad one is kept alone`() throws {
    var pipeline = try Self.pipeline()
    let ts = Self.noon.milliseconds
    pipeline.take(
      Self.delivery(
        "dt/forewarn/echo-dot-5/E1/report",
        #"[{"ts": \#(ts), "seq": 1, "boot": 1}, {"seq": 2}, {"ts": \#(ts), "seq": 1, "boot": 1}, {"ts": \#(ts + 172_800_000)}]"#
      ),
      wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 1 && yield.counts.duplicate == 1 && yield.counts.quarantined == 2)
    #expect(yield.quarantined.map(\.rejection.reason) == [.schema, .future])
    #expect(yield.quarantined.map { String(decoding: $0.delivery.payload, as: UTF8.self) }[0] == #"{"seq":2}"#)
    #expect(yield.quarantined[1].dueAt == Self.noon + 2 * EventTime.day)
    #expect(yield.taken.count == 1)
  }

  @Test func `the same facts said later are a duplicate that outlives a kill, and so is a device that is only named`()
    throws
  {
    func state(_ device: String, _ facts: String) -> Delivery {
      Self.delivery("dt/forewarn/echo-dot-5/\(device)/state", facts)
    }
    let (first, second) = (Self.noon.milliseconds, Self.noon.milliseconds + 2000)
    var pipeline = try Self.pipeline()
    let messages = [
      state("E1", #"{"ts": \#(first), "region": "US-FL"}"#), state("E1", #"{"ts": \#(second), "region": "US-FL"}"#),
      state("E1", #"{"ts": \#(second), "region": "US-FL"}"#), state("E2", "{}"), state("E2", "{}"),
    ]
    for message in messages { pipeline.take(message, wall: nil) }
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 2 && yield.counts.duplicate == 3)
    #expect(yield.taken.map(\.delivery) == [messages[0], messages[1], messages[3]])
    var started = try Self.pipeline()
    for taken in yield.taken { started.take(taken.delivery, wall: taken.delivery.receivedAt) }
    started.take(state("E1", #"{"ts": \#(first + 1000), "region": "DE-BY"}"#), wall: nil)
    #expect(started.history.facts(of: "E1")?.region == "US-FL" && started.history.knows("E2"))
  }

  @Test func `an integer beyond 64 bits is a number like any other`() throws {
    var pipeline = try Self.pipeline()
    let ts = Self.noon.milliseconds
    let texts = [
      #"{"ts": \#(ts), "seq": 1, "boot": 1, "signals": {"x": 18446744073709551616, "soc_temp_c": 40}}"#,
      #"{"ts": \#(ts), "seq": 2, "boot": 1, "note": "9\"99999999999999999999", "signals": {"x": [-9223372036854775809]}}"#,
      #"{"ts": \#(ts), "seq": 3, "boot": 1, "signals": {"x": 123456789012345678901234567890.5, "y": 1e30}}"#,
    ]
    for text in texts { pipeline.take(Self.delivery("dt/forewarn/echo-dot-5/E1/report", text), wall: nil) }
    let sound = pipeline.takeYield()
    #expect(sound.counts.applied == 3 && sound.counts.quarantined == 0, "\(sound.quarantined)")
    // What is no finite number, or no number at all, stays refused.
    for text in ["1e999", "12345678901234567890123x", "-", "01234567890123456789012"] {
      pipeline.take(
        Self.delivery("dt/forewarn/echo-dot-5/E1/report", #"{"ts": \#(ts), "signals": {"x": \#(text)}}"#), wall: nil)
    }
    let refused = pipeline.takeYield()
    #expect(refused.counts.quarantined == 4 && refused.quarantined.allSatisfy { $0.rejection.reason == .syntax })
  }

  @Test func `without consent nothing is parsed, and what was kept is erased`() throws {
    var pipeline = try Self.pipeline()
    pipeline.take(Self.report("E1", 1), wall: nil)
    pipeline.take(
      Self.delivery("dt/forewarn/echo-dot-5/E1/state", #"{"consent": {"telemetry": false}, "customer": "c-1"}"#),
      wall: nil)
    pipeline.take(Self.delivery("dt/forewarn/echo-dot-5/E1/report", "this isn't even JSON"), wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 2 && yield.counts.unconsented == 1 && yield.counts.quarantined == 0)
    #expect(yield.erased.map(\.device) == ["E1"])
    #expect(pipeline.history.summary(of: "E1")?.reports == 0)
    #expect(pipeline.history.trace(of: "E1")?.refusal.telemetryConsent == false, "it is known by a pseudonym alone")
  }

  @Test(arguments: [
    #"{"consent": {"telemetry": false}, "activated": 7, "customer": "c-1"}"#,
    #"{"consent": {"telemetry": false}, "ts": "never", "customer": "c-1"}"#,
  ])
  func `a faulty state that withdraws consent erases the device, and is kept without what it said`(state: String) throws
  {
    var pipeline = try Self.pipeline()
    pipeline.take(Self.report("E1", 1), wall: nil)
    pipeline.take(Self.delivery("dt/forewarn/echo-dot-5/E1/state", state), wall: nil)
    pipeline.take(Self.report("E1", 2), wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 1 && yield.counts.quarantined == 1 && yield.counts.unconsented == 1)
    #expect(yield.erased.map(\.device) == ["E1"])
    let kept = try #require(yield.quarantined.first)
    #expect(kept.device == nil && kept.rejection.reason == .schema)
    #expect(!"\(kept)".contains("E1") && !"\(kept)".contains("c-1"))
    // Said again it is the same; without a word on consent it is dropped.
    pipeline.take(Self.delivery("dt/forewarn/echo-dot-5/E1/state", state), wall: nil)
    pipeline.take(Self.delivery("dt/forewarn/echo-dot-5/E1/state", #"{"batch": 7}"#), wall: nil)
    let again = pipeline.takeYield()
    #expect(again.counts.quarantined == 1 && again.counts.unconsented == 1 && again.erased.isEmpty)
  }

  @Test func `a faulty state that withdraws consent from before it was given changes nothing`() throws {
    var pipeline = try Self.pipeline()
    let topic = "dt/forewarn/echo-dot-5/E1/state"
    pipeline.take(
      Self.delivery(topic, #"{"ts": \#(Self.noon.milliseconds), "consent": {"telemetry": true}}"#), wall: nil)
    pipeline.take(
      Self.delivery(
        topic, #"{"ts": \#(Self.noon.milliseconds - 1), "batch": 7, "consent": {"telemetry": false}}"#), wall: nil)
    pipeline.take(Self.report("E1", 1), wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 2 && yield.counts.quarantined == 1 && yield.erased.isEmpty)
    #expect(yield.quarantined.map(\.device) == ["E1"])
  }

  @Test func `a contact, a remote check and an outage count once, however often they come`() throws {
    var pipeline = try Self.pipeline()
    pipeline.take(Self.report("E1", 1), wall: nil)
    let ts = Self.noon.milliseconds
    let messages = [
      Self.delivery("ctx/forewarn/contact", #"{"ts": \#(ts), "device": "E1", "text": "no sound"}"#),
      Self.delivery("ctx/forewarn/contact", #"{"ts": \#(ts), "device": "E1", "text": "no sound!"}"#),
      Self.delivery(
        "dt/forewarn/echo-dot-5/E1/diagnosis",
        #"{"ts": \#(ts), "failure_mode": "wifi-dropout", "result": "fault"}"#),
      Self.delivery("ctx/forewarn/outage/c-1/US-FL", #"{"ts": \#(ts), "until": \#(ts + 3_600_000)}"#),
    ]
    for _ in 1...3 { for message in messages { pipeline.take(message, wall: nil) } }
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 5 && yield.counts.duplicate == 8)
    #expect(yield.contacts.count == 2 && yield.diagnoses.count == 1)

    // A start knows them by what the store has kept.
    var restarted = try Self.pipeline()
    restarted.take(Self.report("E1", 1), wall: nil)
    restarted.remember(messages: yield.contacts.compactMap(\.digest) + yield.diagnoses.compactMap(\.1.digest))
    for message in messages.prefix(3) { restarted.take(message, wall: nil) }
    let again = restarted.takeYield()
    #expect(again.counts.applied == 1 && again.counts.duplicate == 3 && again.contacts.isEmpty)
  }

  @Test func `other words on consent, care and predictions hold from the next message on`() throws {
    var pipeline = try Self.pipeline()
    pipeline.take(Self.report("E1", 1), wall: nil)
    _ = pipeline.takeYield()
    var settings = pipeline.settings
    settings.history.consent.telemetry = false
    settings.history.latenessDays = 30
    settings.predictions = PredictionSchedule(times: .every(EventTime.day))
    #expect(pipeline.settings.isJudgedOtherwise(by: settings))
    pipeline.replaceSettings(settings)
    pipeline.take(Self.report("E1", 2), wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.unconsented == 1 && yield.erased.map(\.device) == ["E1"])
    #expect(pipeline.settings.predictions == settings.predictions && pipeline.settings.history.latenessDays == 7)
  }

  @Test func `weather is applied once, and late when its day has closed`() throws {
    var pipeline = try Self.pipeline()
    pipeline.take(Self.report("E1", 1), wall: nil)
    var reading = Self.delivery(
      "ctx/forewarn/weather/US-FL", #"{"ts": \#(Self.noon.milliseconds), "relative_humidity_pct": 81}"#)
    pipeline.take(reading, wall: nil)
    pipeline.take(reading, wall: nil)
    var later = reading
    later.payload = Array(#"{"ts": \#(Self.noon.milliseconds + 1000), "relative_humidity_pct": 80}"#.utf8)
    later.receivedAt = Self.noon + 3 * EventTime.day
    pipeline.take(later, wall: nil)
    reading.receivedAt = later.receivedAt
    pipeline.take(reading, wall: nil)
    let counts = pipeline.takeYield().counts
    #expect(counts.applied == 2 && counts.duplicate == 2 && counts.late == 1)
  }

  @Test func `of contacts as many are remembered as the store keeps, the oldest are forgotten`() throws {
    var pipeline = try Self.pipeline()
    let contact = Self.delivery(
      "ctx/forewarn/contact", #"{"ts": \#(Self.noon.milliseconds), "device": "E1", "text": "no sound"}"#)
    pipeline.take(contact, wall: nil)
    pipeline.remember(messages: (1..<200_000).map { UInt64($0) })
    pipeline.take(contact, wall: nil)
    #expect(pipeline.takeYield().counts.duplicate == 1)
    pipeline.remember(messages: [200_000])
    pipeline.take(contact, wall: nil)
    #expect(pipeline.takeYield().counts.applied == 1)
  }
}
