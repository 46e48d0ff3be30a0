import Foundation
import Glibc
import Rig
import Synchronization

/// A way to the broker that takes its time: what comes in at one side goes out at the other so much later. Stands for the
/// kernel's own delay (netem), which not every kernel has.
final class SlowRelay: Sendable {
  let port: UInt16
  private let listener: Int32
  private let sockets = Mutex<[Int32]>([])

  init(to target: UInt16, delay: Duration) throws {
    let occupied = try LocalSocket.occupy()
    (listener, port) = (occupied.descriptor, occupied.port)
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        let server: Int32
        do {
          server = try LocalSocket.connect(port: target)
        } catch {
          // As the network would: who connects is hung up on, and tries again.
          print("the relay doesn't get through to port \(target): \(error)")
          close(client)
          continue
        }
        sockets.withLock { $0 += [client, server] }
        Self.carry(from: client, to: server, delay: delay)
        Self.carry(from: server, to: client, delay: delay)
      }
    }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    for socket in sockets.withLock({ $0 }) { shutdown(socket, Int32(SHUT_RDWR)) }
  }

  private struct Parcel {
    var bytes: [UInt8]
    var due: ContinuousClock.Instant
  }

  /// Two threads a direction: one reads and stamps, the other waits until it is time. An empty parcel is the end.
  private static func carry(from source: Int32, to target: Int32, delay: Duration) {
    let belt = Belt()
    Thread.detachNewThread {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while true {
        let count = recv(source, &buffer, buffer.count, 0)
        belt.put(Parcel(bytes: Array(buffer.prefix(max(0, count))), due: .now + delay))
        if count <= 0 { return }
      }
    }
    Thread.detachNewThread {
      while true {
        let parcel = belt.take()
        let early = parcel.due - .now
        if early > .zero { Thread.sleep(forTimeInterval: early / .seconds(1)) }
        guard !parcel.bytes.isEmpty, send(parcel.bytes, to: target) else {
          shutdown(target, Int32(SHUT_RDWR))
          return
        }
      }
    }
  }

  private static func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  private final class Belt: Sendable {
    private let parcels = Mutex<[Parcel]>([])
    private let waiting = DispatchSemaphore(value: 0)

    func put(_ parcel: Parcel) {
      parcels.withLock { $0.append(parcel) }
      waiting.signal()
    }

    func take() -> Parcel {
      waiting.wait()
      return parcels.withLock { $0.removeFirst() }
    }
  }
}
