import DeviceHistory
import Testing
import Vocabulary

/// What counts as exposure and as an onset, a device a day.
@Suite struct OnsetTests {
  /// One device that reports once on each of the days, with so many faults.
  private func table(
    _ faults: [Int: Int32], days: Range<Int> = 0..<20, firmware: (Int) -> Symbol = { _ in "1.0" },
    prepare: (inout FleetHistory) -> Void = { _ in }
  ) -> Table {
    var history = Fleet.history()
    prepare(&history)
    var table = Table()
    for day in days {
      history.advance(to: Fleet.time(day))
      let fate = history.hear(
        Fleet.report(day, sequence: Int64(day), firmware: firmware(day), faults: faults[day] ?? 0), of: "d1",
        into: &table)
      #expect(fate == .applied)
    }
    history.closeAll(into: &table)
    return table
  }

  @Test func `each day heard is a day at risk`() {
    let total = table([:]).total("faults")
    #expect(total == CellCounts(atRisk: 20, onsets: 0, symptoms: 0))
  }

  @Test func `symptoms within refractory time are no further onsets and no exposure`() {
    let table = table([3: 3, 4: 5, 12: 3])
    #expect(table.onsetDays("faults") == [3, 12])
    // Days 4…10, a week from the last symptom, and 13…18 are refractory: 20 − 13 at risk.
    #expect(table.total("faults") == CellCounts(atRisk: 7, onsets: 2, symptoms: 3))
  }

  @Test func `a symptom that never stops is one onset to the cells, and goes on counting in the device's own record`() {
    // Seldom more than a day without it.
    let faults = Dictionary(uniqueKeysWithValues: (0..<60).filter { $0 % 3 != 1 }.map { ($0, Int32(3)) })
    let table = table(faults, days: 0..<60)
    #expect(table.onsetDays("faults") == [0])
    #expect(table.total("faults") == CellCounts(atRisk: 1, onsets: 1, symptoms: 40))

    var history = Fleet.history()
    var ignored = Table()
    for day in 0..<60 {
      history.advance(to: Fleet.time(day))
      _ = history.hear(
        Fleet.report(day, sequence: Int64(day), faults: faults[day] ?? 0), of: "d1", into: &ignored)
    }
    history.closeAll(into: &ignored)
    let standing = history.standing(of: "d1", asOf: Fleet.time(60, 0), hazard: { _, _ in 0.001 })
    // Days 0, 8, 15, 23, …: the first symptom a week or more after the last that counted.
    #expect(standing?.modes.first { $0.mode.id == "faults" }?.risk.onsets == 8)
  }

  @Test func `fewer events than the rule wants are no symptom`() {
    #expect(table([3: 2]).total("faults").symptoms == 0)
  }

  @Test func `the day of an installation gives neither exposure nor events`() {
    let table = table([8: 9]) { $0 < 8 ? "1.0" : "2.0" }
    #expect(table.total("faults") == CellCounts(atRisk: 19, onsets: 0, symptoms: 0))
    #expect(table.total("faults", firmware: "2.0").atRisk == 11)
  }

  @Test func `a symptom that goes on from the day of an installation is no onset of the new firmware`() {
    let table = table([8: 9, 9: 9, 10: 3]) { $0 < 8 ? "1.0" : "2.0" }
    // Days 9…16, to a week after the last symptom, are not at risk.
    #expect(table.total("faults") == CellCounts(atRisk: 8 + 3, onsets: 0, symptoms: 1))
    #expect(table.onsetDays("faults") == [])
    // One that begins the day after is.
    #expect(self.table([9: 9]) { $0 < 8 ? "1.0" : "2.0" }.onsetDays("faults") == [9])
  }

