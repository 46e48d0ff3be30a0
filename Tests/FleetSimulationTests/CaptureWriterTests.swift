import Foundation
import Testing
import Vocabulary

@testable import FleetSimulation

@Suite struct CaptureWriterTests {
  @Test func `a message becomes a line of a capture`() {
    var writer = CaptureWriter()
    writer.append(
      SimulatedMessage(
        topic: "ctx/forewarn/weather/US-FL", payload: Array("{\"ts\":1}".utf8), isRetained: false,
        time: EventTime(milliseconds: 1_748_736_000_000 + 3_723_045)))
    writer.append(
      SimulatedMessage(
        topic: "dt/forewarn/p/d/state", payload: Array("{}".utf8), isRetained: true,
        time: EventTime(milliseconds: 1_748_736_000_000 - 1)))
    #expect(
      String(decoding: writer.bytes, as: UTF8.self) == """
        {"tst":"2025-06-01T01:02:03.045Z","topic":"ctx/forewarn/weather/US-FL","qos":1,"retain":0,"payload":{"ts":1}}
        {"tst":"2025-05-31T23:59:59.999Z","topic":"dt/forewarn/p/d/state","qos":1,"retain":1,"payload":{}}

        """)
  }

  @Test func `every line of a fleet's capture is JSON with a time that can be read`() throws {
    let fleet = Fleet(
      plan: .demo(devices: 50, days: 3, seed: 1, start: EventTime(milliseconds: 1_748_736_000_000)))
    var writer = CaptureWriter()
    let messages = fleet.states() + (0..<3).flatMap { fleet.messages(day: $0) }
    messages.forEach { writer.append($0) }
    let lines = writer.bytes.split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == messages.count)
    for (line, message) in zip(lines, messages) {
      let fields = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
      #expect(fields["topic"] as? String == message.topic)
      #expect(EventTime(try #require(fields["tst"] as? String)) == message.time)
      #expect(fields["payload"] is [String: Any])
    }
  }
}
