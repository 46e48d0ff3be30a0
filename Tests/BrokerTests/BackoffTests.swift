import Testing

@testable import Broker

struct BackoffTests {
  private let lost = BrokerError.notCommitted

  @Test func `waits double from 0_2 seconds up to 30, and start again after a success`() {
    var generator = SeededGenerator(state: 7)
    var backoff = Backoff()
    for step in 0..<20 {
      let bound = min(30, 0.4 * Double(1 << min(step, 10)))
      let seconds = backoff.seconds(after: lost, using: &generator)
      #expect(seconds >= bound / 2 && seconds <= bound)
    }
    backoff.reset()
    #expect(backoff.seconds(after: lost, using: &generator) <= 0.4)
  }

  @Test func `two clients don't wait equally long`() {
    var one = SeededGenerator(state: 1)
    var other = SeededGenerator(state: 2)
    var backoff = Backoff()
    var same = Backoff()
    #expect(backoff.seconds(after: lost, using: &one) != same.seconds(after: lost, using: &other))
  }

  @Test func `after a takeover the next attempt waits at least five seconds`() {
    var generator = SeededGenerator(state: 7)
    for _ in 0..<100 {
      var backoff = Backoff()
      #expect(backoff.seconds(after: .takenOver(clientID: "gateway"), using: &generator) >= 5)
    }
  }
}