  @Test func `an announced outage takes its stratum's buckets out, even when it is told afterwards`() {
    let outage = Outage(carrier: "c1", region: "r1", from: Fleet.time(5, 6), until: Fleet.time(6, 6))
    func placed(_ history: inout FleetHistory) {
      _ = history.learn(Facts(region: "r1", carrier: "c1"), of: Fleet.identity("d1"))
    }
    let before = table(
      [5: 4],
      prepare: { history in
        placed(&history)
        #expect(history.learn(outage) == .applied)
        #expect(history.learn(outage) == .duplicate)
      })
    #expect(before.total("faults") == CellCounts(atRisk: 18, onsets: 0, symptoms: 0))

    var history = Fleet.history()
    placed(&history)
    var after = Table()
    for day in 0..<20 {
      history.advance(to: Fleet.time(day))
      _ = history.hear(
        Fleet.report(day, sequence: Int64(day), faults: day == 5 ? 4 : 0), of: "d1", into: &after)
      if day == 9 { #expect(history.learn(outage) == .applied) }
    }
    history.closeAll(into: &after)
    #expect(after == before)
  }

  @Test func `the last onset of a device is told with its day's end, and one within an outage of its place is none`() {
    func lastOnset(_ outage: Outage?) -> EventTime? {
      var history = Fleet.history()
      _ = history.learn(Facts(region: "r1", carrier: "c1"), of: Fleet.identity("d1"))
      if let outage { #expect(history.learn(outage) == .applied) }
      var ignored = Table()
      for day in 0..<20 {
        history.advance(to: Fleet.time(day))
        let faults: Int32 = day == 5 || day == 14 ? 4 : 0
        _ = history.hear(Fleet.report(day, sequence: Int64(day), faults: faults), of: "d1", into: &ignored)
      }
      history.closeAll(into: &ignored)
      let standing = history.standing(of: "d1", asOf: Fleet.time(20, 0), hazard: { _, _ in 0.001 })
      return standing?.modes.first { $0.mode.id == "faults" }?.risk.lastOnset
    }
    #expect(lastOnset(nil) == Fleet.time(15, 0))
    // What an announced outage covers is no onset at all: the one before is the last.
    let outage = Outage(carrier: "c1", region: "r1", from: Fleet.time(14, 6), until: Fleet.time(14, 18))
    #expect(lastOnset(outage) == Fleet.time(6, 0))
    let elsewhere = Outage(carrier: "c2", region: "r1", from: Fleet.time(14, 6), until: Fleet.time(14, 18))
    #expect(lastOnset(elsewhere) == Fleet.time(15, 0))
  }

  @Test func `a retired device ends its exposure there`() {
    let table = table(
      [15: 9],
      prepare: { history in
        _ = history.learn(Facts(retired: Fleet.time(10, 0)), of: Fleet.identity("d1"))
      })
    #expect(table.total("faults") == CellCounts(atRisk: 10, onsets: 0, symptoms: 0))
  }

  @Test func `an hourly mode is judged by the hour`() {
    var history = Fleet.history(Fleet.profile(bucket: .hour))
    var table = Table()
    for hour in 0..<48 {
      let report = Fleet.report(hour / 24, hour % 24, sequence: Int64(hour), faults: hour == 30 ? 3 : 1)
      history.advance(to: report.time)
      _ = history.hear(report, of: "d1", into: &table)
    }
    history.closeAll(into: &table)
    // Refractory for a week: hours 31…47 aren't at risk.
    #expect(table.total("faults") == CellCounts(atRisk: 31, onsets: 1, symptoms: 1))
  }
}

@Suite struct SilenceTests {
  @Test func `a device that falls silent is booked when that is known, and not again`() {
    var history = Fleet.history()
    var table = Table()
    for day in 0..<60 {
      history.advance(to: Fleet.time(day))
      _ = history.hear(Fleet.report(day, sequence: Int64(day)), of: "alive", into: &table)
      if day <= 10 { _ = history.hear(Fleet.report(day, sequence: Int64(day)), of: "dead", into: &table) }
    }
    history.closeAll(into: &table)
    #expect(table.onsetDays(FailureMode.silent) == [24])
    // 46 days of the one and 11 of the other have had their 14 days.
    #expect(table.total(FailureMode.silent) == CellCounts(atRisk: 46 + 11, onsets: 1, symptoms: 1))
  }

  @Test(arguments: [26, 30, 50])
  func `a return undoes the booking, be it recent or final`(_ returnDay: Int) {
    var history = Fleet.history()
    var table = Table()
    for day in 0..<60 {
      history.advance(to: Fleet.time(day))
      _ = history.hear(Fleet.report(day, sequence: Int64(day)), of: "alive", into: &table)
      if day <= 10 || day >= returnDay {
        _ = history.hear(Fleet.report(day, sequence: Int64(day)), of: "away", into: &table)
      }
    }
    history.closeAll(into: &table)
    #expect(table.onsetDays(FailureMode.silent).isEmpty)
    #expect(table.total(FailureMode.silent).onsets == 0)
  }
}
