import Broker
import Foundation
import Rig
import Testing

/// A bad line to the broker: silent, lossy, slow. The broker has a second port for the daemon alone, and the fault is there.
@Suite(.serialized, .longFault) struct NetworkFaultsTests {
  private static func site(over port: UInt16, broker: Mosquitto) async throws -> Installation {
    Installation(
      broker: broker,
      daemon: try await DaemonProcess.started(
        .init(brokerURL: "mqtt://127.0.0.1:\(port)", profiles: Installation.shippedProfiles), within: .seconds(40)))
  }

  private static func brokerWithOwnPort() async throws -> (Mosquitto, UInt16) {
    let port = try LocalSocket.freePort()
    return (
      try await Mosquitto.start(
        .init(isPersistent: true, lines: ["listener \(port) 127.0.0.1", "allow_anonymous true"])),
      port
    )
  }

  @Test(.enabled(if: LossyNetwork.isPossible, "needs a network of its own and nft: make faults as root"))
  func `a line that falls silent is noticed within one and a half keep-alives, and nothing is lost`() async throws {
    let (broker, port) = try await Self.brokerWithOwnPort()
    let line = try await LossyNetwork(port: port)
    let site = try await Self.site(over: port, broker: broker)
    try await Crowd(broker).publish(numberedReports(0..<500, devices: 50))
    #expect(try await site.tally(of: 500) == Tally(applied: 500))

    try await line.lose(percent: 100)
    let since = ContinuousClock.now
    try await Crowd(broker).publish(numberedReports(500..<2000, devices: 50))
    // The keep-alive is 30 s.
    try await wait(for: "the silence is noticed", within: .seconds(50)) {
      try await site.daemon.status().map { !$0.broker.connected } ?? false
    }
    let noticed = ContinuousClock.now - since
    try await line.restore()
    let tally = try await site.tally(of: 2000, within: .seconds(60))
    let back = ContinuousClock.now - since
    let rest = try await site.tally(ofApplied: 2000)
    #expect(tally.applied <= 2000 && rest.applied == 2000)
    try FaultReport.measured(
      "noticed after \(noticed.inSeconds), all there after \(back.inSeconds), \(2000 - rest.applied) of 2000 lost",
      of: "silent partition")
  }

  @Test(.enabled(if: LossyNetwork.isPossible, "needs a network of its own and nft: make faults as root"))
  func `a fifth of all packets lost for thirty seconds costs time and nothing else`() async throws {
    let (broker, port) = try await Self.brokerWithOwnPort()
    let line = try await LossyNetwork(port: port)
    let site = try await Self.site(over: port, broker: broker)
    try await line.lose(percent: 20)
    let crowd = try Crowd(broker)
    let since = ContinuousClock.now
    var sent = 0
    while ContinuousClock.now - since < .seconds(30) {
      try await crowd.publish(numberedReports(sent..<sent + 200, devices: 50))
      sent += 200
      let expected = sent
      // A batch is on its way while the next is made: the line is never idle.
      try await wait(for: "the line moves", within: .seconds(40)) {
        try await site.daemon.status()?.messages.received ?? 0 >= expected - 2000
      }
    }
    let tally = try await site.tally(of: sent, within: .seconds(60))
    try await line.restore()
    let rest = try await site.tally(ofApplied: sent)
    #expect(rest.applied == sent && tally.applied <= sent)
    #expect(try await site.reportsOfAll() == sent)
    try FaultReport.measured(
      "\(sent - rest.applied) of \(sent) lost, \(rest.duplicate) came again and were known",
      of: "a fifth of packets lost")
  }

  @Test func `a line of 400 ms there and back costs time and nothing else`() async throws {
    let broker = try await Mosquitto.start(.init(isPersistent: true))
    let relay = try SlowRelay(to: broker.port, delay: .milliseconds(200))
    defer { relay.stop() }
    let site = try await Self.site(over: relay.port, broker: broker)
    let since = ContinuousClock.now
    try await Crowd(broker).publish(numberedReports(0..<20_000, devices: 100))
    let tally = try await site.tally(of: 20_000, within: .seconds(60))
    let taken = ContinuousClock.now - since
    #expect(tally == Tally(applied: 20_000))
    try FaultReport.measured("\(20_000 - tally.applied) of 20000 lost, all there after \(taken.inSeconds)", of: "delay")
    try await site.daemon.stop()
  }
}
