import Broker
import Foundation
import Rig
import Testing
import Vocabulary

/// A broker full of retained messages, which all come at once to a new session.
struct RetainedFloodTests {
  @Test(.longFault)
  func `thirty thousand retained messages at connect are no news, and it is up within thirty seconds`()
    async throws
  {
    let broker = try await Mosquitto.start()
    let count = 30_000
    let old = wallClock() - 30 * EventTime.day
    let crowd = try Crowd(broker, connections: 2)
    // A report that someone retained by mistake, of an onset a month ago, and the states.
    let panic = #", "events": [{"type": "watchdog_reboot", "count": 9}]"#
    try await crowd.publish(
      (0..<count).map { number in
        let isState = number % 2 == 0
        return OutgoingPublish(
          id: Int64(number), topic: "dt/forewarn/echo-dot-5/A\(number / 2)/\(isState ? "state" : "report")",
          payload: Array(
            (isState ? #"{"batch": "ED5-2024-W07"}"# : report(at: old, sequence: 1, extra: panic)).utf8),
          isRetained: true)
      })
    let since = ContinuousClock.now
    let daemon = try await DaemonProcess.started(
      .init(brokerURL: broker.url, profiles: Installation.shippedProfiles), within: .seconds(30))
    let site = Installation(broker: broker, daemon: daemon)
    let tally = try await site.tally(of: count, within: .seconds(30))
    let up = ContinuousClock.now - since
    #expect(tally == Tally(applied: count / 2, late: count / 2))
    #expect(try await daemon.status()?.tickets.open == 0)
    try FaultReport.measured(
      "\(tally.applied) states applied, \(tally.late) old reports late, 0 tickets; done after \(up.inSeconds)",
      of: "retained flood at connect")
  }
}
