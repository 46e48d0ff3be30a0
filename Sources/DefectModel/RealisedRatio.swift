import Vocabulary

/// The ratio that is shown to people: how many times as often the cohort's devices failed since the change as the same devices
/// would have failed without the cause.
///
/// The factor ρ on the hazard is known the better the more onsets there are. What would have come without it is known worse: it
/// was never seen, and is a count itself, subject to chance. With O onsets that came and E = O / ρ expected without the cause:
/// - ρ > 1: the cause added onsets, each of the O would have come anyway with a chance of 1 / ρ: T ~ binomial(O, 1 / ρ), and ln T
///   has the variance (1 − 1/ρ) / E
/// - ρ < 1: onsets are missing, T − O ~ Poisson((1 − ρ) E): (1 − ρ) / E
///
/// It is independent of the error of ρ itself: on the logarithmic scale each side of the interval is the root of the sum of
/// squares of both. Alone the interval of ρ holds O / T the less often the larger ρ is: with much control and no other error
/// ln ρ has the variance 1 / O, ln(O / T) ρ / O, so that of 90 % remain 66 % at ρ = 3 (Φ(1.645 / √3) = 0.829).
///
/// Checkable: 60 onsets, ρ = 3 with ln interval ± 0.212 (1.645 / √60): E = 20, variance (2/3) / 20 = 0.0333, so ± √(0.212² +
/// 1.645² · 0.0333) = ± 0.368 = 1.645 √(3 / 60).
extension Interval {
  static func realised(hazards: Interval, expected: Double) -> Interval {
    let mean = hazards.mean
    guard expected > 0, mean > 0, hazards.low > 0 else { return hazards }
    let variance = (mean > 1 ? 1 - 1 / mean : 1 - mean) / expected
    let chance = 1.644_854 * 1.644_854 * variance
    let lower = logarithm(mean / hazards.low)
    let upper = logarithm(hazards.high / mean)
    return Interval(
      mean: mean, low: mean * exponential(-(lower * lower + chance).squareRoot()),
      high: mean * exponential((upper * upper + chance).squareRoot()))
  }
}
