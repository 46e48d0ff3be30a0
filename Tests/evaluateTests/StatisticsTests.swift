import Testing

@testable import evaluate

@Suite struct StatisticsTests {
  @Test func `Wilson's interval is as published`() throws {
    // Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
    let share = try #require(Statistics.share(81, of: 263))
    #expect(abs(share.low - 0.2553) < 5e-5 && abs(share.high - 0.3662) < 5e-5)
    let none = try #require(Statistics.share(0, of: 20))
    #expect(none.low == 0 && abs(none.high - 0.1611) < 5e-5)
    #expect(Statistics.share(0, of: 0) == nil)
  }

  @Test func `a median of an even number lies between the two in the middle`() {
    #expect(Statistics.median([3, 1, 2]) == 2)
    #expect(Statistics.median([4, 1, 2, 3]) == 2.5)
    #expect(Statistics.median([]) == nil)
  }

  @Test func `the bootstrap's interval of a mean is as wide as theory says, and the same each time`() throws {
    let values = (0..<400).map { Double($0 % 20) }
    let mean = { (sample: [Double]) -> Double? in sample.reduce(0, +) / Double(sample.count) }
    let estimate = try #require(Statistics.bootstrap(values, count: 400, mean))
    #expect(estimate.value == 9.5)
    // Standard deviation 5.77 over √400.
    #expect(abs(estimate.high - estimate.low - 2 * 1.96 * 5.766 / 20) < 0.1)
    #expect(Statistics.bootstrap(values, count: 400, mean) == estimate)
  }
}
