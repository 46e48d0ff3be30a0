import Broker
import Foundation
import Testing
import Vocabulary

/// Large messages fill neither the memory nor the way for others. Against a real mosquitto.
@Suite(.serialized) struct LargeMessagesTests {
  private let broker: TestBroker

  init() throws {
    broker = try TestBroker()
    try broker.start()
  }

  private func messages(_ sizes: [Int]) -> [OutgoingPublish] {
    sizes.enumerated().map { number, size in
      OutgoingPublish(
        id: Int64(number), topic: "dt/t/p/d/report", payload: [UInt8](repeating: UInt8(ascii: "x"), count: size))
    }
  }

  @Test func `what is larger than the largest packet stays with the broker, and what follows comes`() throws {
    var settings = try settings(broker.url)
    settings.maximumPacketBytes = 4096
    let handler = RecordingHandler()
    let running = try RunningSubscriber(settings, handler)
    try #require(handler.record.wait { $0.isConnected })
    let publisher = try Publisher(url: broker.url)
    try publisher.publish(messages([100, 5000, 200, 1_000_000, 300]))
    publisher.close()
    #expect(handler.record.wait { $0.committed.count >= 3 })
    #expect(handler.record.value.committed.map(\.payload.count) == [100, 200, 300])
    #expect(handler.record.value.errors.isEmpty)
    #expect(running.stop())
  }

  @Test func `a batch ends at its bytes, however few messages that are`() throws {
    var settings = try settings(broker.url)
    settings.batchBytes = 64 << 10
    let handler = RecordingHandler()
    let first = try RunningSubscriber(settings, handler)
    try #require(handler.record.wait { $0.isConnected })
    try #require(first.stop())
    let publisher = try Publisher(url: broker.url)
    try publisher.publish(messages(Array(repeating: 10_000, count: 200)))
    publisher.close()

    let second = RecordingHandler()
    let running = try RunningSubscriber(settings, second)
    #expect(second.record.wait { $0.committed.count == 200 })
    // The message that reaches the bound is still of the batch.
    #expect(second.record.value.batches.map(\.count).max() ?? 0 <= 7)
    #expect(running.stop())
  }
}
