import DeviceHistory
import FirmwareProfiles
import Pipeline
import Testing
import Vocabulary

/// Messages that were refused once and are taken again: those of the future by themselves, others at a retry.
struct EarlyMessagesTests {
  @Test func `a message from quarantine is taken again without being counted twice`() throws {
    var pipeline = try StageLineTests.pipeline()
    let early = StageLineTests.report("E1", 1, at: StageLineTests.noon + 3 * EventTime.day)
    var received = early
    received.receivedAt = StageLineTests.noon
    pipeline.take(received, wall: nil)
    let first = pipeline.takeYield().counts
    #expect(first.quarantined == 1 && first.received == 1)
    guard case .quarantined = pipeline.retake(received, wall: nil) else {
      Issue.record("it was still ahead of the clock")
      return
    }
    #expect(pipeline.takeYield().counts == FateCounts())

    // A daemon that was started since knows it from its quarantine only.
    var restarted = try StageLineTests.pipeline()
    #expect(restarted.retake(early, wall: nil) == .applied)
    let moved = restarted.takeYield().counts
    #expect(moved.applied == 1 && moved.quarantined == -1 && moved.received == 0)
  }

  @Test func `an early message of an earlier run is taken as soon as the clock is there, and once`() throws {
    let due = StageLineTests.noon + 3 * EventTime.day
    var early = StageLineTests.report("E1", 7, at: due)
    early.receivedAt = StageLineTests.noon
    var restarted = try StageLineTests.pipeline()
    for _ in 0..<2 {
      restarted.waitForClock(early, Rejection(.future, "ahead"), device: "E1", dueAt: due)
    }
    #expect(restarted.isWaiting(early))
    restarted.take(StageLineTests.report("E2", 1, at: due - EventTime.day), wall: nil)
    let yield = restarted.takeYield()
    #expect(yield.counts.applied == 2 && yield.counts.quarantined == -1 && yield.counts.received == 1)
    #expect(yield.readmitted.map(\.payload) == [early.payload] && !restarted.isWaiting(early))
  }

  @Test func `thousands of early messages that come due at once are taken, each once and in their order`() throws {
    var pipeline = try StageLineTests.pipeline()
    pipeline.take(StageLineTests.report("E1", 1), wall: nil)
    for number in 2...6000 {
      var early = StageLineTests.report("E1", number, at: StageLineTests.noon + 3 * EventTime.day + Int64(number))
      early.receivedAt = StageLineTests.noon
      pipeline.take(early, wall: nil)
    }
    pipeline.take(StageLineTests.report("E2", 1, at: StageLineTests.noon + 3 * EventTime.day), wall: nil)
    let yield = pipeline.takeYield()
    #expect(yield.counts.applied == 6001 && yield.counts.quarantined == 0)
  }

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
