import Glibc

/// Limits for a funnel plot: between which observed / expected stays, with that probability, where nothing differs.
///
/// Exact Poisson limits, interpolated between whole counts (Spiegelhalter, Statistics in Medicine 2005, appendix A.1.1); above
/// `exactUpTo` by the Cornish-Fisher expansion, which is off by less than two ten-thousandths there.
///
/// Checkable: E = 10: F(3) = .01034, F(4) = .02925, so that at 95 % the lower limit is (4 − .225) / 10 = .378; the upper 1.616.
package enum PoissonLimits {
  static let exactUpTo = 400.0

  /// - Parameter coverage: 0.95 or 0.998, half of the rest on either side.
  package static func ratios(expected: Double, coverage: Double) -> (low: Double, high: Double) {
    let tail = (1 - coverage) / 2
    return (ratio(expected, tail), ratio(expected, 1 - tail))
  }

  private static func ratio(_ expected: Double, _ share: Double) -> Double {
    guard expected > 0 else { return 0 }
    guard expected <= exactUpTo else {
      let z = normalQuantile(share)
      // Interpolation takes half a count off on average.
      return max(0, 1 + z / expected.squareRoot() + ((z * z - 1) / 6 - 0.5) / expected)
    }
    var count = 0.0
    var mass = exp(-expected)
    var below = 0.0
    while below + mass < share, count < expected + 60 * (expected.squareRoot() + 1) {
      below += mass
      count += 1
      mass *= expected / count
    }
    let back = (below + mass - share) / mass
    return max(0, count - back) / expected
  }

  /// By halving: there are four of them.
  private static func normalQuantile(_ share: Double) -> Double {
    var (low, high) = (-10.0, 10.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
