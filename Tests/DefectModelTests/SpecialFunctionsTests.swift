import Testing

@testable import DefectModel

struct SpecialFunctionsTests {
  @Test func `published values are met`() {
    #expect(abs(normalDistribution(1.644854) - 0.95) < 1e-6)
    #expect(abs(normalDistribution(-2.326348) - 0.01) < 1e-6)
    #expect(abs(logFactorial(10) - 15.104_412_573_075_516) < 1e-10)
    #expect(abs(logFactorial(3) - 1.791_759_469_228_055) < 1e-10)
    #expect(abs(poissonUpperTail(count: 10, mean: 1) - 1.114_254_78e-7) < 1e-13)
    #expect(abs(poissonUpperTail(count: 1, mean: 2) - 0.864_664_717) < 1e-8)
    #expect(abs(logSum(0, 0) - 0.693_147_180_559_945) < 1e-14)
    #expect(logSum([-.infinity, -.infinity]) == -.infinity)
  }

  @Test func `no exponential is infinite or zero`() {
    #expect(exponential(1e9).isFinite)
    #expect(exponential(-1e9) > 0)
  }
}
