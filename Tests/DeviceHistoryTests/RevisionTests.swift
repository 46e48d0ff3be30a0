import DeviceHistory
import Testing
import Vocabulary

/// Late, repeated and shuffled reports give the table that orderly ones give.
@Suite struct RevisionTests {
  /// splitmix64; the seed is the test's argument.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var value = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
      value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
      return value ^ value >> 31
    }
  }

  private struct Said {
    var device: String
    var report: Report
    /// The day on which it comes in.
    var arrival: Int
  }

  private static let days = 40

  private func fleet(_ random: inout Generator, lateBy: Int) -> [Said] {
    var said: [Said] = []
    for device in 0..<12 {
      var firmware: Symbol = "1.0"
      for day in 0..<Self.days where Int.random(in: 0..<10, using: &random) > 1 {
        if Int.random(in: 0..<15, using: &random) == 0 { firmware = firmware == "1.0" ? "2.0" : "1.0" }
        for hour in [3, 9, 20] {
          let report = Fleet.report(
            day, hour, sequence: Int64(day * 24 + hour), firmware: firmware,
            faults: Int32.random(in: 0..<3, using: &random), temperature: Double.random(in: 60..<100, using: &random))
          // Only the last of a day's reports may be late, so that device and day are heard on time.
          let isLate = hour == 20 && Int.random(in: 0..<4, using: &random) == 0
          said.append(
            Said(
              device: "d\(device)", report: report,
              arrival: isLate ? day + Int.random(in: 0...lateBy, using: &random) : day))
        }
      }
    }
    return said
  }

  private func table(
    _ said: [Said], arrival: (Said) -> Int, shuffle: inout Generator?, twice: Bool = false
  ) -> Table {
    var history = Fleet.history(
      Fleet.profile(
        factors: [
          .eventCount("fault", windowDays: 3, bins: [2, 6]), .signalMean("temperature", bins: [70, 90]),
          .since(.event("fault"), binsDays: [1, 3]), .since(.install, binsDays: [2, 5]),
        ]))
    var table = Table()
    for device in 0..<12 {
      _ = history.learn(
        Facts(batch: Symbol("batch\(device % 3)"), activated: Fleet.time(-20, 0), region: "r", carrier: "c"),
        of: Fleet.identity("d\(device)"))
    }
    for day in 0..<(Self.days + 8) {
      history.advance(to: Fleet.time(day, 0))
      history.closeDue(into: &table)
      var today = said.filter { arrival($0) == day }
      if var generator = shuffle {
        today.shuffle(using: &generator)
        shuffle = generator
      }
      for item in today {
        let fate = history.hear(item.report, of: item.device, into: &table)
        #expect(fate == .applied)
        if twice { #expect(history.hear(item.report, of: item.device, into: &table) == .duplicate) }
      }
    }
    history.closeAll(into: &table)
    return table
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `reports up to six days late revise the table exactly`(_ seed: UInt64) {
    var random = Generator(state: seed)
    let said = fleet(&random, lateBy: 6)
    var none: Generator?
    let orderly = table(
      said, arrival: { Int(($0.report.time.milliseconds - Fleet.day0.milliseconds) / EventTime.day) }, shuffle: &none)
    let late = table(said, arrival: \.arrival, shuffle: &none)
    #expect(late == orderly, "seed \(seed)")
    #expect(orderly.total("faults").onsets > 10)
  }

  @Test(arguments: [11, 12, 13] as [UInt64])
  func `the order within a day and repetitions change nothing`(_ seed: UInt64) {
    var random = Generator(state: seed)
    let said = fleet(&random, lateBy: 5)
    var none: Generator?
    var shuffled: Generator? = Generator(state: seed &* 31)
    let plain = table(said, arrival: \.arrival, shuffle: &none)
    #expect(table(said, arrival: \.arrival, shuffle: &shuffled) == plain, "seed \(seed)")
    #expect(table(said, arrival: \.arrival, shuffle: &none, twice: true) == plain, "seed \(seed)")
  }

  @Test func `what was said of days before the clock's first one counts as well`() {
    func table(_ days: [Int]) -> Table {
      var history = Fleet.history(clock: .event)
      var table = Table()
      for day in days {
        for device in 0..<12 {
          let fate = history.hear(
            Fleet.report(day, sequence: Int64(day), faults: device == day ? 3 : 0), of: "d\(device)", into: &table)
          #expect(fate == .applied)
        }
      }
      history.closeAll(into: &table)
      return table
    }
    let orderly = table([0, 1, 2, 3, 4, 5, 6])
    #expect(orderly.total("faults").onsets == 7)
    #expect(table([2, 0, 1, 3, 4, 5, 6]) == orderly)
  }

  @Test func `a batch that becomes known holds for all open buckets`() {
    var history = Fleet.history()
    var table = Table()
    for day in 0..<12 {
      history.advance(to: Fleet.time(day))
      _ = history.hear(Fleet.report(day, sequence: Int64(day)), of: "d1", into: &table)
      if day == 5 { #expect(history.learn(Facts(batch: "B7"), of: Fleet.identity("d1")) == .applied) }
    }
    history.closeAll(into: &table)
    let batches = Set(table.cells.keys.map(\.cell.covariates.batch))
    #expect(batches == ["B7"])
  }
}

@Suite struct KeepingTests {
  @Test func `a history that was written and read goes on as if nothing had been`() throws {
    let settings = HistorySettings(clock: .event, clockQuorum: 2)
    var first = FleetHistory(profiles: [Fleet.profile()], settings: settings)
    var table = Table()
    func day(_ day: Int, _ history: inout FleetHistory, _ table: inout Table) {
      for device in 0..<5 where !(device == 4 && day > 3) {
        _ = history.hear(
          Fleet.report(day, sequence: Int64(day), faults: device == day % 5 ? 4 : 0, temperature: 70.1),
          of: "d\(device)",
          into: &table)
      }
    }
    _ = first.learn(
      WeatherReading(region: "r", time: Fleet.time(0), temperatureC: nil, relativeHumidityPct: 81.5))
    _ = first.learn(Facts(batch: "B1", region: "r", customer: "c", contactConsent: false), of: Fleet.identity("d1"))
    for index in 0..<12 { day(index, &first, &table) }
    // A late report leaves an open revision behind.
    _ = first.hear(Fleet.report(9, 23, sequence: 500, faults: 9), of: "d2", into: &table)

    var second = FleetHistory(profiles: [Fleet.profile()], settings: settings)
    try second.restore(state: first.writeState(), pages: first.takeChanges())
    var other = table
    for index in 12..<40 {
      day(index, &first, &table)
      day(index, &second, &other)
    }
    first.closeAll(into: &table)
    second.closeAll(into: &other)
    #expect(other == table)
    #expect(first.writeState() == second.writeState())
    #expect(first.sequenceGaps == second.sequenceGaps)
  }

  @Test func `a mode that means something else after a start begins anew, and only that one`() {
    let kept = Fleet.history().writeDefinitions()
    var same = Fleet.history()
    #expect(same.restartModes(changedSince: kept).isEmpty)
    #expect(same.restartModes(changedSince: nil).isEmpty)
    var profile = Fleet.profile()
    let index = profile.modes.firstIndex { $0.id == "faults" } ?? 0
    profile.modes[index].onset = .event("fault", count: 4)
    profile.modes[index].title = "Faults of another kind"
    var changed = Fleet.history(profile)
    #expect(changed.restartModes(changedSince: kept) == [ModeKey(product: Fleet.product, mode: "faults")])
    profile.modes[index].onset = .event("fault", count: 3)
    var renamed = Fleet.history(profile)
    #expect(renamed.restartModes(changedSince: kept).isEmpty, "a title is no part of what it means")
  }

  @Test func `bytes that are no record are refused, not misread`() {
    var history = Fleet.history()
    for bytes in [[], [9], [1, 2, 3], Array(repeating: UInt8(255), count: 200)] as [[UInt8]] {
      #expect(throws: UnreadableRecord.self) {
        try history.restoreFirstForm(state: nil, devices: [(Fleet.identity("d"), bytes)])
      }
      var other = Fleet.history()
      let state = other.writeState()
      #expect(throws: UnreadableRecord.self) { try other.restore(state: state, pages: [(0, bytes)]) }
    }
  }
}

@Suite struct FactsTests {
  @Test func `an older state changes nothing, the same again is a duplicate`() {
    var history = Fleet.history()
    let device = Fleet.identity("d1")
    #expect(history.learn(Facts(time: Fleet.time(5), batch: "B1", region: "r1"), of: device) == .applied)
    #expect(history.learn(Facts(time: Fleet.time(5), batch: "B1", region: "r1"), of: device) == .duplicate)
    #expect(history.learn(Facts(time: Fleet.time(4), batch: "B2"), of: device) == .duplicate)
    #expect(history.facts(of: "d1")?.batch == "B1")
    #expect(history.learn(Facts(time: Fleet.time(6), batch: "B3"), of: device) == .applied)
    #expect(history.facts(of: "d1")?.batch == "B3" && history.facts(of: "d1")?.region == "r1")
  }

  @Test func `an empty payload clears the facts, never the consent`() {
    var history = Fleet.history()
    let device = Fleet.identity("d1")
    _ = history.learn(Facts(batch: "B1", contactConsent: false), of: device)
    #expect(history.learn(nil, of: device) == .applied)
    #expect(history.facts(of: "d1") == Facts(contactConsent: false))
    #expect(history.learn(nil, of: device) == .duplicate)
  }

  @Test func `withdrawn consent erases what was kept, and later reports aren't heard`() {
    var history = Fleet.history()
    history.advance(to: Fleet.time(3))
    let device = Fleet.identity("d1")
    _ = history.learn(Facts(batch: "B1", customer: "c-1"), of: device)
    #expect(history.admit(Fleet.report(3, sequence: 1), of: device) == .applied)
    #expect(history.learn(Facts(telemetryConsent: false), of: device) == .applied)
    #expect(!history.mayHear("d1"))
    #expect(history.facts(of: "d1") == Facts(telemetryConsent: false))
    #expect(history.takeErased() == [device])
    #expect(history.learn(Facts(batch: "B1"), of: device) == .unconsented)
    #expect(history.learn(Facts(telemetryConsent: true), of: device) == .applied)
    #expect(history.mayHear("d1"))
  }
}
