import Vocabulary

/// Intervals about counts: the gamma distribution of a rate, and the negative binomial one of onsets to come.
enum CountIntervals {
  /// The central 90 % of a gamma distribution of rate 1. Shape 1: 0.05129 and 2.99573 (half of chi-square's 0.10259 and
  /// 5.99146 with two degrees of freedom); shape 10.5: 5.79565 and 16.33529 (half of those with 21).
  static func gamma(shape: Double) -> (low: Double, high: Double) {
    guard shape > 0 else { return (0, 0) }
    return (gammaQuantile(0.05, shape: shape), gammaQuantile(0.95, shape: shape))
  }

  /// A gamma distribution of this mean and variance.
  static func gamma(mean: Double, variance: Double) -> (low: Double, high: Double) {
    guard mean > 0, variance > 0 else { return (mean, mean) }
    let (low, high) = gamma(shape: mean * mean / variance)
    return (low * variance / mean, high * variance / mean)
  }

  /// The least counts that a negative binomial variable does not exceed with 5 % and 95 %: a Poisson count whose mean is
  /// gamma distributed with the given mean and variance. Without variance Poisson's: mean 10 gives 5 and 15.
  static func predictive(mean: Double, variance: Double) -> (low: Double, high: Double) {
    guard mean > 0 else { return (0, 0) }
    // Beyond, the steps of a count don't show.
    guard mean < 1e5 else { return gamma(mean: mean, variance: mean + variance) }
    let shape = variance > 1e-12 * mean * mean ? mean * mean / variance : 1e12
    let logShare = -logarithmOfOnePlus(shape / mean)
    var log = -shape * logarithmOfOnePlus(mean / shape)
    var sum = 0.0
    var count = 0.0
    var low: Double?
    while count < 1e7 {
      sum += log > -700 ? exponentialOfAny(log) : 0
      if low == nil, sum >= 0.05 { low = count }
      if sum >= 0.95 { return (low ?? 0, count) }
      log += logarithm((shape + count) / (count + 1)) + logShare
      count += 1
    }
    return (low ?? 0, count)
  }

  /// By bisection in the logarithm, from Wilson and Hilferty's approximation on: above a shape of 100 000 that alone, which is
  /// good to seven digits there.
  private static func gammaQuantile(_ level: Double, shape: Double) -> Double {
    let z = level < 0.5 ? -1.644_853_627 : 1.644_853_627
    let root = 1 - 1 / (9 * shape) + z / (3 * shape.squareRoot())
    let guess = shape * root * root * root
    if shape > 1e5 { return guess }
    var low = shape < 1 ? -700.0 : logarithm(shape) - 20
    var high = logarithm(shape + 20 * shape.squareRoot() + 20)
    for _ in 0..<100 where high - low > 1e-13 {
      let middle = (low + high) / 2
      if regularisedGamma(shape, exponentialOfAny(middle)) < level { low = middle } else { high = middle }
    }
    return exponentialOfAny((low + high) / 2)
  }

  /// P(X ≤ x) of a gamma variable of rate 1: P(1, 1) = 1 − 1/e = 0.632121; P(2.5, 3) = 0.693781. The power series below
  /// shape + 1, Legendre's continued fraction (by Lentz's method) above (Abramowitz & Stegun 6.5.29, 6.5.31).
  static func regularisedGamma(_ shape: Double, _ x: Double) -> Double {
    guard x > 0 else { return 0 }
    let front = exponentialOfAny(shape * logarithm(x) - x - logGamma(shape))
    if x < shape + 1 {
      var term = 1 / shape
      var sum = term
      var next = shape + 1
      while term > sum * 1e-16 {
        term *= x / next
        sum += term
        next += 1
      }
      return min(front * sum, 1)
    }
    let tiny = 1e-300
    var b = x + 1 - shape
    var c = 1 / tiny
    var d = 1 / b
    var fraction = d
    for index in 1..<100_000 {
      let a = -Double(index) * (Double(index) - shape)
      b += 2
      d = a * d + b
      if abs(d) < tiny { d = tiny }
      c = b + a / c
      if abs(c) < tiny { c = tiny }
      d = 1 / d
      fraction *= d * c
      if abs(d * c - 1) < 1e-15 { break }
    }
    return 1 - min(front * fraction, 1)
  }
}
