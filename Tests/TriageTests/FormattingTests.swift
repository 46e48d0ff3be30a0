import Testing
import Vocabulary

@testable import Triage

struct FormattingTests {
  @Test(arguments: [
    (0.0, "0 %"), (0.0004, "less than 0.1 %"), (0.004, "0.4 %"), (0.05, "5 %"), (0.0333, "3.3 %"), (0.0999, "10 %"),
    (0.874, "87 %"), (0.994, "99.4 %"), (0.9996, "more than 99.9 %"), (1.0, "100 %"),
  ])
  func `a share is written with the digits that matter, and never as nothing or everything`(share: Double, text: String)
  {
    #expect(Wording.percent(share) == text)
  }

  @Test(arguments: [
    (41230.0, "41 230"), (1_234_567.0, "1 234 567"), (4711.0, "4711"), (212.4, "212"), (37.0, "37"), (9.12, "9.1"),
    (0.347, "0.35"), (0.004, "less than 0.01"), (0.0, "0"), (-3.25, "-3.3"), (1e30, "1e+30"),
  ])
  func `a number is written with the digits that matter, thousands apart by a space`(number: Double, text: String) {
    #expect(Wording.number(number) == text)
  }

  @Test func `a probability comes with its article and its range`() {
    #expect(Wording.probability(Interval(mean: 0.87, low: 0.81, high: 0.92)) == "an 87 % probability (81–92 %)")
    #expect(Wording.probability(Interval(mean: 0.11, low: 0.05, high: 0.2)) == "an 11 % probability (5–20 %)")
    #expect(Wording.probability(Interval(mean: 0.4, low: 0.0004, high: 0.9)).hasPrefix("a 40 % probability (less"))
    #expect(
      Wording.probability(Interval(mean: 0.9999, low: 0.99, high: 1))
        == "a probability of more than 99.9 % (99–100 %)")
  }

  @Test func `times, counts and money read as people write them`() {
    #expect(Wording.days(30) == "30 days")
    #expect(Wording.days(1) == "1 day")
    #expect(Wording.days(0.5) == "12 hours")
    #expect(Wording.count(1, "failure") == "1 failure")
    #expect(Wording.count(0, "failure") == "0 failures")
    #expect(Wording.money(41.2, "USD") == "41.20 USD")
    #expect(Wording.money(12345.678, "USD") == "12 345.68 USD")
  }

  @Test(arguments: [
    (Cohort(cause: .batch, batch: "W18"), "batch W18"),
    (Cohort(cause: .batchAndFirmware, batch: "W18", firmware: "3.2.0"), "batch W18 on firmware 3.2.0"),
    (Cohort(cause: .firmwareAndEnvironment, firmware: "3.2.0"), "firmware 3.2.0 in humid weather"),
    (Cohort(cause: .environment, region: "US-FL"), "the surroundings in region US-FL"),
  ])
  func `a cohort is named by what its devices share`(cohort: Cohort, text: String) {
    #expect(cohort.words == text)
  }
}
