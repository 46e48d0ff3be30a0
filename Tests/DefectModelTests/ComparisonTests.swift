import Testing

@testable import DefectModel

struct ComparisonTests {
  private func comparison(_ onsets: Double, of total: Double, share: Double) -> Comparison {
    Comparison(startHour: 0, entries: [.init(share: share, onsets: onsets, total: total)])
  }

  /// A fifth of what is expected, were all alike: at a ratio of 3, 0.2 · 3 / 1.4 of seven onsets are three, and
  /// 3 ln 3 − 7 ln 1.4 = 0.940_53.
  @Test func `what is expected of a ratio is what the expected onsets say`() {
    let three = comparison(3, of: 7, share: 0.2)
    #expect(abs(three.logLikelihood(ratio: 3) - 0.940_53) < 1e-5)
    #expect(abs(three.expectedLogLikelihood(ratio: 3) - 0.940_53) < 1e-5)
    #expect(abs(comparison(0, of: 7, share: 0.2).expectedLogLikelihood(ratio: 3) - 0.940_53) < 1e-5)
  }

  @Test func `nothing is expected without a difference, without onsets or without others`() {
    #expect(comparison(3, of: 7, share: 0.2).expectedLogLikelihood(ratio: 1) == 0)
    #expect(comparison(0, of: 0, share: 0.2).expectedLogLikelihood(ratio: 3) == 0)
    #expect(abs(comparison(7, of: 7, share: 1).expectedLogLikelihood(ratio: 3)) < 1e-12)
  }
}
