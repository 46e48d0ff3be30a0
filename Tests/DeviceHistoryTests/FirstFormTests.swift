import DeviceHistory
import Foundation
import Testing
import Vocabulary

/// Records in the form of the first version, as the last build that wrote them did: see `Records/first-form.txt`, a name and
/// its bytes in hexadecimal digits a line.
struct FirstFormTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Records/first-form.txt")

  private func stored() throws -> (state: [UInt8], devices: [(DeviceIdentity, [UInt8])]) {
    let lines = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n")
    let named = try lines.map { line in
      let words = line.split(separator: " ")
      let digits = Array(try #require(words.last).utf8)
      let bytes = try stride(from: 0, to: digits.count, by: 2).map { place in
        try #require(UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16))
      }
      return (String(try #require(words.first)), bytes)
    }
    let (state, devices) = (try #require(named.first), named.dropFirst())
    #expect(state.0 == "state" && devices.count == 5)
    return (state.1, devices.map { (Fleet.identity($0.0), $0.1) })
  }

  private static let settings = HistorySettings(clock: .event, clockQuorum: 2)

  private static let profile = Fleet.profile(bucket: .hour, silentDays: 3)

  private func say(_ day: Int, to history: inout FleetHistory, _ table: inout Table) {
    for device in 0..<5 where !(device == 4 && day > 3) {
      // d3 counts nothing: its reports are known by what they say.
      let report = Fleet.report(
        day, sequence: device == 3 ? nil : Int64(day), boot: device == 2 && day > 6 ? "b2" : "b1",
        firmware: day > 7 ? "2.0" : "1.0", faults: device == day % 9 ? 4 : 0, temperature: 70.1 + Double(day))
      _ = history.hear(report, of: "d\(device)", into: &table)
    }
  }

  /// What was said to the build that wrote the file, said to this one.
  private func heard() -> (FleetHistory, Table) {
    var history = FleetHistory(profiles: [Self.profile], settings: Self.settings)
    var table = Table()
    _ = history.learn(
      WeatherReading(region: "r", time: Fleet.time(0), temperatureC: nil, relativeHumidityPct: 81.5))
    _ = history.learn(Facts(batch: "B1", region: "r", customer: "c", contactConsent: false), of: Fleet.identity("d1"))
    for day in 0..<12 { say(day, to: &history, &table) }
    _ = history.hear(Fleet.report(9, 23, sequence: 500, faults: 9), of: "d2", into: &table)
    return (history, table)
  }

  @Test func `devices that the first version kept go on as if this one had heard them`() throws {
    var (heard, table) = heard()
    var restored = FleetHistory(profiles: [Self.profile], settings: Self.settings)
    let stored = try stored()
    try restored.restoreFirstForm(state: stored.state, devices: stored.devices)
    #expect(restored.deviceCount == 5 && restored.now == heard.now)
    #expect(restored.facts(of: "d1") == heard.facts(of: "d1"))
    var other = table
    // What it knew is known.
    #expect(
      restored.admit(Fleet.report(11, sequence: nil, firmware: "2.0", temperature: 81.1), of: Fleet.identity("d3"))
        == .duplicate)
    #expect(restored.admit(Fleet.report(11, sequence: 11), of: Fleet.identity("d0")) == .duplicate)
    for day in 12..<40 {
      say(day, to: &heard, &table)
      say(day, to: &restored, &other)
    }
    heard.closeAll(into: &table)
    restored.closeAll(into: &other)
    #expect(table.total("faults").onsets > 3 && table.total("silent").onsets == 1)
    #expect(other.difference(from: table) == [])
    #expect(restored.sequenceGaps == heard.sequenceGaps)
    for device in (0..<5).map({ "d\($0)" }) {
      let (one, another) = (try #require(restored.disclosure(of: device)), try #require(heard.disclosure(of: device)))
      #expect("\(one)" == "\(another)")
    }
  }

  @Test func `columns that a profile has renamed since are moved, new ones start empty`() throws {
    var profile = Self.profile
    profile.signals["pressure"] = SignalDeclaration(kind: .gauge)
    profile.events = ["alarm", "fault", "reboot"]
    profile.modes.append(
      FailureMode(
        id: "alarms", title: "Alarms", onset: .all([.event("alarm", count: 1), .signal("pressure", .maxAbove, 3)]),
        refractoryDays: 7))
    var restored = FleetHistory(profiles: [profile], settings: Self.settings)
    let stored = try stored()
    try restored.restoreFirstForm(state: stored.state, devices: stored.devices)
    let disclosure = try #require(restored.disclosure(of: "d1"))
    let tallies = disclosure.tallies.filter { $0.bucket.length == .day }
    #expect(tallies.contains { $0.signals.map(\.name) == ["temperature"] })
    #expect(tallies.flatMap(\.events).allSatisfy { $0.name == "fault" })
    #expect(disclosure.onsets.allSatisfy { $0.mode != "alarms" })
    #expect(restored.admit(Fleet.report(11, sequence: 11), of: Fleet.identity("d0")) == .duplicate)
  }

  @Test func `of a product that no profile describes the records stay where they are`() throws {
    var restored = FleetHistory(profiles: [], settings: Self.settings)
    let stored = try stored()
    try restored.restoreFirstForm(state: stored.state, devices: stored.devices)
    #expect(restored.deviceCount == 0)
  }

  @Test func `a record that was cut, or is longer than it says, is refused`() throws {
    let (identity, bytes) = try #require(try stored().devices.first)
    for damaged in [Array(bytes.dropLast()), bytes + [0]]
      + stride(from: 1, to: bytes.count, by: 97).map({ Array(bytes.prefix($0)) })
    {
      var restored = FleetHistory(profiles: [Self.profile], settings: Self.settings)
      #expect(throws: UnreadableRecord.self) {
        try restored.restoreFirstForm(state: nil, devices: [(identity, damaged)])
      }
    }
    var restored = FleetHistory(profiles: [Self.profile], settings: Self.settings)
    #expect(throws: UnreadableRecord.self) { try restored.restoreFirstForm(state: [2], devices: []) }
  }
}
