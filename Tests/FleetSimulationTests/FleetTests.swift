import Foundation
import Testing
import Vocabulary

@testable import FleetSimulation

private let start = EventTime(milliseconds: 1_748_736_000_000)  // 2025-06-01

private struct Payload {
  var topic: [String]
  var fields: [String: Any]
  var message: SimulatedMessage

  init(_ message: SimulatedMessage) throws {
    self.message = message
    topic = message.topic.split(separator: "/").map(String.init)
    fields = try #require(
      try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any], "\(message.topic)")
  }

  var kind: String { topic[0] == "dt" ? topic[4] : topic[2] }
  var device: String { topic[3] }
  var time: Int64 { (fields["ts"] as? NSNumber)?.int64Value ?? -1 }

  func count(of event: String) -> Int {
    let events = fields["events"] as? [[String: Any]] ?? []
    return events.filter { $0["type"] as? String == event }.reduce(0) { $0 + ($1["count"] as? Int ?? 0) }
  }
}

private func everything(_ fleet: Fleet) throws -> [Payload] {
  try (fleet.states() + (0..<fleet.plan.days).flatMap { fleet.messages(day: $0) }).map { try Payload($0) }
}

@Suite struct FleetTests {
  static let small = Fleet(plan: .demo(devices: 300, days: 30, seed: 7, start: start))

  @Test func `the same seed gives the same bytes, in whatever order days are asked for`() {
    let again = Fleet(plan: .demo(devices: 300, days: 30, seed: 7, start: start))
    let backwards = (0..<30).reversed().map { again.messages(day: $0) }
    #expect(backwards.reversed() == (0..<30).map { Self.small.messages(day: $0) })
    #expect(again.states() == Self.small.states())
    #expect(again.truth == Self.small.truth)
  }

  @Test func `another seed gives another fleet`() {
    let other = Fleet(plan: .demo(devices: 300, days: 30, seed: 8, start: start))
    #expect(other.states() != Self.small.states())
    #expect(other.messages(day: 3) != Self.small.messages(day: 3))
  }

  @Test func `every message is as the contract says`() throws {
    let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-")
    func isID(_ text: some StringProtocol) -> Bool {
      (1...128).contains(text.utf8.count) && text.allSatisfy(allowed.contains)
    }
    var kinds: [String: Int] = [:]
    for payload in try everything(Self.small) {
      kinds[payload.kind, default: 0] += 1
      #expect(payload.topic.allSatisfy(isID))
      #expect(payload.message.isRetained == (payload.kind == "state"))
      #expect(payload.time > 0)
      switch payload.kind {
      case "report":
        let signals = try #require(payload.fields["signals"] as? [String: Any])
        #expect(signals.count >= 10)
        for event in try #require(payload.fields["events"] as? [[String: Any]]) {
          #expect(isID(try #require(event["type"] as? String)))
          #expect(try #require(event["count"] as? Int) > 0)
        }
        #expect((payload.fields["seq"] == nil) == (payload.fields["boot"] == nil))
      case "state":
        for key in ["batch", "factory", "firmware", "region", "carrier", "customer", "locale"] {
          #expect(isID(try #require(payload.fields[key] as? String)))
        }
        for key in ["manufactured", "activated"] {
          #expect(EventTime(try #require(payload.fields[key] as? String)) != nil)
        }
      case "weather":
        let humidity = try #require((payload.fields["relative_humidity_pct"] as? NSNumber)?.doubleValue)
        #expect((0...100).contains(humidity))
      default: #expect(payload.kind == "outage")
      }
    }
    #expect(kinds["weather"] == 30 * 6)
    #expect(kinds["outage"] == 1)
    #expect(kinds["state"] == 300)
    // 300 devices, some activated on the way, for 30 days at 97 %.
    #expect((7000...9000).contains(kinds["report"] ?? 0))
  }

  @Test func `each device's state is published before its first report`() throws {
    var known = Set<String>()
    var reporting = Set<String>()
    for payload in try everything(Self.small) where payload.topic[0] == "dt" {
      if payload.kind == "state" {
        known.insert(payload.device)
      } else {
        #expect(known.contains(payload.device))
        reporting.insert(payload.device)
      }
    }
    #expect(known.count == 300)
    #expect(reporting.count >= 299)
  }

  @Test func `a day's messages stand in the order of time, within the day`() {
    for day in 0..<30 {
      let times = Self.small.messages(day: day).map(\.time)
      #expect(times == times.sorted())
      let from = start + Int64(day) * EventTime.day
      #expect(times.allSatisfy { $0 >= from && $0 < from + EventTime.day })
    }
    #expect(Self.small.messages(day: 30).isEmpty)
    #expect(Self.small.messages(day: -1).isEmpty)
  }

  @Test(arguments: [0, 0.05])
  func `seq rises by one within a boot and skips exactly what was lost`(lostShare: Double) throws {
    var plan = FleetPlan.demo(devices: 300, days: 30, seed: 7, start: start)
    plan.lostShare = lostShare
    plan.lateShare = 0
    plan.duplicateShare = 0
    var last: [String: (boot: String, seq: Int)] = [:]
    var steps = 0
    var skipped = 0
    for payload in try everything(Fleet(plan: plan)) where payload.kind == "report" {
      guard let seq = payload.fields["seq"] as? Int, let boot = payload.fields["boot"] as? String else { continue }
      if let before = last[payload.device], before.boot == boot {
        #expect(seq > before.seq)
        steps += 1
        skipped += seq - before.seq - 1
      } else {
        #expect(seq >= 1)
      }
      last[payload.device] = (boot, seq)
    }
    // Some 7 000 steps: the standard error of 5 % is 0.26 %.
    #expect(steps > 5000)
    #expect(lostShare == 0 ? skipped == 0 : (0.04...0.065).contains(Double(skipped) / Double(steps)))
  }

  @Test func `some reports are late or doubled, and one device's clock is three years ahead`() throws {
    let truth = Self.small.truth
    var late = 0
    var onTime = 0
    var doubled = 0
    var seen = Set<[UInt8]>()
    for payload in try everything(Self.small) where payload.kind == "report" {
      let delay = payload.message.time.milliseconds - payload.time
      if truth.wrongClocks.contains(payload.device) {
        #expect(delay < -1000 * EventTime.day)
        continue
      }
      #expect(delay > 0 && delay < 73 * EventTime.hour)
      if !seen.insert(payload.message.topic.utf8 + payload.message.payload).inserted {
        doubled += 1
      } else if delay > EventTime.hour {
        late += 1
      } else {
        onTime += 1
      }
    }
    #expect(truth.wrongClocks.count == 1)
    let lateShare = Double(late) / Double(late + onTime)
    #expect((0.009...0.021).contains(lateShare))
    #expect((8...70).contains(doubled))
  }
}
