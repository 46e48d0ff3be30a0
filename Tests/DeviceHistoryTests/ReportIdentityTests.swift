import DeviceHistory
import Testing
import Vocabulary

@Suite struct ReportIdentityTests {
  private func fates(_ reports: [Report]) -> [Fate] {
    var history = Fleet.history()
    history.advance(to: Fleet.time(3))
    var table = Table()
    return reports.map { history.hear($0, of: "d1", into: &table) }
  }

  @Test func `a sequence number of a boot counts once, in whatever order it comes`() {
    let fates = fates([5, 3, 5, 4, 3, 6].map { Fleet.report(3, sequence: $0) })
    #expect(fates == [.applied, .applied, .duplicate, .applied, .duplicate, .applied])
  }

  @Test func `the same number of another boot is another report`() {
    #expect(fates(["a", "b", "a"].map { Fleet.report(3, sequence: 1, boot: $0) }) == [.applied, .applied, .duplicate])
  }

  @Test func `without a number, time and content are the identity`() {
    let report = Fleet.report(3, boot: nil)
    var other = report
    other.digest = 77
    #expect(fates([report, report, other, other]) == [.applied, .duplicate, .applied, .duplicate])
  }

  @Test func `what lies below the window of 1024 numbers is late`() {
    #expect(
      fates([2000, 977, 976, 1999].map { Fleet.report(3, sequence: $0) }) == [.applied, .applied, .late, .applied])
  }

  @Test func `of five boots the one heard longest ago is forgotten, and its reports are late`() {
    let reports = (0..<5).map { Fleet.report(3, $0, sequence: 1, boot: "b\($0)") }
    let again = Fleet.report(3, 0, sequence: 2, boot: "b0")
    #expect(fates(reports + [again]) == Array(repeating: .applied, count: 5) + [.late])
  }

  @Test func `missing numbers are counted until they come`() {
    var history = Fleet.history()
    history.advance(to: Fleet.time(3))
    var table = Table()
    for sequence: Int64 in [1, 2, 5, 9] {
      _ = history.hear(Fleet.report(3, sequence: sequence), of: "d1", into: &table)
    }
    #expect(history.sequenceGaps == 5)
    _ = history.hear(Fleet.report(3, sequence: 4), of: "d1", into: &table)
    #expect(history.sequenceGaps == 4)
  }

  @Test func `a device may name any number without harm`() {
    var history = Fleet.history()
    history.advance(to: Fleet.time(3))
    var table = Table()
    for device in ["a", "b"] {
      for sequence in [0, Int64.max, 1] {
        let fate = history.hear(Fleet.report(3, sequence: sequence), of: device, into: &table)
        #expect(fate == (sequence == 1 ? .late : .applied))
      }
    }
    #expect(history.sequenceGaps == 2 * 1024)
  }

  @Test func `a report further back than the lateness limit is late, one more than a day ahead is from the future`() {
    var history = Fleet.history()
    history.advance(to: Fleet.time(20))
    var table = Table()
    func fate(_ day: Int, _ hour: Int) -> Fate {
      history.hear(Fleet.report(day, hour, sequence: Int64(day * 24 + hour)), of: "d1", into: &table)
    }
    #expect(fate(13, 12) == .applied)
    #expect(fate(13, 11) == .late)
    #expect(fate(21, 12) == .applied)
    guard case .quarantined(let rejection) = fate(21, 13) else {
      Issue.record("a report from the future was taken")
      return
    }
    #expect(rejection.reason == .future)
  }

  @Test func `one device id under two products is refused`() {
    let other = FirmwareProfile(product: "other", title: "Other")
    var history = FleetHistory(
      profiles: [Fleet.profile(), other], settings: HistorySettings(clock: .capture))
    history.advance(to: Fleet.time(3))
    #expect(history.admit(Fleet.report(3), of: Fleet.identity("d1")) == .applied)
    guard
      case .quarantined(let rejection) = history.admit(
        Fleet.report(3), of: DeviceIdentity(product: "other", device: "d1"))
    else {
      Issue.record("two products share a device id")
      return
    }
    #expect(rejection.reason == .identity)
  }
}

@Suite struct EventClockTests {
  private func history(_ quorum: Int = 10) -> FleetHistory { Fleet.history(clock: .event, quorum: quorum) }

  private func hear(_ time: EventTime, of devices: Range<Int>, in history: inout FleetHistory) {
    for device in devices { history.hear(time, of: Fleet.identity("d\(device)")) }
  }

  @Test func `nine of many clocks can't move it, the tenth does`() {
    var history = history()
    hear(Fleet.time(0), of: 0..<30, in: &history)
    hear(Fleet.time(1), of: 0..<9, in: &history)
    #expect(history.now == Fleet.time(0))
    history.hear(Fleet.time(1), of: Fleet.identity("d9"))
    #expect(history.now == Fleet.time(1))
  }

  @Test func `one wrong clock carries off neither a large fleet nor a small one`() {
    for size in [2, 3, 9, 50] {
      var history = history()
      hear(Fleet.time(0), of: 0..<size, in: &history)
      history.hear(Fleet.time(4000), of: Fleet.identity("d0"))
      #expect(history.now == Fleet.time(0), "a fleet of \(size)")
    }
  }

  @Test func `a dead device doesn't hold a small fleet's clock for ever`() {
    var history = history()
    hear(Fleet.time(0), of: 0..<5, in: &history)
    for day in 1...10 {
      hear(Fleet.time(day), of: 0..<4, in: &history)
    }
    #expect(history.now == Fleet.time(10))
  }

  @Test func `a small fleet's clock waits for all that it heard within seven days`() {
    var history = history()
    hear(Fleet.time(0), of: 0..<5, in: &history)
    hear(Fleet.time(6), of: 0..<4, in: &history)
    #expect(history.now == Fleet.time(0))
    history.hear(Fleet.time(6), of: Fleet.identity("d4"))
    #expect(history.now == Fleet.time(6))
  }

  @Test func `it begins where the earliest of the first devices is`() {
    var history = history()
    history.hear(Fleet.time(2), of: Fleet.identity("d0"))
    history.hear(Fleet.time(1), of: Fleet.identity("d1"))
    #expect(history.now == Fleet.time(1))
  }

  @Test func `a day closes when the clock enters the next but one`() {
    var history = history(2)
    hear(Fleet.time(0), of: 0..<4, in: &history)
    hear(Fleet.time(1, 23), of: 0..<4, in: &history)
    #expect(history.nextDue() == nil)
    hear(Fleet.time(2, 0), of: 0..<2, in: &history)
    #expect(history.nextDue() == Bucket(holding: Fleet.time(0), length: .day))
  }
}
