import Broker
import Foundation
import Rig
import Synchronization
import Testing
import Vocabulary

/// Whatever one device sends, the others are heard in time, the memory stays within its limit, and all is accounted for.
///
/// A flood of 64 KB messages, thousands of made-up ids and everything malformed at once, beside a hundred sound devices.
/// `make proof` makes up two hundred thousand ids and floods for a minute.
@Suite(.serialized) struct HostileDevicesTests {
  private static let isLong = ProcessInfo.processInfo.environment["FOREWARN_PROOF"] != nil || FaultRuns.areLong
  /// Of the daemon with the fleet of this test: 30 MB after its start, 8 MB of a batch, what its allocator keeps of it, and
  /// half a kilobyte a device.
  private static let mostResidentBytes = (isLong ? 250 : 160) << 20
  private static let strangers = isLong ? 200_000 : 30_000
  private static let strangersAllowed = isLong ? 150_000 : 20_000
  private static let floodSeconds = isLong ? 60 : 8
  private static let floodPerSecond = 2000

  @Test func `sound devices are heard within two seconds beside hostile ones, and every message is accounted for`()
    async throws
  {
    let share = "device_burst: 3000, device_messages_per_second: 10"
    let site = try await Installation.started(["limits: {unknown_devices: \(Self.strangersAllowed), \(share)}"])
    try await register(site)
    var published = Self.soundDevices + 1

    let (isOver, isEnough) = (Flag(), Flag())
    let flood = Task {
      defer { isOver.raise() }
      return try await Self.flood(site, until: isEnough)
    }
    let malformed = HostileDevices.malformed()
    let others = Task {
      // First, so that none of these is one device too many as well.
      try await Crowd(site.broker).publish(
        malformed.enumerated().map { OutgoingPublish(id: Int64($0), topic: $1.topic, payload: $1.payload) })
      try await Self.makeUpIDs(site)
    }
    let latencies = try await probe(site, isEnough, while: { !isOver.isRaised })
    let flooded = try await flood.value
    try await others.value
    published += malformed.count + flooded + Self.strangers + latencies.count

    let tally = try await site.tally(of: published, within: .seconds(120))
    #expect(tally.received == published)
    let status = try await site.json("status")
    let limits = try #require(status["limits"])
    let throttled = Int(limits["throttled_messages"]?.number ?? 0)
    let refused = Int(limits["new_devices_refused"]?.number ?? 0)
    // The flood gets its burst, in messages of sixteen times the size, and ten a second.
    #expect(throttled > flooded - 3000 && throttled < flooded)
    #expect(refused == Self.strangers - Self.strangersAllowed)
    #expect(tally.quarantined == throttled + refused + malformed.count)
    #expect(limits["offenders"]?.items == [.text("flood")])
    #expect(tally.applied == published - tally.quarantined, "\(tally)")

    let sorted = latencies.sorted()
    let p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
    let peak = try ProcessUsage.of(try #require(site.daemon.processID)).peakBytes
    print(
      "\(flooded) messages of 64 KB in \(Self.floodSeconds) s; \(latencies.count) reports of sound devices:"
        + " median \(sorted[sorted.count / 2]), p99 \(p99), slowest \(sorted.last ?? .zero); peak \(peak >> 20) MB")
    try FaultReport.measured(
      "\(flooded) of 64 KB and \(Self.strangers) ids; sound devices: p99 \(p99.inSeconds), slowest "
        + "\((sorted.last ?? .zero).inSeconds); memory at most \(peak >> 20) MB",
      of: "hostile flood and 200 000 made-up ids")
    #expect(latencies.count >= Self.reportsEnough)
    #expect(p99 < .seconds(2))
    #expect(peak < Self.mostResidentBytes, "\(peak >> 20) MB")
    // Quarantine kept what it can hold, and the rest is counted.
    let kept = try #require(status["quarantine"])
    #expect(kept["messages"]?.number ?? 0 <= 10_000 && kept["bytes"]?.number ?? 0 <= Double(64 << 20))
    let report = try await site.json("doctor", status: 1)
    let faults = report["items"]?.items.filter { $0["state"] == .text("fault") }.compactMap { $0["check"]?.text } ?? []
    #expect(faults.contains("unknown-devices") && faults.contains("quarantine"))
  }

  private static let soundDevices = 100

  private func register(_ site: Installation) async throws {
    let states = (0..<Self.soundDevices).map { number in
      OutgoingPublish(
        id: Int64(number), topic: "dt/forewarn/echo-dot-5/sound-\(number)/state",
        payload: Array(#"{"batch": "ED5-2024-W07", "region": "US-FL"}"#.utf8), isRetained: true)
    }
    // The one that floods was sound once.
    let all =
      states + [
        OutgoingPublish(
          id: -1, topic: "dt/forewarn/echo-dot-5/flood/state", payload: Array(#"{"batch": "ED5-2024-W07"}"#.utf8))
      ]
    try await Crowd(site.broker).publish(all)
    #expect(try await site.tally(of: all.count) == Tally(applied: all.count))
  }

  private static let reportsEnough = 21

  /// Answers how many messages the broker took. On a slow machine it goes on until enough sound reports were seen.
  private static func flood(_ site: Installation, until isEnough: Flag) async throws -> Int {
    let device = FloodingDevice(
      port: site.broker.port, topic: "dt/forewarn/echo-dot-5/flood/report", messageBytes: 64 << 10,
      messagesPerSecond: floodPerSecond)
    var sent = try await device.flood(for: .seconds(floodSeconds))
    while !isEnough.isRaised { sent += try await device.flood(for: .seconds(1)) }
    return sent
  }

  private static func makeUpIDs(_ site: Installation) async throws {
    let fleet = try Crowd(site.broker)
    for first in stride(from: 0, to: strangers, by: 2000) {
      try await fleet.publish((first..<min(first + 2000, strangers)).map(HostileDevices.stranger))
    }
  }

  /// One report of a sound device after the other, each from its publication until it shows in the device's count.
  private func probe(_ site: Installation, _ isEnough: Flag, while isWanted: () -> Bool) async throws -> [Duration] {
    // Whatever happens, the flood must end.
    defer { isEnough.raise() }
    let fleet = try Crowd(site.broker)
    var latencies: [Duration] = []
    while isWanted() {
      let device = "sound-\(latencies.count % Self.soundDevices)"
      let round = latencies.count / Self.soundDevices + 1
      let began = ContinuousClock.now
      try await fleet.publish([
        OutgoingPublish(
          id: 1, topic: "dt/forewarn/echo-dot-5/\(device)/report", payload: Array(report(sequence: round).utf8))
      ])
      try await wait(for: "\(device) has \(round) reports", within: .seconds(30), every: .milliseconds(5)) {
        let reply = try await site.daemon.request("GET", "/v1/devices/\(device)")
        return try JSON(parsing: reply.text)["reports"] == .number(Double(round))
      }
      latencies.append(ContinuousClock.now - began)
      if latencies.count == Self.reportsEnough { isEnough.raise() }
    }
    return latencies
  }
}

private final class Flag: Sendable {
  private let value = Atomic(false)
  var isRaised: Bool { value.load(ordering: .acquiring) }
  func raise() { value.store(true, ordering: .releasing) }
}
