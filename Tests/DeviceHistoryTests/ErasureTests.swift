import DeviceHistory
import Testing
import Vocabulary

/// What is left of a device that is to be forgotten, and what outlives a restore of an older copy.
struct ErasureTests {
  private func heard(_ devices: [String]) -> FleetHistory {
    var history = Fleet.history()
    history.advance(to: Fleet.time(3))
    for device in devices {
      #expect(history.learn(Facts(batch: "B1", customer: "c-\(device)"), of: Fleet.identity(device)) == .applied)
      #expect(history.admit(Fleet.report(3, sequence: 1), of: Fleet.identity(device)) == .applied)
    }
    return history
  }

  @Test func `an erasure that an older copy doesn't know of is repeated in it`() throws {
    var now = heard(["d1", "d2", "d3"])
    var copy = heard(["d1", "d2"])
    let refusal = Facts(telemetryConsent: false)
    // d2's owner asked to be forgotten, and may be heard again as one that was never known; d9 isn't known.
    let known = [("d1", refusal), ("d3", refusal), ("d2", Facts()), ("d9", Facts())].map {
      now.erase(device: $0.0, refusal: $0.1)
    }
    #expect(known == [true, true, true, false])
    #expect(now.trace(of: "d9") == nil)
    let traces = try ["d1", "d2", "d3"].map { try #require(now.trace(of: $0)) }

    copy.repeatErasures([])
    #expect(copy.deviceCount == 2)
    copy.repeatErasures(traces)
    #expect(copy.deviceCount == 0 && copy.recordCount == 3)
    #expect(copy.takeErased() == [Fleet.identity("d1"), Fleet.identity("d2")])
    for device in ["d1", "d2", "d3"] { #expect(copy.disclosure(of: device) == nil) }
    // The refusals hold, of the device that the copy had never heard of as well; who only asked to be forgotten may speak.
    #expect(!copy.mayHear("d1") && copy.mayHear("d2") && !copy.mayHear("d3"))
    #expect(copy.admit(Fleet.report(3, 14, sequence: 2), of: Fleet.identity("d2")) == .applied)
    #expect(copy.deviceCount == 1 && copy.disclosure(of: "d2")?.summary.reports == 1)
    #expect(copy.facts(of: "d2") == Facts())

    // Once more changes nothing, and a start after it knows the same.
    copy.repeatErasures(traces.filter { $0.refusal.telemetryConsent == false })
    #expect(copy.recordCount == 3 && copy.deviceCount == 1)
    var started = Fleet.history()
    try started.restore(state: copy.writeState(), pages: copy.takeChanges())
    #expect(started.deviceCount == 1 && !started.mayHear("d3") && started.trace(of: "d1") == copy.trace(of: "d1"))
    let bytes = copy.takeChanges().flatMap(\.bytes)
    #expect(!String(decoding: bytes, as: UTF8.self).contains("c-d1"))
  }

  @Test func `a refusal of a product that no profile describes any more can't be kept, and breaks nothing`() {
    var copy = heard(["d1"])
    copy.repeatErasures([
      .init(pseudonym: Pseudonym.unkeyed.of("x"), product: "gone", refusal: Facts(telemetryConsent: false))
    ])
    #expect(copy.deviceCount == 1 && copy.recordCount == 1)
  }

  @Test func `a refusal under the device's own id, as the first version kept it, gets a pseudonym`() {
    var history = heard(["d1", "d2"])
    #expect(history.learn(Facts(telemetryConsent: false), of: Fleet.identity("d1")) == .applied)
    let count = history.deviceCount
    history.pseudonymiseRefusals()
    #expect(history.deviceCount == min(count, 1) && !history.mayHear("d1") && history.mayHear("d2"))
    #expect(history.trace(of: "d1")?.pseudonym == Pseudonym.unkeyed.of("d1"))
  }

  @Test func `all that is kept of a device is told in words, its onsets too`() throws {
    var history = Fleet.history()
    var table = Table()
    _ = history.learn(Facts(region: "r1", carrier: "c1"), of: Fleet.identity("d1"))
    for day in 0..<12 {
      history.advance(to: Fleet.time(day))
      _ = history.hear(
        Fleet.report(day, sequence: Int64(day), faults: day == 3 ? 4 : 0, temperature: 70), of: "d1", into: &table)
    }
    history.closeAll(into: &table)
    let disclosure = try #require(history.disclosure(of: "d1"))
    let onset = try #require(disclosure.onsets.first)
    #expect(disclosure.onsets.count == 1 && onset.mode == "faults" && onset.count == 1)
    #expect(onset.last == Fleet.time(3, 0) && disclosure.firstHeard == Fleet.time(0, 0))
    #expect(disclosure.places.map(\.region) == ["r1"] && disclosure.summary.reports == 12)
    #expect(disclosure.tallies.last?.signals.first?.mean == 70 && disclosure.tallies.last?.reports == 1)
    #expect(history.disclosure(of: "d2") == nil)
  }
}
