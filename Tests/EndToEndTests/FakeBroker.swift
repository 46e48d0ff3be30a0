import Dispatch
import Foundation
import Glibc
import Rig
import Synchronization

/// A broker of a few lines that writes down when each acknowledgement comes in: no real one tells. It speaks as much MQTT 5
/// as one subscriber needs, on a thread of its own, for one connection after the other.
final class FakeBroker: Sendable {
  struct Record: Sendable {
    var hasSubscribed = false
    /// Packet ids, with the moment at which their PUBACK was read.
    var acknowledged: [(packet: UInt16, at: ContinuousClock.Instant)] = []
  }

  let port: UInt16
  private let listener: Int32
  private let connection = Mutex<Int32>(-1)
  private let record = Mutex(Record())

  var url: String { "mqtt://127.0.0.1:\(port)" }
  var seen: Record { record.withLock { $0 } }

  init() throws {
    let occupied = try LocalSocket.occupy()
    (listener, port) = (occupied.descriptor, occupied.port)
    // Blocking calls need a thread that no task shares.
    Thread.detachNewThread { [self] in
      while true {
        let socket = accept(listener, nil, nil)
        guard socket >= 0 else { return }
        connection.withLock { $0 = socket }
        serve(socket)
        connection.withLock { $0 = -1 }
        close(socket)
      }
    }
  }

  /// Ends the listener, and with it the thread.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    connection.withLock { if $0 >= 0 { shutdown($0, Int32(SHUT_RDWR)) } }
    close(listener)
  }

  /// Sends a message at QoS 1 to the subscriber.
  func publish(_ payload: String, to topic: String, packet: UInt16) throws {
    let body = Self.text(topic) + Self.number(packet) + [0] + Array(payload.utf8)
    let bytes = [0x32] + Self.length(body.count) + body
    let isSent = connection.withLock { socket in
      socket >= 0
        && bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } == bytes.count
    }
    guard isSent else { throw RigError("the subscriber is gone") }
  }

  private func serve(_ socket: Int32) {
    while let (kind, body) = Self.packet(from: socket) {
      switch kind & 0xf0 {
      case 0x10: answer(socket, [0x20, 3, 0, 0, 0])
      case 0x80:
        answer(socket, [0x90, 4, body[0], body[1], 0, 1])
        record.withLock { $0.hasSubscribed = true }
      case 0xc0: answer(socket, [0xd0, 0])
      case 0x30: answer(socket, Self.acknowledgement(of: body))
      case 0x40:
        let id = UInt16(body[0]) << 8 | UInt16(body[1])
        record.withLock { $0.acknowledged.append((id, .now)) }
      case 0xe0: return
      default: continue
      }
    }
  }

  private func answer(_ socket: Int32, _ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  /// PUBACK for what the daemon publishes by itself.
  private static func acknowledgement(of publish: [UInt8]) -> [UInt8] {
    let topic = Int(publish[0]) << 8 | Int(publish[1])
    return [0x40, 2, publish[2 + topic], publish[3 + topic]]
  }

  private static func packet(from socket: Int32) -> (UInt8, [UInt8])? {
    guard let kind = read(socket, 1)?[0] else { return nil }
    var length = 0
    var shift = 0
    repeat {
      guard let byte = read(socket, 1)?[0] else { return nil }
      length |= Int(byte & 0x7f) << shift
      shift += 7
      if byte & 0x80 == 0 { break }
    } while shift < 28
    return read(socket, length).map { (kind, $0) }
  }

  private static func read(_ socket: Int32, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var got = 0
    while got < count {
      let more = bytes[got...].withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
      guard more > 0 else { return nil }
      got += more
    }
    return bytes
  }

  private static func text(_ text: String) -> [UInt8] { number(UInt16(text.utf8.count)) + Array(text.utf8) }
  private static func number(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }

  private static func length(_ length: Int) -> [UInt8] {
    var rest = length
    var bytes: [UInt8] = []
    repeat {
      bytes.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }
}
