import Testing

@testable import Broker

struct OutgoingWindowTests {
  @Test func `a message offered twice is published once`() {
    var window = OutgoingWindow(limit: 4)
    #expect(window.accept(numbered(1...2)) == 2)
    #expect(window.accept(numbered(1...3)) == 1)
    #expect([window.next()?.id, window.next()?.id, window.next()?.id, window.next()?.id] == [1, 2, 3, nil])
  }

  @Test func `no more than the limit are under way`() {
    var window = OutgoingWindow(limit: 2)
    window.accept(numbered(1...3))
    for packet in Int32(1)...2 { if let message = window.next() { window.sent(message, packet: packet) } }
    #expect(window.next() == nil)
    #expect(window.settle(packet: 1)?.id == 1)
    #expect(window.next()?.id == 3)
    #expect(window.settle(packet: 1) == nil)
  }

  @Test func `after a lost connection the unconfirmed go first, in their order`() {
    var window = OutgoingWindow(limit: 3)
    window.accept(numbered(1...5))
    for packet in [Int32(9), 4, 7] { if let message = window.next() { window.sent(message, packet: packet) } }
    _ = window.settle(packet: 4)
    window.restart()
    var order: [Int64] = []
    while let message = window.next() {
      order.append(message.id)
      window.sent(message, packet: Int32(order.count))
    }
    #expect(order == [1, 3, 4])
  }

  @Test func `there is room once half of the window is confirmed`() {
    var window = OutgoingWindow(limit: 2)
    window.accept(numbered(1...2))
    #expect(!window.hasRoom)
    if let message = window.next() { window.drop(message) }
    #expect(window.hasRoom)
  }
}
