import Testing

@testable import Gateway

/// When a client of a stream counts as stopped.
struct ReadingPaceTests {
  private let start = ContinuousClock.now

  private func stops(_ looks: [(second: Double, unread: Int)]) -> [Bool] {
    var pace = ReadingPace(at: start)
    return looks.map { pace.hasStopped(unread: $0.unread, at: start + .seconds($0.second)) }
  }

  @Test func `a client that has read all is there, however long nothing was said`() {
    #expect(stops([(1, 0), (1000, 0), (2000, 768)]) == [false, false, false])
  }

  @Test func `one that reads nothing has stopped after the time, whatever comes beside`() {
    let limit = Limits.watchUnreadSeconds
    #expect(
      stops([(1, 0), (2, 768), (12, 1536), (limit + 1.5, 2304), (limit + 2.5, 2304)]) == [
        false, false, false, false, true,
      ])
  }

  @Test func `one that reads slowly isn't taken for stopped`() {
    let limit = Limits.watchUnreadSeconds
    let looks = (1...10).map { (second: Double($0) * (limit - 1), unread: 100_000 - $0 * 768) }
    #expect(stops(looks) == Array(repeating: false, count: looks.count))
    // More comes than it reads, and it reads now and then.
    #expect(stops([(1, 5000), (limit, 9000), (limit + 1, 8000), (2 * limit, 12_000)]) == [false, false, false, false])
  }
}
