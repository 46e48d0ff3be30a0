import DeviceHistory
import FirmwareProfiles
import Foundation
import Pipeline
import Synchronization
import Testing
import Vocabulary

/// Messages in, fates out: with the shipped profiles and the capture's clock.
@Suite struct StageLineTests {
  private static let profiles = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
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

  @Test func `a message from quarantine is taken again without being counted twice`() throws {
    var pipeline = try Self.pipeline()
    let early = Self.report("E1", 1, at: Self.noon + 3 * EventTime.day)
    var received = early
    received.receivedAt = Self.noon
    pipeline.take(received, wall: nil)
    let first = pipeline.takeYield().counts
    #expect(first.quarantined == 1 && first.received == 1)
    guard case .quarantined = pipeline.retake(received, wall: nil) else {
      Issue.record("it was still ahead of the clock")
      return
    }
    #expect(pipeline.takeYield().counts == FateCounts())

    // A daemon that was started since knows it from its quarantine only.
    var restarted = try Self.pipeline()
    #expect(restarted.retake(early, wall: nil) == .applied)
    let moved = restarted.takeYield().counts
    #expect(moved.applied == 1 && moved.quarantined == -1 && moved.received == 0)
  }

  @Test func `an early message of an earlier run is taken as soon as the clock is there, and once`() throws {
    let due = Self.noon + 3 * EventTime.day
    var early = Self.report("E1", 7, at: due)
    early.receivedAt = Self.noon
    var restarted = try Self.pipeline()
    for _ in 0..<2 {
      restarted.waitForClock(early, Rejection(.future, "ahead"), device: "E1", dueAt: due)
    }
    #expect(restarted.isWaiting(early))
    restarted.take(Self.report("E2", 1, at: due - EventTime.day), wall: nil)
    let yield = restarted.takeYield()
    #expect(yield.counts.applied == 2 && yield.counts.quarantined == -1 && yield.counts.received == 1)
    #expect(yield.readmitted.map(\.payload) == [early.payload] && !restarted.isWaiting(early))
  }

