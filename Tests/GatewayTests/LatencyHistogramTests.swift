import Testing
import Vocabulary

@testable import Gateway

struct LatencyHistogramTests {
  private func batch(_ arrivals: [Int64]) -> [Delivery] {
    arrivals.map { Delivery(topic: "t", payload: [], receivedAt: EventTime(milliseconds: $0)) }
  }

  @Test func `bounds rise from half a millisecond to over a minute`() {
    let bounds = LatencyHistogram.bounds
    #expect(bounds.first == 0.0005)
    #expect((60...70).contains(bounds.last ?? 0))
    #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 && $1 < $0 * 1.27 })
  }

  @Test func `every message of a batch is counted once, by its own arrival`() {
    var histogram = LatencyHistogram()
    histogram.add(batch([1000, 1000, 1000, 1004, 1007]), committedAt: EventTime(milliseconds: 1010))
    #expect(histogram.count == 5)
    #expect(histogram.counts.reduce(0, +) == 5)
    #expect(abs(histogram.sumSeconds - 0.039) < 1e-9)
    var singly = LatencyHistogram()
    for seconds in [0.010, 0.010, 0.010, 0.006, 0.003] { singly.add(seconds) }
    #expect(histogram.counts == singly.counts)
  }

  @Test func `a wait that equals a bound is counted below it, as Prometheus's le says`() {
    for (place, bound) in LatencyHistogram.bounds.enumerated() {
      var histogram = LatencyHistogram()
      histogram.add(bound)
      #expect(histogram.counts[place] == 1)
    }
  }

  @Test func `quantiles are those of the sorted waits, to within a bucket`() throws {
    var histogram = LatencyHistogram()
    let waits = (1...10_000).map { Double($0) / 10_000 }
    for wait in waits { histogram.add(wait) }
    for share in [0.01, 0.5, 0.9, 0.99] {
      let quantile = try #require(histogram.quantile(share))
      #expect(quantile / share < 1.27 && share / quantile < 1.27)
    }
  }

  @Test func `nothing counted has no quantile, and more than all bounds is the last of them`() {
    var histogram = LatencyHistogram()
    #expect(histogram.quantile(0.5) == nil)
    histogram.add(1000)
    #expect(histogram.quantile(0.5) == LatencyHistogram.bounds.last)
  }

  @Test func `a wall clock that was set back counts as no wait`() {
    var histogram = LatencyHistogram()
    histogram.add(batch([5000]), committedAt: EventTime(milliseconds: 1000))
    #expect(histogram.sumSeconds == 0)
    #expect(histogram.counts[0] == 1)
  }
}
