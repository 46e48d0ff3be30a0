// The one file that knows the platform's mathematics library: its last bits differ between CPUs, so equal bytes are
// promised on one machine, and what is printed is rounded to six digits.
import Glibc

/// e^x with x held to ±60, so that no hazard becomes infinite or zero: e^60 ≈ 1.1e26.
func exponential(_ x: Double) -> Double { exp(min(max(x, -60), 60)) }

/// e^x for probabilities, which may well be zero; x ≤ 700.
func exponentialOfAny(_ x: Double) -> Double { exp(min(x, 700)) }

/// Natural logarithm, −∞ at 0 and below.
func logarithm(_ x: Double) -> Double { x > 0 ? log(x) : -.infinity }

/// ln(1 + x) without loss for small x; x > −1.
func logarithmOfOnePlus(_ x: Double) -> Double { log1p(x) }

/// Standard normal distribution function: Φ(1.6449) = 0.95, Φ(2.3263) = 0.99.
func normalDistribution(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

/// ln(e^a + e^b): ln(e^0 + e^0) = 0.6931.
func logSum(_ a: Double, _ b: Double) -> Double {
  let (larger, smaller) = a > b ? (a, b) : (b, a)
  guard smaller > -.infinity else { return larger }
  return larger + log1p(exp(smaller - larger))
}

/// ln Σ e^x.
func logSum(_ values: some Sequence<Double>) -> Double {
  var largest = -Double.infinity
  for value in values where value > largest { largest = value }
  guard largest > -.infinity else { return largest }
  var sum = 0.0
  for value in values { sum += exp(value - largest) }
  return largest + log(sum)
}

/// P(X ≥ count) for a Poisson variable: P(X ≥ 10 | mean 1) = 1.114e-7.
func poissonUpperTail(count: Int, mean: Double) -> Double {
  guard count > 0 else { return 1 }
  guard mean > 0 else { return 0 }
  guard Double(count) > mean else { return 1 - poissonSum(below: count, mean: mean) }
  var term = exp(Double(count) * log(mean) - mean - logFactorial(count))
  var sum = 0.0
  var next = Double(count) + 1
  while term > sum * 1e-16, term > 0 {
    sum += term
    term *= mean / next
    next += 1
  }
  return min(sum, 1)
}

private func poissonSum(below count: Int, mean: Double) -> Double {
  var sum = 0.0
  for value in 0..<count { sum += exp(Double(value) * log(mean) - mean - logFactorial(value)) }
  return min(sum, 1)
}

/// ln n!: ln 10! = 15.10441.
func logFactorial(_ n: Int) -> Double { n > 1 ? logGamma(Double(n) + 1) : 0 }

/// ln Γ(x) for x > 0, by Stirling's series: ln Γ(0.5) = 0.5723649.
func logGamma(_ x: Double) -> Double {
  var x = x
  var shift = 0.0
  // The series is good to 1e-13 from 10 on.
  while x < 10 {
    shift -= log(x)
    x += 1
  }
  let inverse = 1 / x
  let square = inverse * inverse
  let series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)))
  return (x - 0.5) * log(x) - x + 0.918_938_533_204_672_7 + series + shift
}
