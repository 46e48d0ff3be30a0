import Foundation
import Testing
import Vocabulary

@testable import FleetSimulation

private let start = EventTime(milliseconds: 1_748_736_000_000)  // 2025-06-01

@Suite struct FleetEnvironmentTests {
  static let fleet = Fleet(plan: .null(devices: 2400, days: 90, seed: 7, start: start))

  private func text(_ message: SimulatedMessage) -> String { String(decoding: message.payload, as: UTF8.self) }

  /// Whether a report tells of six lost links or more.
  private func isBurst(_ message: SimulatedMessage) -> Bool {
    guard let event = text(message).firstRange(of: "\"wifi_disconnect\",\"count\":") else { return false }
    let digits = text(message)[event.upperBound...].prefix { $0.isNumber }
    return (Int(digits) ?? 0) >= 6
  }

  @Test func `in an outage most devices of the stratum lose the link, announced or not, and others don't`() throws {
    for outage in Self.fleet.plan.outages {
      let day = outage.fromHour / 24 + 1
      var inside = (bursts: 0, reports: 0)
      var outside = (bursts: 0, reports: 0)
      let strata = Dictionary(
        uniqueKeysWithValues: Self.fleet.devices.map { device in
          (
            device.id,
            Self.fleet.plan.carriers[device.carrier] == outage.carrier
              && Self.fleet.plan.regions[device.region].id == outage.region
          )
        })
      for message in Self.fleet.messages(day: day) where message.topic.hasSuffix("/report") {
        let device = String(message.topic.split(separator: "/")[3])
        let burst = isBurst(message) ? 1 : 0
        if strata[device] == true {
          inside.bursts += burst
          inside.reports += 1
        } else {
          outside.bursts += burst
          outside.reports += 1
        }
      }
      #expect(inside.reports > 60)
      #expect((0.55...0.9).contains(Double(inside.bursts) / Double(inside.reports)))
      #expect(Double(outside.bursts) / Double(outside.reports) < 0.03)
    }
  }

  @Test func `only the announced outage is on the feed, with its window`() throws {
    let announced = (0..<90).flatMap { day in
      Self.fleet.messages(day: day).filter { $0.topic.hasPrefix("ctx/forewarn/outage/") }
    }
    #expect(announced.count == 1)
    let message = try #require(announced.first)
    #expect(message.topic == "ctx/forewarn/outage/carrier-2/US-FL")
    let from = message.time.milliseconds
    #expect(text(message) == "{\"ts\":\(from),\"until\":\(from + 40 * EventTime.hour)}")
  }

  @Test func `a rollout reaches 5 %, then 25 %, then nearly everyone`() {
    let echoes = Self.fleet.devices.filter {
      Self.fleet.plan.products[$0.product].product == "echo-dot-5" && $0.activatedDay < 20
    }
    func share(of version: String, on day: Int) -> Double {
      let running = echoes.count {
        Self.fleet.plan.products[$0.product].releases[$0.release(on: day)].version == version
      }
      return Double(running) / Double(echoes.count)
    }
    // Canary from day 24, a quarter from 31, everyone from 42; most install within a week of their turn.
    #expect(share(of: "3.3.0", on: 23) == 0)
    #expect((0.02...0.08).contains(share(of: "3.3.0", on: 30)))
    #expect((0.15...0.28).contains(share(of: "3.3.0", on: 41)))
    #expect((0.85...0.99).contains(share(of: "3.3.0", on: 70)))
    // The cure begins near the end, so that there are devices on either.
    #expect(share(of: "3.4.0", on: 73) == 0)
    #expect((0.3...0.85).contains(share(of: "3.4.0", on: 89)))
  }

  @Test func `versions only ever go up, and each device's reports name the version it runs`() throws {
    for device in Self.fleet.devices {
      #expect(device.installs.map(\.release) == device.installs.map(\.release).sorted())
      #expect(device.installs.map(\.day) == device.installs.map(\.day).sorted())
    }
    let devices = Dictionary(uniqueKeysWithValues: Self.fleet.devices.map { ($0.id, $0) })
    for message in Self.fleet.messages(day: 45) where message.topic.hasSuffix("/report") {
      let fields = try #require(try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any])
      let device = try #require(devices[String(message.topic.split(separator: "/")[3])])
      guard device.clockError == 0, let time = fields["ts"] as? Int64 else { continue }
      let day = Int((time - start.milliseconds) / EventTime.day)
      #expect(
        fields["firmware"] as? String
          == Self.fleet.plan.products[device.product].releases[device.release(on: day)].version)
    }
  }

  @Test func `the batches of a product differ in region and age`() {
    let sticks = Self.fleet.devices.filter { Self.fleet.plan.products[$0.product].product == "fire-tv-stick-4k-max" }
    var shares: [Double] = []
    var ages: [Double] = []
    for batch in 0..<Self.fleet.plan.batchesPerProduct {
      let members = sticks.filter { $0.batch == batch }
      #expect(members.count > 20)
      shares.append(Double(members.count { $0.region == 0 }) / Double(members.count))
      ages.append(-Double(members.reduce(0) { $0 + $1.activatedDay }) / Double(members.count))
    }
    #expect((shares.max() ?? 0) - (shares.min() ?? 0) > 0.15)
    #expect(ages == ages.sorted(by: >))
    #expect(Set(Self.fleet.batches.joined().map(\.id)).count == 4 * 13)
  }

  @Test func `customers own one to four devices, in one region and with one carrier`() {
    for owned in Dictionary(grouping: Self.fleet.devices, by: \.customer).values {
      #expect((1...4).contains(owned.count))
      #expect(Set(owned.map(\.region)).count == 1 && Set(owned.map(\.carrier)).count == 1)
    }
  }

  @Test func `weather keeps to its region's climate and today's is like yesterday's`() {
    for (index, region) in Self.fleet.plan.regions.enumerated() {
      let humidity = Self.fleet.climate.days[index].map(\.relativeHumidityPct)
      let mean = humidity.reduce(0, +) / Double(humidity.count)
      // An AR(1) of 0.7 has over 90 days the standard error 9 √(1.7 / 0.3 / 90) = 2.3.
      #expect(abs(mean - region.relativeHumidityPct) < 9)
      let steps = zip(humidity, humidity.dropFirst()).map { abs($0 - $1) }
      #expect(steps.reduce(0, +) / Double(steps.count) < 9)
    }
    let arizona = Self.fleet.climate.days[1].map(\.relativeHumidityPct)
    #expect(arizona.allSatisfy { $0 < 70 })
  }
}
