import Testing
import Vocabulary

@testable import Triage

struct CostComparisonTests {
  let comparison = CostComparison(
    costs: .init(failure: 100, patch: 0.5, replacement: 45, diagnose: 2, currency: "USD"), probability: 0.87)

  @Test func `each remedy costs itself and the failures that still happen`() {
    #expect(comparison.waiting == 87)
    #expect(comparison.replacement(probabilityOfNewUnit: 0.03) == 48)
    #expect(comparison.patch(probabilityWithFix: 0.06) == 6.5)
    #expect(comparison.diagnose == 2)
  }

  @Test func `at the break-even probability a remedy costs as much as waiting`() {
    let remedy = comparison.remedy(.replacement, expectedCost: 48)
    let even = CostComparison(costs: comparison.costs, probability: remedy.breakEvenProbability)
    #expect(even.waiting == remedy.expectedCost)
    #expect(!even.pays(remedy.expectedCost))
    #expect(CostComparison(costs: comparison.costs, probability: 0.481).pays(remedy.expectedCost))
  }

  @Test func `a failure that costs nothing is never worth a remedy`() {
    #expect(FailureMode.Costs(failure: 0).careThreshold == .infinity)
  }
}
