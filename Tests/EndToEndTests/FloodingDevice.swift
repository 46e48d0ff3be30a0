import Dispatch
import Glibc
import Rig

/// A device gone mad: publishes as fast as it is told to, over a bare socket, without the flow control of an MQTT library.
struct FloodingDevice: Sendable {
  let port: UInt16
  let topic: String
  let messageBytes: Int
  let messagesPerSecond: Int

  /// How many messages the broker acknowledged. A blocking conversation, so not on the threads that tasks share.
  func flood(for duration: Duration) async throws -> Int {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try run(duration) }) }
    }
  }

  private func run(_ duration: Duration) throws -> Int {
    let socket = try LocalSocket.connect(port: port)
    defer { close(socket) }
    let name = Self.text("flooding-device")
    try send([0x10, UInt8(10 + name.count), 0, 4] + Array("MQTT".utf8) + [4, 2, 0, 60] + name, to: socket)
    var answer = [UInt8](repeating: 0, count: 4)
    guard recv(socket, &answer, 4, Int32(MSG_WAITALL)) == 4, answer[3] == 0 else { throw RigError("not let in") }

    var packet = self.packet
    let (identifier, sequence) = places(in: packet)
    let began = ContinuousClock.now
    var sent = 0
    var acknowledgedBytes = 0
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let elapsed = ContinuousClock.now - began
      let isOver = elapsed >= duration
      if isOver, acknowledgedBytes >= sent * 4 { return sent }
      guard elapsed < duration + .seconds(30) else { throw RigError("the broker doesn't acknowledge the flood") }
      let due = isOver ? sent : min(Int(elapsed / .seconds(1) * Double(messagesPerSecond)), sent + 100)
      while sent < due {
        let id = sent % 65_000 + 1
        (packet[identifier], packet[identifier + 1]) = (UInt8(id >> 8), UInt8(id & 0xff))
        packet.replaceSubrange(sequence..<sequence + 7, with: String(1_000_000 + sent).utf8)
        try send(packet, to: socket)
        sent += 1
      }
      var interest = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      guard poll(&interest, 1, 2) > 0 else { continue }
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else { throw RigError("the broker hung up") }
      acknowledgedBytes += count
    }
  }

  /// A whole PUBLISH of QoS 1: a sound report with a filling that no profile knows.
  private var packet: [UInt8] {
    let head = report(sequence: 1_000_000, extra: #", "filling": ""#)
    let payload = Array((head.dropLast() + String(repeating: "f", count: messageBytes - head.utf8.count) + "\"}").utf8)
    let body = Self.text(topic) + [0, 1] + payload
    var length = body.count
    var digits: [UInt8] = []
    repeat {
      digits.append(UInt8(length & 0x7f) | (length > 0x7f ? 0x80 : 0))
      length >>= 7
    } while length > 0
    return [0x32] + digits + body
  }

  private func places(in packet: [UInt8]) -> (identifier: Int, sequence: Int) {
    let lengthDigits = packet.dropFirst().prefix { $0 & 0x80 != 0 }.count + 1
    let identifier = 1 + lengthDigits + 2 + topic.utf8.count
    let digits = Array("1000000".utf8)
    let sequence = packet.indices.first { packet[$0...].starts(with: digits) } ?? identifier
    return (identifier, sequence)
  }

  private func send(_ bytes: [UInt8], to socket: Int32) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { throw RigError("the broker takes no more: \(String(cString: strerror(errno)))") }
      sent += count
    }
  }

  private static func text(_ text: String) -> [UInt8] {
    [UInt8(text.utf8.count >> 8), UInt8(text.utf8.count & 0xff)] + Array(text.utf8)
  }
}
