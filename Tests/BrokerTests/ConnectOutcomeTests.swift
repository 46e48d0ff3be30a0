import Foundation
import Testing

@testable import Broker

/// A reset of what was connected isn't a refusal to connect, even where a write has taken the error away.
@Suite struct ConnectOutcomeTests {
  @Test func `a refusal is told, also once a write has taken it away`() throws {
    let client = try Client(port: TestBroker.freePort())
    client.awaitEvent()
    #expect(client.send() == ECONNREFUSED)
    #expect(connectError(of: client.descriptor) == ECONNREFUSED)
    let asked = try Client(port: TestBroker.freePort())
    asked.awaitEvent()
    #expect(connectError(of: asked.descriptor) == ECONNREFUSED)
  }

  @Test func `a connection that stands has no error`() throws {
    let listener = try SilentListener()
    let client = try Client(port: listener.port)
    client.awaitEvent()
    #expect(connectError(of: client.descriptor) == nil)
  }

  @Test func `a reset after the connection is no refusal, also once a write has taken it away`() throws {
    let listener = try SilentListener()
    for isTaken in [true, false] {
      let client = try Client(port: listener.port)
      client.awaitEvent()
      #expect(client.send() == 0)
      listener.resetNext()
      client.awaitReset()
      if isTaken { #expect(client.send() == ECONNRESET) }
      #expect(connectError(of: client.descriptor) == ECONNRESET)
    }
  }
}

/// A non-blocking client on the loopback.
private final class Client {
  let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let descriptor = descriptor
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0 || errno == EINPROGRESS)
  }

  deinit { close(descriptor) }

  func awaitEvent() { wait(for: Int16(POLLOUT)) }

  /// The error is reported whatever is asked for.
  func awaitReset() { wait(for: 0) }

  private func wait(for events: Int16) {
    var waiting = pollfd(fd: descriptor, events: events, revents: 0)
    #expect(poll(&waiting, 1, 10_000) == 1)
  }

  /// The system's error; 0: sent.
  func send() -> Int32 {
    var byte: UInt8 = 22
    return Foundation.send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 ? 0 : errno
  }
}
