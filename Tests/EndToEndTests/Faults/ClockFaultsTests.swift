import Broker
import Foundation
import Rig
import Testing
import Vocabulary

/// Clocks that are wrong: those of devices by ten years, the gateway's own by two days.
@Suite(.serialized) struct ClockFaultsTests {
  @Test func `devices ten years ahead or behind, in 1970 or at no time at all move nothing`() async throws {
    let site = try await Installation.started()
    try await Crowd(site.broker).publish(numberedReports(0..<100, devices: 100))
    #expect(try await site.tally(of: 100) == Tally(applied: 100))
    let clock = try #require(try await site.daemon.status()?.clock)
    let decade = 3652 * EventTime.day
    let now = wallClock()
    let times = [
      "\((now + decade).milliseconds)", "\((now - decade).milliseconds)", "\"1970-01-01T00:00:00Z\"", "0", "NaN", "-1",
      "1e18", "\"2025-02-30T00:00:00Z\"",
    ]
    var messages: [OutgoingPublish] = []
    for (index, time) in times.enumerated() {
      for device in 0..<100 {
        messages.append(
          OutgoingPublish(
            id: Int64(messages.count), topic: "dt/forewarn/echo-dot-5/A\(device)/report",
            payload: Array(
              #"{"ts": \#(time), "seq": \#(index + 2), "boot": "b1", "events": [{"type": "watchdog_reboot", "count": 9}]}"#
                .utf8)))
      }
    }
    try await Crowd(site.broker).publish(messages)
    let tally = try await site.tally(of: 100 + messages.count)
    #expect(tally.applied == 100 && tally.late + tally.quarantined == messages.count)
    #expect(try await site.daemon.status()?.tickets.open == 0)
    let after = try #require(try await site.daemon.status()?.clock)
    let (earlier, later) = (try #require(EventTime(clock)), try #require(EventTime(after)))
    #expect(later < earlier + 2 * EventTime.hour)
    // Whoever was wrong is heard again as soon as it is right.
    try await Crowd(site.broker).publish(numberedReports(2000..<2100, devices: 100))
    #expect(try await site.tally(of: 200 + messages.count).applied == 200)
    try FaultReport.measured(
      "\(messages.count) reports: \(tally.late) late, \(tally.quarantined) in quarantine, 0 applied, 0 tickets; the next "
        + "100 applied", of: "device clocks")
  }

  private static let library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"

  @Test(
    .longFault, .enabled(if: FileManager.default.fileExists(atPath: library), "needs the package faketime: make faults")
  )
  func `a gateway two days ahead and two days behind opens nothing, and loses nothing once it is right`() async throws {
    let folder = try ScratchFolder()
    let offset = try folder.write("-2d", to: "offset")
    let broker = try await Mosquitto.start()
    let daemon = try await DaemonProcess.started(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles,
        environment: [
          "LD_PRELOAD": Self.library, "FAKETIME_TIMESTAMP_FILE": offset, "FAKETIME_NO_CACHE": "1",
          "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]))
    let site = Installation(broker: broker, daemon: daemon)
    var sent = 0
    func hear() async throws -> Tally {
      try await Crowd(broker).publish(numberedReports(sent..<sent + 200, devices: 100))
      sent += 200
      return try await site.tally(of: sent)
    }
    let behind = try await hear()
    #expect(behind == Tally(quarantined: 200))
    try folder.write("+2d", to: "offset")
    #expect(try await hear().applied >= 200)
    daemon.kill()
    try folder.write("-2d", to: "offset")
    try await daemon.start()
    _ = try await hear()
    try folder.write("+0", to: "offset")
    // What seemed to come from the future is taken as soon as the clock has come to it.
    try await wait(for: "all is applied", within: .seconds(60)) {
      try await site.tally(of: sent).applied == sent
    }
    let tally = try await site.tallyAtRest(of: sent)
    #expect(tally == Tally(applied: sent))
    #expect(try await daemon.status()?.tickets.open == 0)
    try FaultReport.measured(
      "\(tally.applied) of \(sent) applied, \(behind.quarantined) of them kept until the clock was right; 0 tickets",
      of: "gateway clock")
  }
}
