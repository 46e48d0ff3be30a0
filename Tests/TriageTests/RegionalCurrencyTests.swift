import Testing
import Triage
import Vocabulary

/// In which currency a ticket counts.
struct RegionalCurrencyTests {
  private let currencies = RegionalCurrencies([
    "DE": .init(code: "EUR", rates: ["USD": 0.92, "EUR": 1]), "DE-BY": .init(code: "CHF", rates: ["USD": 0.8]),
  ])
  private let costs = FailureMode.Costs(failure: 100, patch: 0.5, replacement: 45, diagnose: 2, currency: "USD")

  @Test func `the nearest region with a currency decides, and a costs' currency without a rate stays`() {
    let local = currencies.local(costs, in: "DE-SN-7")
    #expect(local == .init(failure: 92, patch: 0.46, replacement: 41.4, diagnose: 1.84, currency: "EUR"))
    #expect(currencies.local(costs, in: "DE-BY").currency == "CHF")
    #expect(currencies.local(costs, in: "DEX") == costs)
    #expect(currencies.local(costs, in: nil) == costs)
    var yen = costs
    yen.currency = "JPY"
    #expect(currencies.local(yen, in: "DE") == yen)
  }

  @Test func `another currency changes no decision, and a ticket is written anew in it`() throws {
    let belief = Situation.belief()
    let device = Situation.device { $0.covariates.region = "DE" }
    var dollars = Desk()
    dollars.run(Situation.triage(.send) { $0.clocks.answerHours = 240 }, Situation.pass(0, [belief], [device]))
    var euros = dollars
    let triage = Situation.triage(.send) {
      $0.clocks.answerHours = 240
      $0.currencies = currencies
    }
    euros.run(triage, Situation.pass(1, [belief], [device]))
    let (before, after) = (try #require(dollars.ticket), try #require(euros.ticket))
    #expect(before.remedy.currency == "USD" && after.remedy.currency == "EUR")
    #expect(abs(after.remedy.expectedCost - before.remedy.expectedCost * 0.92) < 1e-4)
    #expect(after.remedy.breakEvenProbability == before.remedy.breakEvenProbability)
    #expect(after.kind == before.kind && after.history == before.history)
    #expect(euros.run(triage, Situation.pass(2, [belief], [device])).isEmpty, "once")
  }
}
