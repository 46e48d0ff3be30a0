import Broker
import Foundation
import Rig
import Testing
import Vocabulary

/// A disk that takes no commits for a while, as an exclusive lock makes it: the acknowledgements wait, the broker queues,
/// memory doesn't grow, and everything is taken when the disk is back.
@Suite(.serialized) struct SlowDiskTests {
  @Test func `no acknowledgement leaves while its commit waits`() async throws {
    let broker = try FakeBroker()
    defer { broker.stop() }
    let daemon = try await DaemonProcess.started(
      .init(brokerURL: broker.url, profiles: Installation.shippedProfiles))
    let (released, record) = try await acknowledgements(from: daemon, broker) { lock in lock.duration > .seconds(1) }
    #expect(record.acknowledged.allSatisfy { $0.at >= released })
    #expect(try await daemon.hasTaken(50, within: .seconds(5)).messages.applied == 50)
  }

  @Test func `a daemon that acknowledges early is found out by the same look`() async throws {
    let broker = try FakeBroker()
    defer { broker.stop() }
    let daemon = try DaemonProcess(
      .init(
        brokerURL: broker.url, profiles: Installation.shippedProfiles,
        environment: ["FOREWARN_FAULT": "acknowledge-early"]))
    try #require(FileManager.default.createFile(atPath: "\(daemon.stateDirectory)/test-only", contents: nil))
    try await daemon.start()
    // As long as it takes, however busy the machine: a daemon that waits for its commit would never end this.
    let (released, record) = try await acknowledgements(from: daemon, broker) { _ in !broker.seen.acknowledged.isEmpty }
    #expect(record.acknowledged.contains { $0.at < released })
  }

  /// Sends fifty reports while the database is locked, and lets go of it when it is time.
  private func acknowledgements(
    from daemon: DaemonProcess, _ broker: FakeBroker, releaseWhen isTime: (HeldLock) -> Bool
  ) async throws -> (released: ContinuousClock.Instant, FakeBroker.Record) {
    try await wait(for: "the daemon has subscribed", within: .seconds(10)) { broker.seen.hasSubscribed }
    let lock = try await HeldLock.on("\(daemon.stateDirectory)/cases.db")
    for number in 1...50 {
      try broker.publish(
        report(sequence: number), to: "dt/forewarn/echo-dot-5/A1/report", packet: UInt16(number))
    }
    try await wait(for: "it is time to let go of the lock", within: .seconds(15)) { isTime(lock) }
    // From before the lock goes: what comes after this moment may have been committed.
    let released = ContinuousClock.now
    lock.release()
    try await wait(for: "all are acknowledged", within: .seconds(15)) { broker.seen.acknowledged.count == 50 }
    return (released, broker.seen)
  }

  @Test func `a disk that stands still for seconds costs waiting, but neither memory nor messages`() async throws {
    let site = try await Installation.started()
    let messages = 60_000
    let lock = try await HeldLock.on(site.databasePath)
    let before = try site.residentBytes()
    try await publish(messages, to: site.broker)
    // Longer than the store waits by itself: it says so then, and tries again.
    try await wait(for: "status says who is in the way", within: .seconds(20)) {
      try await site.daemon.status()?.reasons.contains {
        $0.contains("nothing is acknowledged") && $0.contains("another program has")
      } ?? false
    }
    #expect(try await site.tally(of: 0).received == 0)
    let grown = try site.residentBytes() - before
    // Two batches of 2 000 messages, what libmosquitto holds of the socket, and the allocator's slack.
    #expect(grown < 24 << 20, "\(grown >> 10) KB more")
    #expect(
      try await site.json("doctor", status: 1)["items"]?.items.contains {
        $0["check"] == .text("store-commits") && $0["state"] == .text("fault")
      } == true)

    lock.release()
    let expected = Tally(applied: messages)
    #expect(try await site.tally(of: messages, within: .seconds(60)) == expected)
    try await wait(for: "status is content again", within: .seconds(10)) {
      try await site.daemon.status()?.state == "ready"
    }
    let lines = site.daemon.standardError.split(separator: "\n").count { $0.contains("acknowledged") }
    #expect(lines == 1, "\(site.daemon.standardError)")
    try FaultReport.measured("\(grown >> 20) MB more, 0 of \(messages) lost", of: "slow disk")
  }

  @Test func `a commit that the disk keeps waiting is not being idle, though no error has come of it yet`() async throws
  {
    let site = try await Installation.started()
    let lock = try await HeldLock.on(site.databasePath)
    for number in 1...20 { try await site.publish(report(sequence: number), from: "A1") }
    // Shorter than the store waits by itself before it calls that an error.
    let waiting = try await site.daemon.forewarn("wait", "idle", "--timeout", "2")
    #expect(waiting.status == 1 && waiting.standardError.contains("a commit waits for the disk"), "\(waiting)")
    lock.release()
    try await site.daemon.forewarn("wait", "idle", "--timeout", "20").succeeded()
    #expect(try await site.tally(of: 20).applied == 20)
  }

  /// Over three hundred devices; returns when the broker has them all.
  private func publish(_ messages: Int, to broker: Mosquitto) async throws {
    let reports = (0..<messages).map { number in
      OutgoingPublish(
        id: Int64(number), topic: "dt/forewarn/echo-dot-5/A\(number % 300)/report",
        payload: Array(report(sequence: number / 300).utf8))
    }
    try await Crowd(broker, connections: 4).publish(reports)
  }
}
