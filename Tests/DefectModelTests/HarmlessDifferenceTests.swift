import Testing

@testable import DefectModel

/// The numbers of `HarmlessDifference`.
struct HarmlessDifferenceTests {
  /// After `days` with an expected onset a day at `ratio` times as many, the rare batch of a large fleet.
  private func after(_ spells: [(days: Int, ratio: Double)]) -> HarmlessDifference {
    var difference = HarmlessDifference()
    for (days, ratio) in spells {
      for _ in 0..<days {
        difference.learn(from: SuspectBets.Bet(share: 1e-6, allowed: 1.1, onsets: ratio, total: 1e6 + ratio))
      }
    }
    return difference
  }

  @Test func `a batch is allowed what its own past shows, drawn to the others`() {
    #expect(HarmlessDifference().ratio == 1)
    #expect(abs(after([(100, 1.1)]).ratio - 1.05) < 1e-4)
    #expect(abs(after([(60, 1), (10, 3)]).ratio - 190.0 / 170) < 1e-4)
    #expect(abs(after([(60, 1), (30, 1.8)]).ratio - 214.0 / 190) < 1e-4)
  }

  @Test func `having been good costs nothing, and what is a defect is not allowed`() {
    #expect(after([(200, 0.5)]).ratio == 1)
    #expect(after([(1000, 3)]).ratio == HarmlessDifference.most)
  }

  /// Of ten devices that expect alike the batch is four: it had three onsets of five, (3 · 0.6) / (2 · 0.4) times as many as the
  /// others, by Mantel and Haenszel, whatever it was allowed.
  @Test func `its share of what is expected counts`() {
    for allowed in [1, 1.2] {
      var difference = HarmlessDifference()
      difference.learn(from: SuspectBets.Bet(share: 0.4, allowed: allowed, onsets: 3, total: 5))
      #expect(abs(difference.onsets - 1.8) < 1e-12)
      #expect(abs(difference.expected - 0.8) < 1e-12)
    }
  }
}