  @Test func `thousands of early messages that come due at once are taken, each once and in their order`() throws {
    var pipeline = try Self.pipeline()
    pipeline.take(Self.report("E1", 1), wall: nil)
    for number in 2...6000 {
      var early = Self.report("E1", number, at: Self.noon + 3 * EventTime.day + Int64(number))
      early.receivedAt = Self.noon
      pipeline.take(early, wall: nil)
    }
    pipeline.take(Self.report("E2", 1, at: Self.noon + 3 * EventTime.day), wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 6001 && yield.counts.quarantined == 0)
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

  @Test func `one pass a closed day, and predictions as of its end`() throws {
    var pipeline = StageLine(
      catalogue: try Catalogue.load(folder: Self.profiles),
      settings: PipelineSettings(
        history: HistorySettings(clock: .capture),
        predictions: PredictionSchedule(times: .every(2 * EventTime.day), horizonDays: 7)))
    for day in 0..<8 {
      pipeline.take(Self.report("E1", day, at: Self.noon + Int64(day) * EventTime.day), wall: nil)
    }
    pipeline.finish()
    let yield = pipeline.takeYield()
    #expect(yield.passes.map(\.bucket.start.date) == (1...8).map { "2025-06-0\($0)" })
    let times = Set(yield.predictions.map(\.asOf)).sorted()
    #expect(times.allSatisfy { $0.milliseconds % (2 * EventTime.day) == 0 } && times.count == 3)
    #expect(yield.predictions.allSatisfy { $0.horizonDays == 7 && (0...1).contains($0.probability.mean) })
    // Five modes and `silent`, a row each.
    #expect(yield.predictions.count == times.count * 6)
  }

  @Test func `predictions at the end of a replay, or at a moment after it, are as of one time`() throws {
    func line(_ schedule: PredictionSchedule = PredictionSchedule(times: .every(365 * EventTime.day))) throws
      -> StageLine
    {
      var pipeline = StageLine(
        catalogue: try Catalogue.load(folder: Self.profiles),
        settings: PipelineSettings(history: HistorySettings(clock: .capture), predictions: schedule))
      for day in 0..<4 {
        pipeline.take(Self.report("E1", day, at: Self.noon + Int64(day) * EventTime.day), wall: nil)
      }
      pipeline.finish()
      return pipeline
    }
    var ended = try line()
    #expect(ended.takeYield().predictions.isEmpty)
    ended.predictAtEnd()
    let atEnd = ended.takeYield().predictions
    #expect(Set(atEnd.map(\.asOf)) == [EventTime(milliseconds: Self.noon.milliseconds + 7 * EventTime.day / 2)])
    let later = Self.noon + 10 * EventTime.day
    var asked = try line(PredictionSchedule(times: .at(later), horizonDays: 5))
    let asOf = asked.takeYield().predictions
    #expect(Set(asOf.map(\.asOf)) == [later] && asOf.allSatisfy { $0.horizonDays == 5 })
    #expect(asOf.count == atEnd.count && atEnd.count == 6)
    // Nothing was heard: there is nothing to foretell.
    var silent = StageLine(catalogue: try Catalogue.load(folder: Self.profiles), settings: PipelineSettings())
    silent.predictAtEnd()
    #expect(silent.takeYield().predictions.isEmpty)
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

@Suite struct OnlookerTests {
  private final class Seen: Sendable {
    private let counts = Mutex((reports: 0, atRisk: Int64(0)))
    var reports: Int { counts.withLock { $0.reports } }
    var atRisk: Int64 { counts.withLock { $0.atRisk } }
    func note(_ report: Report) { counts.withLock { $0.reports += 1 } }
    func note(_ evidence: Evidence) { counts.withLock { $0.atRisk += Int64(evidence.counts.atRisk) } }
  }

  @Test func `an onlooker is told of each report and of the evidence of its own modes, and nothing is raised`() throws {
    let (catalogue, settings) = (try StageLineTests.pipeline().catalogue, try StageLineTests.pipeline().settings)
    let profile = try #require(catalogue.profile(product: "echo-dot-5", firmware: nil))
    var searched = profile
    searched.modes = [FailureMode(id: "any-fault", title: "Any", onset: .silence(days: 3), refractoryDays: 0)]
    let seen = Seen()
    var pipeline = StageLine.watching(
      [searched], catalogue: catalogue, settings: settings,
      onlooker: Onlooker(report: { report, _ in seen.note(report) }, evidence: { seen.note($0) }))
    for day in 0..<8 {
      pipeline.take(StageLineTests.report("E1", day, at: StageLineTests.noon + Int64(day) * EventTime.day), wall: nil)
    }
    pipeline.finish()
    pipeline.predictAtEnd()
    let yield = pipeline.takeYield()
    #expect(seen.reports == 8 && seen.atRisk > 0 && yield.counts.applied == 8)
    #expect(yield.changes.isEmpty && yield.passes.count == 8)
  }
}

@Suite struct PredictionScheduleTests {
  @Test(arguments: ["", "every:", "every:0", "every:-1", "every:x", "tomorrow", "every:7w", "2025-02-30"])
  func `what is no schedule is refused`(_ text: String) {
    #expect(PredictionSchedule(text, horizonDays: nil) == nil)
  }

  @Test func `days, hours and single times are read`() {
    #expect(PredictionSchedule("every:7", horizonDays: nil)?.times == .every(7 * EventTime.day))
    #expect(PredictionSchedule("every:6h", horizonDays: nil)?.times == .every(6 * EventTime.hour))
    #expect(PredictionSchedule("1970-01-02", horizonDays: 3)?.times == .at(EventTime(milliseconds: EventTime.day)))
  }
}

@Suite struct EarlyMessagesTests {
  @Test func `a report from the future is taken by itself once the clock has caught up`() throws {
    var pipeline = try StageLineTests.pipeline()
    let noon = StageLineTests.noon
    var early = StageLineTests.report("E1", 9, at: noon + 2 * EventTime.day)
    early.receivedAt = noon
    pipeline.take(early, wall: nil)
    #expect(pipeline.isWaiting(early))
    let first = pipeline.takeYield()
    #expect(first.counts.quarantined == 1 && first.quarantined.count == 1)
    pipeline.take(StageLineTests.report("E2", 1, at: noon + EventTime.day), wall: nil)
    let second = pipeline.takeYield()
    #expect(second.counts.applied == 2 && second.counts.quarantined == -1)
    #expect(second.readmitted == [early] && !pipeline.isWaiting(early))
  }

  @Test func `what comes due while a message is taken again counts, though that one is refused again`() throws {
    func profile(_ product: String, _ firmware: String) -> (name: String, bytes: [UInt8]) {
      let text = """
        product: \(product)
        firmware: "\(firmware)"
        events: [fault]
        modes: [{id: faults, onset: {event: fault, count: 3}}]
        """
      return ("\(product).yaml", Array(text.utf8))
    }
    func report(_ product: String, _ device: String, at time: EventTime, firmware: String) -> Delivery {
      let payload = #"{"ts": \#(time.milliseconds), "seq": 1, "boot": 1, "firmware": "\#(firmware)"}"#
      return Delivery(
        topic: "dt/forewarn/\(product)/\(device)/report", payload: Array(payload.utf8), receivedAt: StageLineTests.noon)
    }
    let box = profile("box", "<9")
    var settings = HistorySettings(clock: .event)
    settings.clockQuorum = 2
    var pipeline = StageLine(
      catalogue: try Catalogue(files: [box]), settings: PipelineSettings(history: settings))
    let later = StageLineTests.noon + 30 * EventTime.hour
    let early = report("box", "B2", at: later, firmware: "1.0")
    let strange = report("stick", "S1", at: later, firmware: "1.0")
    pipeline.take(report("box", "B1", at: StageLineTests.noon, firmware: "1.0"), wall: nil)
    pipeline.take(early, wall: nil)
    pipeline.take(strange, wall: nil)
    let first = pipeline.takeYield()
    #expect(first.counts.applied == 1 && first.quarantined.map(\.rejection.reason) == [.future, .unknownProduct])

    // Now its product is described, its firmware isn't: it votes, the clock follows, and the early one is due.
    _ = pipeline.replaceCatalogue(try Catalogue(files: [box, profile("stick", ">=2")]))
    guard case .quarantined(let rejection) = pipeline.retake(strange, wall: nil, after: .unknownProduct) else {
      Issue.record("no profile describes its firmware")
      return
    }
    #expect(rejection.detail.contains("describes firmware 1.0"))
    let second = pipeline.takeYield()
    #expect(second.counts.applied == 1 && second.counts.quarantined == -1 && second.counts.received == 0)
    #expect(second.readmitted == [early] && second.quarantined.isEmpty)
    #expect(pipeline.history.summary(of: "B2")?.reports == 1)
  }

  @Test func `the same within one commit takes the early one out of quarantine, and nothing else`() throws {
    var pipeline = try StageLineTests.pipeline()
    let noon = StageLineTests.noon
    func take(_ topic: String, _ payload: String, at time: EventTime) {
      pipeline.take(Delivery(topic: topic, payload: Array(payload.utf8), receivedAt: time), wall: nil)
    }
    take("dt/forewarn/echo-dot-5/E1/report", "no JSON", at: noon)
    take(
      "dt/forewarn/echo-dot-5/E1/report", #"{"ts": \#((noon + 30 * EventTime.hour).milliseconds), "seq": 1}"#, at: noon)
    take("dt/forewarn/echo-dot-5/E2/report", "no JSON either", at: noon)
    // The clock comes along; what is refused for good stays.
    take("dt/forewarn/echo-dot-5/E3/report", "nor this", at: noon + 8 * EventTime.hour)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 1 && yield.counts.quarantined == 3 && yield.counts.received == 4)
    #expect(yield.quarantined.map(\.rejection.reason) == [.syntax, .syntax, .syntax] && yield.readmitted.isEmpty)
  }

  @Test func `what an erased device said of a day to come is forgotten with it, and no other's`() throws {
    var pipeline = try StageLineTests.pipeline()
    let noon = StageLineTests.noon
    var early: [Delivery] = []
    for device in ["E1", "E2"] {
      pipeline.take(StageLineTests.report(device, 1), wall: nil)
      var ahead = StageLineTests.report(device, 9, at: noon + 2 * EventTime.day)
      ahead.receivedAt = noon
      pipeline.take(ahead, wall: nil)
      early.append(ahead)
    }
    _ = pipeline.takeYield()
    pipeline.erase(DeviceIdentity(product: "echo-dot-5", device: "E1"), refusal: Facts())
    #expect(pipeline.takeYield().erased.map(\.device) == ["E1"])
    #expect(!pipeline.isWaiting(early[0]) && pipeline.isWaiting(early[1]))
    pipeline.take(StageLineTests.report("E3", 1, at: noon + EventTime.day), wall: nil)
    #expect(pipeline.takeYield().readmitted == [early[1]])
  }
}
