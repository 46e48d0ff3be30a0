import Broker
import Foundation
import Rig
import Vocabulary

/// What no sound device sends, and how it ends.
enum HostileDevices {
  struct Message {
    var topic: String
    var payload: [UInt8]

    init(_ device: String, _ payload: [UInt8], leaf: String = "report") {
      topic = "dt/forewarn/echo-dot-5/\(device)/\(leaf)"
      self.payload = payload
    }

    init(_ device: String, _ payload: String) { self.init(device, Array(payload.utf8)) }
  }

  /// Each is quarantined as one message.
  static func malformed() -> [Message] {
    let now = wallClock().milliseconds
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let wide = (0..<60_000).map { #""k\#($0)": \#($0)"# }.joined(separator: ",")
    return [
      Message("h1", deep),
      Message("h2", #"{"ts": \#(now), "signals": {"wifi_rssi_dbm": NaN}}"#),
      Message("h3", #"{"ts": \#(now), "signals": {"wifi_rssi_dbm": 1e999}}"#),
      Message("h4", #"{"ts": \#(now), "ts": \#(now + 1)}"#),
      Message("h5", Array(#"{"ts": \#(now), "firmware": ""#.utf8) + [0xff, 0xfe, 0xc0, 0x80] + Array("\"}".utf8)),
      Message("h6", #"{"ts": \#(now), "signals": {\#(wide)}}"#),
      Message("h7", "[" + Array(repeating: #"{"ts":1}"#, count: 2000).joined(separator: ",") + "]"),
      Message("h8", String(repeating: " ", count: 1 << 20) + "{}"),
      Message("h9", #"{"ts": 1e308}"#),
      Message("h10", Array(repeating: 0, count: 4096)),
      Message("h11", #"{"ts": \#(now), "seq": 99999999999999999999999}"#),
      // The same name to a reader, in composed and decomposed letters.
      Message("Zo\u{eb}", report()),
      Message("Zoe\u{308}", report()),
    ]
  }

  static func stranger(_ number: Int) -> OutgoingPublish {
    OutgoingPublish(
      id: Int64(number), topic: "dt/forewarn/echo-dot-5/made-up-\(number)/report", payload: Array(report().utf8))
  }
}
