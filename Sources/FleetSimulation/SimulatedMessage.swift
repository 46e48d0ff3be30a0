package import Vocabulary

/// A message as it is published.
package struct SimulatedMessage: Sendable, Hashable {
  package var topic: String
  package var payload: [UInt8]
  package var isRetained: Bool
  /// When it is published; what its payload says may be older (late), or wrong (a clock that is ahead).
  package var time: EventTime

  package init(topic: String, payload: [UInt8], isRetained: Bool, time: EventTime) {
    self.topic = topic
    self.payload = payload
    self.isRetained = isRetained
    self.time = time
  }
}

/// Writes messages as lines of a capture, as `mosquitto_sub -F %J` does: `tst`, `topic`, `qos`, `retain`, `payload`.
package struct CaptureWriter {
  package private(set) var bytes: [UInt8] = []
  private var day: Int64 = .min
  private var date: [UInt8] = []

  package init(capacity: Int = 1 << 20) { bytes.reserveCapacity(capacity) }

  /// Forgets what was written, keeping the memory.
  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  package mutating func append(_ message: SimulatedMessage) {
    let milliseconds = message.time.milliseconds
    if milliseconds / EventTime.day != day {
      day = milliseconds / EventTime.day
      date = Array(message.time.date.utf8)
    }
    bytes.write("{\"tst\":\"")
    bytes.append(contentsOf: date)
    let rest = Int(milliseconds % EventTime.day)
    bytes.write("T")
    bytes.write(rest / 3_600_000, width: 2)
    bytes.write(":")
    bytes.write(rest / 60_000 % 60, width: 2)
    bytes.write(":")
    bytes.write(rest / 1000 % 60, width: 2)
    bytes.write(".")
    bytes.write(rest % 1000, width: 3)
    // Topics and payloads of the simulation need no escaping: ids are of the contract's alphabet, payloads are JSON.
    bytes.write("Z\",\"topic\":\"")
    bytes.append(contentsOf: message.topic.utf8)
    bytes.write(
      message.isRetained ? "\",\"qos\":1,\"retain\":1,\"payload\":" : "\",\"qos\":1,\"retain\":0,\"payload\":")
    bytes.append(contentsOf: message.payload)
    bytes.write("}\n")
  }
}
