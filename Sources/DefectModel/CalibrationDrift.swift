package import Vocabulary

/// Whether lately as many forecasts came true as were foretold: the same table as `CalibrationTally`, but forgetting, so that
/// a model that was right for a year and is wrong now shows it.
///
/// Of the forecasts that are settled in a pass, E is the sum of their probabilities (as they were recalibrated before it), D
/// how many had an onset; older sums are halved every fortnight. The ratio is (D + 3) / (E + 3).
/// - it drifts from a ratio of 2 or 1/2 on, if D − E is four standard deviations √E of a Poisson count or more, and at least
///   20 onsets are at stake; the devices of a defect fail in flocks, so that two or three deviations say little
/// - it no longer drifts once the ratio is within 1.5 and 1/1.5: between the two nothing changes (hysteresis)
///
/// Checkable: E = 20 and D = 60 settled at once: 63 / 23 = 2.74, 40 / √20 = 8.9 deviations: it drifts.
package struct CalibrationDrift: Hashable, Sendable {
  package var expected = 0.0
  package var came = 0.0
  package var isDrifting = false

  package init() {}

  init(expected: Double, came: Double, isDrifting: Bool) {
    self.expected = expected
    self.came = came
    self.isDrifting = isDrifting
  }

  static let halfLifeDays = 14.0
  private static let prior = 3.0
  private static let outside = 2.0
  private static let inside = 1.5
  private static let deviations = 4.0
  private static let fewest = 20.0

  package var ratio: Double { (came + Self.prior) / (expected + Self.prior) }

  package mutating func settle(expected newlyExpected: Double, came newlyCame: Double, bucketsPerDay: Double) {
    let kept = exponential(-logarithm(2) / (Self.halfLifeDays * bucketsPerDay))
    expected = kept * expected + newlyExpected
    came = kept * came + newlyCame
    let distance = max(ratio, 1 / ratio)
    if isDrifting {
      isDrifting = distance > Self.inside
    } else {
      isDrifting =
        distance >= Self.outside && max(expected, came) >= Self.fewest
        && abs(came - expected) >= Self.deviations * max(expected, 1).squareRoot()
    }
  }
}

extension CalibrationTally {
  /// What the forecasts settled in `settled` had been, by this tally's means and a recalibration, and how many came true.
  func foretold(_ settled: CalibrationTally, by map: CalibrationMap) -> (expected: Double, came: Double) {
    var sums = (expected: 0.0, came: 0.0)
    for (own, bin) in zip(values, settled.values) where bin.settled > 0 && own.mean > 0 {
      let hazard = -logarithmOfOnePlus(-min(own.mean, 1 - 1e-6))
      sums.expected += Double(bin.settled) * (1 - exponential(-hazard * map.factor(hazard)))
      sums.came += Double(bin.came)
    }
    return sums
  }
}

extension HazardModel {
  /// Of the forecasts of a mode that came due lately; `nil` for a mode that no profile declares, or before any came due.
  package func drift(of mode: ModeKey) -> CalibrationDrift? {
    guard let drift = model(mode)?.drift, drift.expected > 0 || drift.came > 0 else { return nil }
    return drift
  }

  /// Of every mode whose forecasts have come due, sorted by mode.
  package var drifts: [(mode: ModeKey, drift: CalibrationDrift)] {
    modes.compactMap { mode in drift(of: mode).map { (mode, $0) } }
  }
}
