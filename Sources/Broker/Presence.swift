import Vocabulary

/// A retained message that says whether we are connected, as Sparkplug 3.0 has it of a host application: published once
/// we are ready, and left with the broker as our last will. Both carry the time of the connection, so that a late will
/// is told from the words of the connection after it.
package struct Presence: Sendable, Hashable {
  package var topic: String

  package init(topic: String) { self.topic = topic }

  /// Whether the topic's payload says that nobody is there.
  func isDenied(by payload: UnsafeRawBufferPointer) -> Bool {
    let words = String(decoding: payload, as: UTF8.self).filter { !$0.isWhitespace }
    return words.contains(#""online":false"#)
  }

  func payload(isOnline: Bool, since: EventTime) -> [UInt8] {
    Array(#"{"online":\#(isOnline),"timestamp":\#(since.milliseconds)}"#.utf8)
  }
}
