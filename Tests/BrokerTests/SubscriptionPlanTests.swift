import Broker
import Foundation
import Testing
import Vocabulary

/// Which retained messages come when, and how subscriptions change on a living connection; against a real mosquitto.
@Suite(.serialized) struct SubscriptionPlanTests {
  private let broker: TestBroker

  init() throws {
    broker = try TestBroker()
    try broker.start()
  }

  private func publish(_ topic: String, retained: Bool = false) throws {
    let publisher = try Publisher(url: broker.url)
    try publisher.publish([OutgoingPublish(id: 1, topic: topic, payload: Array(topic.utf8), isRetained: retained)])
    publisher.close()
  }

  private func settings(_ handling: Subscription.RetainHandling, _ filters: String...) throws -> BrokerSettings {
    var settings = try BrokerTests.settings(broker.url)
    settings.subscriptions = filters.map { Subscription(filter: $0, retainHandling: handling) }
    return settings
  }

  /// What comes to a subscriber up to and with a message that is published last.
  private func heard(_ settings: BrokerSettings, end: String = "s/end") throws -> [String] {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings, handler)
    try #require(handler.record.wait { $0.isConnected })
    try publish(end)
    #expect(handler.record.wait { $0.committed.contains { $0.topic == end } })
    #expect(running.stop())
    return handler.committedTexts
  }

  @Test func `retained messages come to a new session, and not again to one that has them`() throws {
    try publish("s/a", retained: true)
    #expect(try heard(settings(.ifNew, "s/#")) == ["s/a", "s/end"])
    #expect(try heard(settings(.ifNew, "s/#")) == ["s/end"])
  }

  @Test func `asked for once they come to a session that has them, too, but not after a reconnection`() throws {
    try publish("s/a", retained: true)
    #expect(try heard(settings(.ifNew, "s/#")) == ["s/a", "s/end"])
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(.once, "s/#"), handler)
    #expect(handler.record.wait { $0.committed.count == 1 && $0.isConnected })
    // Once the next one is there, the first was acknowledged: unacknowledged it would rightly come again.
    try publish("s/next")
    #expect(handler.record.wait { $0.committed.contains { $0.topic == "s/next" } })
    broker.stop()
    #expect(handler.record.wait { !$0.isConnected })
    try broker.start()
    #expect(handler.record.wait { $0.isConnected })
    try publish("s/end")
    #expect(handler.record.wait { $0.committed.contains { $0.topic == "s/end" } })
    #expect(handler.committedTexts.count { $0 == "s/a" } == 1)
    #expect(running.stop())
  }

  @Test func `subscriptions change without a new connection, and what is taken back comes no more`() throws {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(.ifNew, "s/#", "old/#"), handler)
    try #require(handler.record.wait { $0.isConnected })
    try publish("new/a", retained: true)
    running.subscriber.subscribe(to: try settings(.ifNew, "s/#", "new/#").subscriptions)
    #expect(handler.record.wait { $0.committed.contains { $0.topic == "new/a" } })
    try publish("old/a")
    try publish("s/end")
    #expect(handler.record.wait { $0.committed.contains { $0.topic == "s/end" } })
    #expect(handler.committedTexts == ["new/a", "s/end"])
    #expect(handler.record.value.states == [.connecting, .connected(sessionPresent: false)])
    #expect(running.stop())
  }

  @Test func `a filter of an earlier run is taken back from the session`() throws {
    _ = try heard(settings(.ifNew, "s/#", "old/#"))
    var later = try settings(.ifNew, "s/#")
    later.heldFilters = ["s/#", "old/#"]
    let handler = RecordingHandler()
    let running = try RunningSubscriber(later, handler)
    try #require(handler.record.wait { $0.isConnected })
    // A resumed session is connected before the broker has heard of this: each pair of messages comes in order, the first only
    // until then.
    let isTakenBack = try (1...100).contains { number in
      try publish("old/\(number)")
      try publish("s/\(number)")
      let hasCome = handler.record.wait { $0.committed.contains { $0.topic == "s/\(number)" } }
      return hasCome && !handler.record.value.committed.contains { $0.topic == "old/\(number)" }
    }
    #expect(isTakenBack)
    #expect(running.stop())
  }
}
