import Testing

@testable import Broker

struct TakeoverWatchTests {
  private let closed: BrokerError
  private let unreachable: BrokerError
  private var watch = TakeoverWatch(clientID: "gateway")

  init() throws {
    let address = try BrokerAddress(url: "mqtt://broker")
    closed = .closed(address)
    unreachable = .unreachable(address, cause: "Connection refused")
  }

  @Test mutating func `a second end without a reason soon after the first is a takeover, and so are the next`() {
    #expect(watch.judge(closed, readySeconds: 86_400) == closed)
    for _ in 0..<3 { #expect(watch.judge(closed, readySeconds: 7) == .takenOver(clientID: "gateway")) }
  }

  @Test mutating func `a broker that was away between two ends is a restart and no takeover`() {
    _ = watch.judge(closed, readySeconds: 7)
    #expect(watch.judge(unreachable, readySeconds: nil) == unreachable)
    #expect(watch.judge(closed, readySeconds: 7) == closed)
  }

  @Test mutating func `a connection that lasted a minute clears the suspicion`() {
    _ = watch.judge(closed, readySeconds: 7)
    #expect(watch.judge(closed, readySeconds: 61) == closed)
  }
}
