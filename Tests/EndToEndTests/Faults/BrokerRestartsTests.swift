import Broker
import Foundation
import Rig
import Testing

/// A broker that comes and goes: with its store nothing is lost, without it what is lost is counted.
@Suite(.serialized) struct BrokerRestartsTests {
  @Test(.longFault) func `a broker stopped and started five times with its store loses nothing`() async throws {
    let site = try await Installation.started(broker: .init(isPersistent: true))
    let messages = 50_000
    try await site.daemon.stop()
    try await Crowd(site.broker, connections: 2).publish(numberedReports(0..<messages, devices: 200))
    try await site.daemon.start(until: ["ready", "degraded"])
    for round in 1...5 {
      _ = try await site.tally(of: messages * round / 7, within: .seconds(60))
      try await site.broker.stop()
      try await site.broker.restart()
      try await wait(for: "the daemon is back at the broker", within: .seconds(60)) {
        try await site.daemon.status()?.broker.connected ?? false
      }
    }
    let tally = try await site.tally(ofApplied: messages)
    #expect(tally.applied == messages)
    #expect(try await site.reportsOfAll() == messages)
    try FaultReport.measured(
      "\(messages - tally.applied) of \(messages) lost, \(tally.duplicate) came again", of: "broker stopped 5 times")
  }

  @Test(.longFault) func `a broker killed five times without its store loses what the sequence numbers count`()
    async throws
  {
    let site = try await Installation.started(broker: .init(isPersistent: false))
    let crowd = try Crowd(site.broker)
    var sequence = 0
    var lost = 0
    for _ in 1...5 {
      try await crowd.publish(Self.one(device: "A1", sequence: &sequence, count: 10))
      _ = try await site.tally(of: sequence - lost)
      // Nobody is there to take these, and the broker dies with them.
      try await site.daemon.stop()
      try await crowd.publish(Self.one(device: "A1", sequence: &sequence, count: 30))
      lost += 30
      site.broker.kill()
      try await site.broker.restart()
      try await site.daemon.start(until: ["ready", "degraded"])
    }
    try await crowd.publish(Self.one(device: "A1", sequence: &sequence, count: 1))
    let tally = try await site.tallyAtRest(of: sequence - lost)
    #expect(tally.applied == sequence - lost)
    let counted = try await site.json("status", status: 1)["sequence_gaps"]?.number
    #expect(counted == Double(lost))
    let forgotten = try await site.json("status", status: 1)["broker"]?["sessions_lost"]?.number
    #expect(forgotten == 5)
    try FaultReport.measured(
      "\(lost) lost by the broker, \(Int(counted ?? -1)) counted as missing, \(Int(forgotten ?? -1)) lost sessions told",
      of: "broker killed 5 times without its store")
  }

  private static func one(device: String, sequence: inout Int, count: Int) -> [OutgoingPublish] {
    let numbers = sequence + 1...sequence + count
    sequence += count
    return numbers.map {
      OutgoingPublish(
        id: Int64($0), topic: "dt/forewarn/echo-dot-5/\(device)/report", payload: Array(report(sequence: $0).utf8))
    }
  }

  @Test(.longFault) func `what a broker drops while the daemon stands still is told within fifteen seconds`()
    async throws
  {
    let site = try await Installation.started(
      broker: .init(
        isPersistent: true, lines: ["sys_interval 1", "max_queued_messages 1000"]))
    try await wait(for: "the broker tells its figure", within: .seconds(15)) {
      try await site.daemon.status()?.broker.dropped != nil
    }
    site.daemon.signal(SIGSTOP)
    // More than the broker may have on its way to us (4 000) and keeps besides.
    let (count, filling) = (8000, String(repeating: "f", count: 1000))
    try await Crowd(site.broker).publish(
      (0..<count).map {
        OutgoingPublish(
          id: Int64($0), topic: "dt/forewarn/echo-dot-5/A\($0)/report",
          payload: Array(report(sequence: 1, extra: #", "filling": "\#(filling)""#).utf8))
      })
    site.daemon.signal(SIGCONT)
    let since = ContinuousClock.now
    try await wait(for: "status tells of the loss", within: .seconds(15)) {
      try await site.daemon.status()?.reasons.contains { $0.contains("the broker dropped messages") } ?? false
    }
    let told = ContinuousClock.now - since
    let dropped = Int(try await site.json("status", status: 1)["broker"]?["dropped_since"]?.number ?? 0)
    #expect(dropped >= 1000)
    #expect(try await site.tallyAtRest(of: 1000).applied == count - dropped)
    try FaultReport.measured(
      "\(dropped) of \(count) dropped by the broker, told after \(told.inSeconds)", of: "queue overflows under SIGSTOP")
  }
}
