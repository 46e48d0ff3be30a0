import Testing
import Vocabulary

@testable import DefectModel

struct RealisedRatioTests {
  private static func interval(_ ratio: Double, onsets: Double) -> Interval {
    let half = 1.644_854 / onsets.squareRoot()
    return Interval(mean: ratio, low: ratio * exponential(-half), high: ratio * exponential(half))
  }

  @Test func `sixty onsets at three times the hazard are told to within e to the 0.368`() {
    let realised = Interval.realised(hazards: Self.interval(3, onsets: 60), expected: 20)
    #expect(realised.mean == 3)
    #expect(abs(logarithm(realised.high / 3) - 1.644_854 * (3.0 / 60).squareRoot()) < 1e-9)
    #expect(abs(logarithm(3 / realised.low) - 1.644_854 * (3.0 / 60).squareRoot()) < 1e-9)
  }

  @Test func `without an effect, or without anything expected, nothing is added`() {
    let none = Self.interval(1, onsets: 40)
    let realised = Interval.realised(hazards: none, expected: 40)
    #expect(abs(realised.low - none.low) < 1e-12 && abs(realised.high - none.high) < 1e-12)
    let empty = Self.interval(3, onsets: 2)
    #expect(Interval.realised(hazards: empty, expected: 0) == empty)
  }

  /// Each onset of the cohort would have come without the cause with a chance of 1 / ρ.
  @Test(arguments: [1.8, 3, 4])
  func `nine in ten intervals hold what came against what would have come, of the hazard's alone far fewer`(
    ratio: Double
  ) {
    var generator = SeededGenerator(seed: 5)
    let expected = 30.0
    var (held, heldAlone, runs) = (0, 0, 0)
    for _ in 0..<4000 {
      // A binomial of many small chances stands for the Poisson count.
      var (onsets, without) = (0.0, 0.0)
      for _ in 0..<1000 where Double.random(in: 0..<1, using: &generator) < ratio * expected / 1000 {
        onsets += 1
        if Double.random(in: 0..<1, using: &generator) < 1 / ratio { without += 1 }
      }
      guard onsets > 0, without > 0 else { continue }
      let alone = Self.interval(onsets / expected, onsets: onsets)
      let whole = Interval.realised(hazards: alone, expected: expected)
      runs += 1
      if whole.low <= onsets / without, onsets / without <= whole.high { held += 1 }
      if alone.low <= onsets / without, onsets / without <= alone.high { heldAlone += 1 }
    }
    #expect(abs(Double(held) / Double(runs) - 0.9) < 0.03)
    #expect(heldAlone < held - runs / 15)
  }
}
