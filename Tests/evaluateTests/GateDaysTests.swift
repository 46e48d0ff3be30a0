import Testing
import Vocabulary

@testable import evaluate

/// Fleets that an earlier model got wrong, drawn into cells; the seeds are fixed and stated.
@Suite struct GateDaysTests {
  @Test(arguments: [7, 9] as [UInt64])
  func `a batch on a firmware is found and its batch isn't blamed, though the fit has given it the excess at times`(
    seed: UInt64
  ) throws {
    let days = try GateDays(UnitFleet(seed: seed, defect: .pair).run(), horizon: 60)
    #expect(try #require(days.both) <= 45)
    #expect(days.wrong.isEmpty)
  }

  @Test func `a firmware that fails in humid weather isn't called bad in any, where dry days don't say so`() throws {
    let days = try GateDays(UnitFleet(seed: 21, defect: .humid).run(), horizon: 60)
    #expect(try #require(days.both) <= 14)
    #expect(days.wrong.isEmpty)
  }

  @Test func `what is found in a fleet without a defect is wrong, and nothing is`() throws {
    let days = try GateDays(UnitFleet(seed: 1, defect: .none, devices: 10_000, days: 60).run(), horizon: 60)
    #expect(days.both == nil && days.sequential == nil && days.wrong.isEmpty)
  }

  @Test func `seeds are one or a range`() {
    #expect(SeedRange(argument: "7")?.seeds == 7...7)
    #expect(SeedRange(argument: "1-30")?.seeds == 1...30)
    for word in ["", "x", "-1", "3-1", "1-2-3", "1-", "1.5"] { #expect(SeedRange(argument: word) == nil, "\(word)") }
  }
}
