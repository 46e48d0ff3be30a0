import DeviceHistory
import Testing
import Vocabulary

/// What a reload of the profiles, or a start under other ones, does to what devices have said.
struct ProfileReloadTests {
  private func day(_ day: Int, _ history: inout FleetHistory, _ table: inout Table, firmware: Symbol = "1.0") {
    history.advance(to: Fleet.time(day))
    for device in 0..<4 {
      let fate = history.hear(
        Fleet.report(
          day, sequence: Int64(day), firmware: firmware, faults: device == day % 4 ? 4 : 0,
          temperature: 70 + Double(day)),
        of: "d\(device)", into: &table)
      #expect(fate == .applied)
    }
  }

  private func days(_ range: Range<Int>, _ history: inout FleetHistory, _ table: inout Table) {
    for number in range { day(number, &history, &table) }
  }

  @Test func `a mode that isn't touched goes on as if there had been no reload, whatever columns come and go`() throws {
    var (undisturbed, reloaded) = (Fleet.history(), Fleet.history())
    var (table, other) = (Table(), Table())
    days(0..<10, &undisturbed, &table)
    days(0..<10, &reloaded, &other)
    // Other columns before and after those that stay; one goes.
    var profile = Fleet.profile()
    profile.signals["pressure"] = SignalDeclaration(kind: .gauge)
    profile.events = ["alarm", "fault", "reboot"]
    profile.modes[1] = FailureMode(
      id: "alarms", title: "Alarms",
      onset: .any([.event("alarm", count: 1), .event("reboot", count: 9), .signal("pressure", .minBelow, 1)]),
      refractoryDays: 7)
    reloaded.replaceProfiles([profile])
    days(10..<30, &undisturbed, &table)
    days(10..<30, &reloaded, &other)
    undisturbed.closeAll(into: &table)
    reloaded.closeAll(into: &other)
    #expect(table.total("faults").onsets > 3)
    for mode in ["faults", FailureMode.silent] as [Symbol] {
      #expect(other.difference(from: table, mode) == [])
    }
    #expect(other.total("alarms").atRisk > 0 && other.total("alarms").onsets == 0)
  }

  @Test func `a mode that means something else begins anew in every device's record, the others don't`() throws {
    var history = Fleet.history()
    var table = Table()
    days(0..<10, &history, &table)
    history.advance(to: Fleet.time(13))
    history.closeDue(into: &table)
    func onsets(_ history: FleetHistory, _ mode: Symbol) throws -> Int {
      let standing = try #require(history.standing(of: "d0", asOf: Fleet.time(10, 0), hazard: { _, _ in 0.001 }))
      return try #require(standing.modes.first { $0.mode.id == mode }).risk.onsets
    }
    #expect(try onsets(history, "faults") > 0)
    let stored = (history.writeDefinitions(), history.writeState(), history.takeChanges())

    var profile = Fleet.profile()
    profile.modes[0].onset = .event("fault", count: 2)
    history.replaceProfiles([profile])
    #expect(try onsets(history, "faults") == 0)

    // The same by a start under the other profile.
    var started = Fleet.history(profile)
    try started.restore(state: stored.1, pages: stored.2)
    #expect(try onsets(started, "faults") > 0)
    #expect(started.restartModes(changedSince: stored.0) == [ModeKey(product: Fleet.product, mode: "faults")])
    #expect(try onsets(started, "faults") == 0)
    #expect(started.restartModes(changedSince: [1, 2, 3]).isEmpty, "bytes that can't be read say nothing")
  }

  @Test func `records of a product that no profile describes any more lie as they are until one does`() throws {
    var history = Fleet.history()
    var table = Table()
    days(0..<6, &history, &table)
    let before = try #require(history.disclosure(of: "d1"))
    let pages = history.takeChanges()
    history.replaceProfiles([])
    guard case .quarantined(let rejection) = history.admit(Fleet.report(6, sequence: 6), of: Fleet.identity("d1"))
    else {
      Issue.record("nothing describes it")
      return
    }
    #expect(rejection.reason == .unknownProduct)
    guard case .quarantined = history.admit(Fleet.report(6, sequence: 6), of: Fleet.identity("new")) else {
      Issue.record("nothing describes it")
      return
    }
    // A start in between leaves them lying, too.
    var started = FleetHistory(profiles: [], settings: HistorySettings(clock: .capture))
    try started.restore(state: history.writeState(), pages: pages)
    for var later in [history, started] {
      later.replaceProfiles([Fleet.profile()])
      #expect("\(try #require(later.disclosure(of: "d1")))" == "\(before)")
      #expect(later.admit(Fleet.report(5, sequence: 5), of: Fleet.identity("d1")) == .duplicate)
    }
  }

  /// Whatever takes back evidence takes back what was given.
  private func expectNoDebt(_ table: Table, _ mode: Symbol) {
    for (key, counts) in table.cells where key.mode == mode {
      #expect(counts.atRisk >= 0 && counts.onsets >= 0 && counts.symptoms >= 0, "\(key.cell): \(counts)")
    }
  }

