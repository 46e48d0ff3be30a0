import Broker
import Foundation
import Testing
import Vocabulary

/// Against a real mosquitto. What is acknowledged shows in what the broker sends again.
@Suite(.serialized) struct SubscriberTests {
  private let broker: TestBroker

  init() throws {
    broker = try TestBroker()
    try broker.start()
  }

  private func publish(_ messages: [OutgoingPublish]) throws {
    let publisher = try Publisher(url: broker.url)
    try publisher.publish(messages)
    publisher.close()
  }

  /// Leaves a session with the subscription at the broker.
  private func leaveSession(_ settings: BrokerSettings) throws {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings, handler)
    try #require(handler.record.wait { $0.isConnected })
    try #require(running.stop())
  }

  @Test func `published messages arrive complete and in order`() throws {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(broker.url), handler)
    try #require(handler.record.wait { $0.isConnected })
    let before = EventTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    try publish(numbered(1...5000))
    #expect(handler.record.wait { $0.committed.count >= 5000 })
    #expect(handler.committedTexts == (1...5000).map(String.init))
    let first = try #require(handler.record.value.committed.first)
    #expect(first.topic == "dt/t/p/d/report" && !first.isRetained)
    #expect(first.receivedAt >= before && first.receivedAt < before + 60_000)
    #expect(running.stop())
    #expect(handler.record.value.states.last == .stopped)
  }

  @Test func `messages published while the subscriber is away wait in its session`() throws {
    try leaveSession(settings(broker.url))
    try publish(numbered(1...300))
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(broker.url), handler)
    #expect(handler.record.wait { $0.committed.count == 300 && $0.isConnected })
    #expect(handler.record.value.states.last == .connected(sessionPresent: true))
    #expect(running.stop())
  }

  @Test func `whoever resumes a session with everything in it is there before the backlog is worked off`() throws {
    var settings = try settings(broker.url)
    try leaveSession(settings)
    try publish(numbered(1...5000))
    settings.heldFilters = Set(settings.subscriptions.map(\.filter))
    settings.subscriptions = settings.subscriptions.map { Subscription(filter: $0.filter, retainHandling: .ifNew) }
    let mayGoOn = Signalled(false)
    let handler = RecordingHandler { _ in mayGoOn.wait { $0 } }
    let running = try RunningSubscriber(settings, handler)
    #expect(handler.record.wait { $0.isConnected }, "though nothing of the backlog is committed yet")
    #expect(handler.record.value.committed.isEmpty)
    mayGoOn.change { $0 = true }
    #expect(handler.record.wait { $0.committed.count == 5000 })
    #expect(running.stop())
    #expect(handler.committedTexts == (1...5000).map(String.init))
  }

  @Test func `what isn't in the resumed session, or must be asked for once more, is waited for`() throws {
    var settings = try settings(broker.url)
    try leaveSession(settings)
    let wanted = settings.subscriptions
    let known = Set(wanted.map(\.filter))
    let cases: [(Set<String>, Subscription.RetainHandling)] = [([], .ifNew), (known, .once)]
    for (held, handling) in cases {
      try publish(numbered(1...5000))
      settings.heldFilters = held
      settings.subscriptions = wanted.map { Subscription(filter: $0.filter, retainHandling: handling) }
      let mayGoOn = Signalled(false)
      let handler = RecordingHandler { _ in mayGoOn.wait { $0 } }
      let running = try RunningSubscriber(settings, handler)
      try #require(handler.record.wait { !$0.batches.isEmpty })
      #expect(!handler.record.value.isConnected)
      mayGoOn.change { $0 = true }
      #expect(handler.record.wait { $0.committed.count == 5000 && $0.isConnected })
      #expect(running.stop())
    }
  }

  @Test func `a batch holds no more than its limit and little more than one read`() throws {
    var settings = try settings(broker.url)
    settings.batchLimit = 50
    settings.receiveMaximum = 100
    try leaveSession(settings)
    try publish(numbered(1...1000))
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings, handler)
    #expect(handler.record.wait { $0.committed.count == 1000 })
    #expect(handler.record.value.batches.map(\.count).max() ?? 0 <= 50)
    #expect(running.stop())
  }

  @Test func `a batch that isn't committed comes again with the next connection`() throws {
    let refusals = Signalled(2)
    let handler = RecordingHandler { _ in
      refusals.change { left in
        left -= 1
        return left < 0
      }
    }
    try leaveSession(settings(broker.url))
    try publish(numbered(1...100))
    let running = try RunningSubscriber(settings(broker.url), handler)
    #expect(handler.record.wait { $0.committed.count >= 100 })
    #expect(running.stop())
    #expect(handler.committedTexts == (1...100).map(String.init))
    let record = handler.record.value
    #expect(record.errors == [.notCommitted, .notCommitted])
    #expect(record.batches.prefix(3).allSatisfy { $0.first?.payload == Array("1".utf8) })
  }

  @Test func `a subscriber that dies in the middle of a batch has acknowledged nothing of it`() throws {
    let dead = Signalled(false)
    let first = RecordingHandler { _ in
      _ = dead.wait { $0 }
      return true
    }
    try leaveSession(settings(broker.url))
    try publish(numbered(1...500))
    let dying = try RunningSubscriber(settings(broker.url), first)
    try #require(first.record.wait { !$0.batches.isEmpty })
    // Another connection with the same client id: the broker cuts the first off while its commit is still running.
    let second = RecordingHandler()
    let heir = try RunningSubscriber(settings(broker.url), second)
    #expect(second.record.wait { $0.committed.count == 500 })
    #expect(second.committedTexts == (1...500).map(String.init))
    dying.subscriber.stop()
    dead.change { $0 = true }
    #expect(dying.stop())
    #expect(heir.stop())
  }

  @Test func `nothing is lost over many failed commits, stops and restarts`() throws {
    let seed: UInt64 = 20_251_123
    var generator = SeededGenerator(state: seed)
    var settings = try settings(broker.url)
    settings.batchLimit = 64
    try leaveSession(settings)
    var seen: Set<String> = []
    for cycle in 0..<8 {
      let share = numbered((cycle * 250 + 1)...(cycle * 250 + 250))
      try publish(share)
      let patience = Signalled(Int.random(in: 0...5, using: &generator))
      let handler = RecordingHandler { _ in
        patience.change { left in
          left -= 1
          return left >= 0
        }
      }
      let running = try RunningSubscriber(settings, handler)
      // Ends with a batch refused, or with all there was committed.
      #expect(handler.record.wait { !$0.errors.isEmpty || $0.committed.count >= 250 }, "seed \(seed) cycle \(cycle)")
      #expect(running.stop())
      seen.formUnion(handler.committedTexts)
    }
    let last = RecordingHandler()
    let running = try RunningSubscriber(settings, last)
    #expect(
      last.record.wait {
        Set($0.committed.map { String(decoding: $0.payload, as: UTF8.self) }).union(seen).count == 2000
      })
    #expect(running.stop())
  }

  @Test func `stop under load ends soon, and what was committed doesn't come again`() throws {
    try leaveSession(settings(broker.url))
    try publish(numbered(1...20_000))
    var committed: [String] = []
    var isFirst = true
    while committed.count < 20_000 {
      let wanted = isFirst ? 2000 : 18_000
      let handler = RecordingHandler()
      let running = try RunningSubscriber(settings(broker.url), handler)
      #expect(handler.record.wait { $0.committed.count >= min(wanted, 20_000 - committed.count) })
      let start = ContinuousClock.now
      #expect(running.stop())
      #expect(ContinuousClock.now - start < .seconds(3))
      committed += handler.committedTexts
      isFirst = false
    }
    #expect(committed == (1...20_000).map(String.init))
  }

  @Test func `what was acknowledged doesn't come again, however far behind the broker is with reading that`() throws {
    // Its whole database is written for each 500 acknowledgements: it falls behind with what is sent to it at once, by less than a
    // stop has time for even on a busy machine.
    let slow = try TestBroker(options: [
      "allow_anonymous true", "max_queued_messages 0", "autosave_on_changes true", "autosave_interval 500",
    ])
    try slow.start()
    try leaveSession(settings(slow.url))
    let publisher = try Publisher(url: slow.url)
    try publisher.publish(numbered(1...20_000))
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(slow.url), handler)
    #expect(handler.record.wait { $0.committed.count == 20_000 })
    #expect(running.stop())
    // A message for a client that has gone makes a broker notice that, and forget what it hasn't read of it.
    try publisher.publish(numbered(20_001...20_001))
    publisher.close()
    let next = RecordingHandler()
    let again = try RunningSubscriber(settings(slow.url), next)
    #expect(next.record.wait { $0.committed.last?.payload == Array("20001".utf8) })
    #expect(next.record.value.committed.count == 1)
    #expect(again.stop())
  }

  /// From so many messages on a batch is handed over in parts.
  private static let part = 256

  /// A commit that takes longer than the broker needs to send the rest of a test's messages, or than reading them.
  private static func takeLong(_ publisher: Publisher) -> Bool {
    do {
      try publisher.publish((1...20).flatMap { numbered($0...$0 + 100, topic: "elsewhere") })
      return true
    } catch {
      Issue.record("nothing could be published meanwhile: \(error)")
      return false
    }
  }

  @Test func `under load a part of a batch is written while the next is taken in and one more is read`() throws {
    try leaveSession(settings(broker.url))
    let publisher = try Publisher(url: broker.url)
    // A batch also ends where the socket is empty, and how much a busy broker has sent by then differs: then once more.
    var attempts: [[Int]] = []
    var isShown = false
    while !isShown, attempts.count < 8 {
      try publish(numbered(1...1500))
      let handler = RecordingHandler(commitsBeside: true) { _ in Self.takeLong(publisher) }
      let running = try RunningSubscriber(settings(broker.url), handler)
      #expect(handler.record.wait { $0.committed.count == 1500 })
      #expect(running.stop())
      #expect(handler.committedTexts == (1...1500).map(String.init))
      #expect(handler.record.value.mostPending <= 2)
      let parts = handler.record.value.batches.map(\.count)
      attempts.append(parts)
      // The very first may be what the broker had sent by then. The second is taken in at once, and what is read meanwhile
      // waits until the first is written.
      guard let first = parts.firstIndex(where: { $0 >= Self.part }) else { continue }
      isShown =
        handler.record.value.mostPending == 2 && parts[first...].prefix(2) == [Self.part, Self.part]
        && parts.dropFirst(first + 2).contains { $0 > Self.part }
    }
    #expect(isShown, "\(attempts)")
  }

  @Test func `where a later part of a batch isn't committed, all of the batch comes again`() throws {
    try leaveSession(settings(broker.url))
    try publish(numbered(1...1500))
    let publisher = try Publisher(url: broker.url)
    let sizes = Signalled<[Int]>([])
    let handler = RecordingHandler(commitsBeside: true) { batch in
      let isAfterPart = sizes.change { sizes in
        sizes.append(batch.count)
        // The first time alone.
        return sizes.dropLast().last ?? 0 >= Self.part && !sizes.dropLast(2).contains { $0 >= Self.part }
      }
      if isAfterPart { return false }
      return Self.takeLong(publisher)
    }
    let running = try RunningSubscriber(settings(broker.url), handler)
    // The part behind the refused one may be committed at once: it comes again all the same.
    #expect(handler.record.wait { Set($0.committed.map(\.payload)).count == 1500 })
    #expect(running.stop())
    let record = handler.record.value
    #expect(record.errors == [.notCommitted])
    let first = try #require(record.batches.firstIndex { $0.count >= Self.part })
    // Nothing of it was acknowledged with the first part, nor with one that was handed over beside, and nothing was lost.
    let start = record.batches[first].first?.payload
    #expect(record.batches.dropFirst(first + 1).contains { $0.first?.payload == start })
    #expect(Set(handler.committedTexts).count == 1500)
  }

  @Test func `a broker that has fallen silent is given up after one and a half keep-alives`() throws {
    var settings = try settings(broker.url)
    settings.keepAliveSeconds = 5
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings, handler)
    try #require(handler.record.wait { $0.isConnected })
    let since = ContinuousClock.now
    broker.pause()
    defer { broker.resume() }
    // A broker that is asked after 5 s has until 10 s by libmosquitto.
    #expect(handler.record.wait(seconds: 9.5) { !$0.errors.isEmpty })
    #expect(ContinuousClock.now - since > .seconds(6))
    guard case .lost(_, let cause) = handler.record.value.errors.first else {
      Issue.record("\(handler.record.value.errors)")
      return
    }
    #expect(cause.contains("nothing was heard"))
    broker.resume()
    #expect(handler.record.wait { $0.isConnected })
    #expect(running.stop())
  }

  @Test func `after a broker restart it reconnects, and the kept session goes on`() throws {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(broker.url), handler)
    try #require(handler.record.wait { $0.isConnected })
    broker.stop()
    try #require(handler.record.wait { !$0.errors.isEmpty })
    try broker.start()
    try #require(handler.record.wait { $0.isConnected })
    #expect(handler.record.value.states.last == .connected(sessionPresent: true))
    try publish(numbered(1...10))
    #expect(handler.record.wait { $0.committed.count == 10 })
    #expect(running.stop())
  }

  @Test func `retained messages are marked, and empty and 64 KB payloads arrive whole`() throws {
    var generator = SeededGenerator(state: 3)
    let large = (0..<65_536).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try publish([OutgoingPublish(id: 1, topic: "dt/t/p/d/state", payload: Array("{}".utf8), isRetained: true)])
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(broker.url), handler)
    try #require(handler.record.wait { $0.committed.count == 1 && $0.isConnected })
    try publish([
      OutgoingPublish(id: 2, topic: "dt/large", payload: large), OutgoingPublish(id: 3, topic: "dt/none", payload: []),
    ])
    #expect(handler.record.wait { $0.committed.count == 3 })
    #expect(running.stop())
    let committed = handler.record.value.committed
    #expect(committed.map(\.isRetained) == [true, false, false])
    #expect(committed.map(\.payload) == [Array("{}".utf8), large, []])
  }

  @Test func `what the handler has to publish is delivered, confirmed and retained as asked`() throws {
    let outbox = numbered(1...1000, topic: "cmd/t/p/d/care").map {
      OutgoingPublish(id: $0.id, topic: $0.topic, payload: $0.payload, isRetained: $0.id == 1000)
    }
    let listener = RecordingHandler()
    let listening = try RunningSubscriber(settings(broker.url, filters: ["cmd/#"], clientID: "listener"), listener)
    try #require(listener.record.wait { $0.isConnected })
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(broker.url), handler)
    try #require(handler.record.wait { $0.isConnected })
    handler.record.change { $0.outbox = outbox }
    running.subscriber.wake()
    #expect(handler.record.wait { $0.delivered.count == 1000 })
    #expect(handler.record.value.delivered.sorted() == (1...1000).map(Int64.init))
    #expect(listener.record.wait { $0.committed.count == 1000 })
    #expect(listener.committedTexts == (1...1000).map(String.init))
    let late = RecordingHandler()
    let latecomer = try RunningSubscriber(settings(broker.url, filters: ["cmd/#"], clientID: "late"), late)
    #expect(late.record.wait { $0.committed.count == 1 && $0.committed[0].isRetained })
    for subscriber in [listening, running, latecomer] { #expect(subscriber.stop()) }
  }

  @Test func `messages to publish outlive a broker restart`() throws {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(broker.url), handler)
    try #require(handler.record.wait { $0.isConnected })
    broker.stop()
    handler.record.change { $0.outbox = numbered(1...50, topic: "cmd/x") }
    running.subscriber.wake()
    try broker.start()
    #expect(handler.record.wait { $0.delivered.count == 50 })
    #expect(running.stop())
  }

  @Test func `a message to an impossible topic is rejected with a reason, and the next goes out`() throws {
    let handler = RecordingHandler()
    handler.record.change {
      $0.outbox = [
        OutgoingPublish(id: 1, topic: "cmd/#", payload: []), OutgoingPublish(id: 2, topic: "cmd/a", payload: []),
      ]
    }
    let running = try RunningSubscriber(settings(broker.url), handler)
    #expect(handler.record.wait { $0.delivered == [2] })
    #expect(handler.record.value.rejected[1]?.contains("topic") == true)
    #expect(running.stop())
  }

  @Test func `the broker's count of dropped messages is reported, and is no delivery`() throws {
    let narrow = try TestBroker(options: ["allow_anonymous true", "max_queued_messages 10"])
    try narrow.start()
    try leaveSession(settings(narrow.url))
    let publisher = try Publisher(url: narrow.url)
    try publisher.publish(numbered(1...200))
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(narrow.url), handler)
    #expect(handler.record.wait { ($0.statistics.last?.value ?? 0) >= 150 })
    #expect(handler.record.value.statistics.last?.name == BrokerStatistic.droppedMessages)
    #expect(!handler.record.value.committed.contains { $0.topic.hasPrefix("$SYS") })
    #expect(running.stop())
  }
}
