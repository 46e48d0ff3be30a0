import Broker
import Foundation
import Testing
import Vocabulary

@Suite(.serialized) struct PublisherTests {
  private let broker: TestBroker

  init() throws {
    broker = try TestBroker()
    try broker.start()
  }

  @Test func `20 000 messages over 32 connections all arrive, each topic in its order`() throws {
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings(broker.url), handler)
    try #require(handler.record.wait { $0.isConnected })
    let messages = (1...20_000).map {
      OutgoingPublish(id: Int64($0), topic: "dt/t/p/device-\($0 % 500)/report", payload: Array(String($0).utf8))
    }
    let publisher = try Publisher(url: broker.url, clientIDPrefix: "fleet", connections: 32)
    let start = ContinuousClock.now
    try publisher.publish(messages)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    publisher.close()
    print("published \(Int(20_000 / seconds)) messages a second over 32 connections")
    #expect(handler.record.wait { $0.committed.count >= 20_000 })
    #expect(running.stop())
    var last: [String: Int] = [:]
    for delivery in handler.record.value.committed {
      let number = try #require(Int(String(decoding: delivery.payload, as: UTF8.self)))
      #expect(last[delivery.topic] ?? 0 < number)
      last[delivery.topic] = number
    }
    #expect(last.count == 500)
  }

  @Test func `a publisher whose broker was restarted connects again`() throws {
    let publisher = try Publisher(url: broker.url, connections: 3)
    try publisher.publish(numbered(1...10))
    broker.stop()
    #expect(throws: BrokerError.self) { try publisher.publish(numbered(11...20)) }
    try broker.start()
    try publisher.publish(numbered(21...30))
    publisher.close()
    try publisher.publish(numbered(31...40))
  }

  @Test func `a message to an impossible topic is an error and not half of a success`() throws {
    let publisher = try Publisher(url: broker.url)
    #expect(throws: BrokerError.self) { try publisher.publish(numbered(1...1, topic: "a/+")) }
    try publisher.publish(numbered(2...2))
  }

  @Test func `an absent broker is an error at once`() throws {
    let port = try TestBroker.freePort()
    let error = #expect(throws: BrokerError.self) { try Publisher(url: "mqtt://127.0.0.1:\(port)", connections: 4) }
    #expect(error?.description.contains("127.0.0.1:\(port)") == true)
  }
}
