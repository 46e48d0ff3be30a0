import Vocabulary

/// The regularised incomplete beta function by Lentz's continued fraction (Abramowitz & Stegun 26.5.8), and its inverse by
/// bisection. I₀.₅(2, 3) = 0.6875; the 5 % and 95 % quantiles of Beta(3.5, 7.5) are 0.1173 and 0.5581.
enum BetaDistribution {
  static func cumulative(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges fast below the mean.
    if x > (a + 1) / (a + b + 2) { return 1 - cumulative(1 - x, b, a) }
    let front = exponentialOfAny(
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * logarithm(x) + b * logarithmOfOnePlus(-x))
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var fraction = d
    for step in 1..<10_000 {
      let m = Double(step)
      for numerator in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 + numerator * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + numerator / c
        if abs(c) < tiny { c = tiny }
        fraction *= d * c
      }
      if abs(d * c - 1) < 1e-14 { break }
    }
    return front * fraction / a
  }

  static func quantile(_ level: Double, _ a: Double, _ b: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if cumulative(middle, a, b) < level { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
