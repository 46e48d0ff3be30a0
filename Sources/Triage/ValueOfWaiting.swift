import Glibc
import Vocabulary

/// What a week of waiting is worth: the data of that week may change the decision, and meanwhile some devices fail.
///
/// The belief about the probability p is taken as normal with the interval's standard deviation σ, and a week's data
/// resolve the share f = 7 / (T + 7) of its variance, T the days of data so far. With s = σ √f and the break-even b the
/// expected value of the data is C (s φ(d/s) − d Φ(−d/s)), d = |p − b| (Raiffa & Schlaifer 1961, section 5.4: linear
/// loss), the expected harm C (1 − (1 − p)^(7/H)). With C = 100, p = 0.5, b = 0.45, σ = 0.2, T = 7, H = 30: s = 0.1414,
/// value 3.47, harm 14.93: act now.
struct ValueOfWaiting: Hashable {
  static let days = 7.0
  let value: Double
  let harm: Double
  var pays: Bool { value > harm }

  init(failure: Double, probability: Interval, breakEven: Double, dataDays: Double, horizonDays: Double) {
    let p = min(max(probability.mean, 0), 1)
    let sigma = max(0, probability.high - probability.low) / (2 * 1.644_854)
    let s = sigma * (Self.days / (max(dataDays, 0) + Self.days)).squareRoot()
    harm = failure * (1 - Self.power(1 - p, min(1, Self.days / max(horizonDays, 1e-9))))
    guard s > 0 else {
      value = 0
      return
    }
    let d = abs(p - breakEven)
    value = max(0, failure * (s * Self.density(d / s) - d * Self.tail(d / s)))
  }

  private static func power(_ base: Double, _ exponent: Double) -> Double {
    base <= 0 ? 0 : exp(exponent * log(base))
  }

  private static func density(_ z: Double) -> Double { 0.398_942_280_4 * exp(-z * z / 2) }

  /// Φ(−z) for z ≥ 0, to 7.5e-8 (Abramowitz & Stegun 1964, 26.2.17).
  private static func tail(_ z: Double) -> Double {
    let t = 1 / (1 + 0.231_641_9 * z)
    let series =
      t
      * (0.319_381_530 + t
        * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))))
    return density(z) * series
  }
}