  @Test(arguments: [false, true])
  func `a mode that is new, or comes back, gives evidence from the next bucket on, and owes none of before`(
    byAStart: Bool
  ) throws {
    var history = Fleet.history()
    var table = Table()
    var without = Fleet.profile()
    without.modes.remove(at: 0)
    func takeUp(_ profile: FirmwareProfile) throws {
      guard byAStart else {
        history.replaceProfiles([profile])
        return
      }
      let stored = (history.writeDefinitions(), history.writeState(), history.takeChanges())
      for (number, bytes) in stored.2 { pages[number] = bytes }
      var started = Fleet.history(profile)
      try started.restore(
        state: stored.1, pages: pages.sorted { $0.key < $1.key }.map { (number: $0.key, bytes: $0.value) })
      _ = started.restartModes(changedSince: stored.0)
      history = started
    }
    var pages: [Int: [UInt8]] = [:]
    days(0..<10, &history, &table)
    try takeUp(without)
    days(10..<12, &history, &table)
    // What its cells held goes with it.
    var after = Table()
    try takeUp(Fleet.profile())
    // Late words move what closed buckets say: the device had another firmware then.
    for device in 0..<4 {
      let report = Fleet.report(9, 23, sequence: 900, firmware: "3.0", faults: 9)
      #expect(history.hear(report, of: "d\(device)", into: &after) == .applied)
    }
    days(12..<30, &history, &after)
    history.closeAll(into: &after)
    expectNoDebt(after, "faults")
    #expect(after.total("faults").atRisk > 0)
    // Those that stayed have moved their evidence: taken back here, given there.
    #expect(after.cells.contains { $0.key.mode == "hot" && $0.value.atRisk < 0 })
  }

  @Test func `each firmware has the profile whose range holds it, and a version that none holds is refused`() {
    var (old, new) = (Fleet.profile(), Fleet.profile())
    old.firmware = FirmwareRange(bounds: [.init(.below, FirmwareVersion("2.0"))])
    new.firmware = FirmwareRange(bounds: [
      .init(.atLeast, FirmwareVersion("2.0")), .init(.below, FirmwareVersion("3.0")),
    ])
    new.modes[0].onset = .event("fault", count: 5)
    var history = FleetHistory(profiles: [old, new], settings: HistorySettings(clock: .capture))
    var table = Table()
    for number in 0..<20 {
      day(number, &history, &table, firmware: number < 8 ? "1.9" : "2.1")
    }
    history.closeAll(into: &table)
    // Four faults a day in one device are an onset under the old profile alone.
    #expect(table.total("faults", firmware: "1.9").onsets > 2 && table.total("faults", firmware: "2.1").onsets == 0)
    #expect(table.total("faults", firmware: "2.1").atRisk > 20)
    for _ in 1...2 {
      guard
        case .quarantined(let rejection) = history.admit(
          Fleet.report(19, 13, sequence: 99, firmware: "3.1"), of: Fleet.identity("d1"))
      else {
        Issue.record("no profile describes 3.1")
        return
      }
      #expect(rejection.reason == .unknownProduct && rejection.detail.contains("describes firmware 3.1"))
    }
    // What is no number is taken for the latest.
    #expect(
      history.admit(Fleet.report(19, 14, sequence: 100, firmware: "nightly"), of: Fleet.identity("d1")) == .applied)
    // The range is part of what a mode means.
    let definitions = history.writeDefinitions()
    new.firmware = FirmwareRange(bounds: [.init(.atLeast, FirmwareVersion("2.0"))])
    var widened = FleetHistory(profiles: [old, new], settings: HistorySettings(clock: .capture))
    #expect(widened.restartModes(changedSince: definitions) == [ModeKey(product: Fleet.product, mode: "faults")])
  }

  @Test func `how a product's versions are cut into files is no part of what its modes mean`() {
    var history = Fleet.history()
    var table = Table()
    days(0..<10, &history, &table)
    let definitions = history.writeDefinitions()
    var (old, new) = (Fleet.profile(), Fleet.profile())
    old.firmware = FirmwareRange(bounds: [.init(.below, FirmwareVersion("2.0"))])
    new.firmware = FirmwareRange(bounds: [.init(.atLeast, FirmwareVersion("2.0"))])
    #expect(history.replaceProfiles([old, new]) == [])
    #expect(history.restartModes(changedSince: definitions) == [])
    #expect(history.writeDefinitions() == definitions)
    // Of one file alone it is, whichever that is.
    old.modes[0].onset = .event("fault", count: 5)
    #expect(history.replaceProfiles([old, new]) == [ModeKey(product: Fleet.product, mode: "faults")])
    #expect(history.restartModes(changedSince: definitions) == [ModeKey(product: Fleet.product, mode: "faults")])
  }

  @Test func `each part of a rule or a factor is part of what a mode means`() {
    let rules: [OnsetRule] = [
      .event("fault", count: 3), .event("fault", count: 4), .event("reboot", count: 3),
      .signal("temperature", .meanAbove, 80), .signal("temperature", .maxAbove, 80),
      .signal("temperature", .maxAbove, 81),
      .any([.event("fault", count: 3)]), .all([.event("fault", count: 3)]),
      .all([.event("fault", count: 3), .event("reboot", count: 1)]),
    ]
    let factors: [[RiskFactor]] = [
      [], [.eventCount("fault", windowDays: 3, bins: [2])], [.eventCount("fault", windowDays: 4, bins: [2])],
      [.eventCount("fault", windowDays: 3, bins: [3])], [.signalMean("temperature", bins: [2])],
      [.since(.event("fault"), binsDays: [2])], [.since(.install, binsDays: [2])], [.since(.activation, binsDays: [2])],
    ]
    var profiles: [FirmwareProfile] = []
    for rule in rules {
      var profile = Fleet.profile()
      profile.modes[0].onset = rule
      profiles.append(profile)
    }
    for factors in factors.dropFirst() {
      var profile = Fleet.profile()
      profile.modes[0].factors = factors
      profiles.append(profile)
    }
    let definitions = profiles.map { Fleet.history($0).writeDefinitions() }
    #expect(Set(definitions).count == profiles.count)
    for (profile, definition) in zip(profiles, definitions) {
      var history = Fleet.history(profile)
      #expect(history.restartModes(changedSince: definition).isEmpty)
    }
  }
}
