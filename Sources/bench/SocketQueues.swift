import Foundation
import Rig

/// What the kernel tells of the queues of TCP sockets.
enum SocketQueues {
  /// Bytes on their way to whoever listens on this port of the loopback, or waiting there to be read.
  static func bytesUnread(at port: UInt16) throws -> Int {
    guard let table = FileManager.default.contents(atPath: "/proc/net/tcp") else {
      throw RigError("/proc/net/tcp can't be read")
    }
    var sum = 0
    // sl local_address rem_address st tx_queue:rx_queue …, addresses as hexadecimal IP:PORT.
    for line in String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst() {
      let words = line.split(separator: " ")
      guard words.count > 4, words[3] == "01" else { continue }
      let queues = words[4].split(separator: ":").compactMap { Int($0, radix: 16) }
      guard queues.count == 2 else { throw RigError("not understood in /proc/net/tcp: \(line)") }
      if isOf(port, words[1]) { sum += queues[1] }
      if isOf(port, words[2]) { sum += queues[0] }
    }
    return sum
  }

  private static func isOf(_ port: UInt16, _ address: Substring) -> Bool {
    address.split(separator: ":").last.flatMap { UInt16($0, radix: 16) } == port
  }
}
