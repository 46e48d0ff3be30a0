import Testing

@testable import DefectModel

struct CountIntervalsTests {
  @Test func `quantiles of the gamma distribution are the published ones`() {
    // Half of chi-square's 5 % and 95 % points with 1, 2, 21 and 201 degrees of freedom.
    for (shape, low, high) in [
      (0.5, 0.001_966_07, 1.920_729_41), (1, 0.051_293_29, 2.995_732_27), (10.5, 5.795_652_6, 16.335_286_67),
      (100.5, 84.598_159_93, 117.538_254_82), (2e5, 199_264.968, 200_736.169),
    ] {
      let (own, other) = CountIntervals.gamma(shape: shape)
      #expect(abs(own / low - 1) < 1e-6 && abs(other / high - 1) < 1e-6, "\(shape): \(own), \(other)")
    }
    #expect(abs(CountIntervals.regularisedGamma(1, 1) - 0.632_120_558_828_557_7) < 1e-12)
    #expect(abs(CountIntervals.regularisedGamma(2.5, 3) - 0.693_781_081_586_721_6) < 1e-12)
    #expect(abs(logGamma(0.5) - 0.572_364_942_924_700_1) < 1e-12)
  }

  /// P(X ≤ count) from the definition: each term a product of its own.
  private func cumulative(_ count: Int, shape: Double, mean: Double) -> Double {
    let success = shape / (shape + mean)
    var sum = 0.0
    for value in 0...count {
      var term = logarithm(success) * shape + logarithm(1 - success) * Double(value)
      for factor in 0..<value { term += logarithm((shape + Double(factor)) / Double(factor + 1)) }
      sum += exponentialOfAny(term)
    }
    return sum
  }

  @Test func `bounds of counts to come are those of the negative binomial distribution`() {
    let poisson = CountIntervals.predictive(mean: 10, variance: 0)
    #expect(poisson == (5, 15))
    #expect(CountIntervals.predictive(mean: 0.01, variance: 0) == (0, 0))
    for (mean, variance) in [(10.0, 10.0), (3, 20), (150, 900), (0.4, 0.3)] {
      let (low, high) = CountIntervals.predictive(mean: mean, variance: variance)
      let shape = mean * mean / variance
      #expect(cumulative(Int(low), shape: shape, mean: mean) >= 0.05)
      #expect(low == 0 || cumulative(Int(low) - 1, shape: shape, mean: mean) < 0.05)
      #expect(cumulative(Int(high), shape: shape, mean: mean) >= 0.95)
      #expect(high == 0 || cumulative(Int(high) - 1, shape: shape, mean: mean) < 0.95)
    }
  }
}
