import Vocabulary

/// The shape κ of a Weibull hazard h(t) = (κ/η) (t/η)^(κ−1), from onsets and person-time by age bin: below 1 young devices
/// fail most (infant mortality), at 1 age doesn't matter, above it they wear out.
///
/// Devices enter and leave at any age (left-truncated, censored) and cells tell an onset's age bin alone (grouped): with n
/// device-days in a bin [a, b), spread evenly over its ages, onsets are Poisson of mean n (b^κ − a^κ) / ((b − a) η^κ). A
/// group of devices (a batch) has an η of its own, profiled out: of batches of different ages the worse one isn't taken for
/// an effect of age.
/// - ln L(κ) = Σ_g [Σ_k d_gk ln w_k − D_g ln Σ_k n_gk w_k], w_k = (b^κ − a^κ) / (b − a): piecewise person-time as in
///   Holford 1980; maximised over ln κ in ln 0.05…ln 20
/// - interval: where ln L is within 1.3528 of its top (half of chi-square's 90 % point with one degree of freedom)
/// - without an onset, or with each group at one age, there is nothing to compare: no shape
///
/// Checkable: bins [0, 1) and [1, 2) with equal person-time and 10 and 30 onsets: 2^κ − 1 = 3, κ = 2.
struct WeibullShape: Hashable, Sendable {
  var mean: Double
  var low: Double
  var high: Double

  static let bounds = logarithm(0.05)...logarithm(20)
  private static let drop = 1.352_77

  /// One group's exposure and onsets in bins of known ages.
  typealias Group = [(from: Double, until: Double, exposure: Double, onsets: Double)]

  /// Whether a group tells how the hazard changes with age.
  static func isInformative(_ group: Group) -> Bool {
    group.count { $0.exposure > 0 } > 1 && group.contains { $0.onsets > 0 }
  }

  init?(_ groups: [Group]) {
    let groups = groups.filter(Self.isInformative).map { $0.filter { $0.exposure > 0 } }
    guard let scale = groups.joined().map(\.until).max() else { return nil }
    func likelihood(_ logShape: Double) -> Double {
      Self.logLikelihood(exponential(logShape), groups, scale: scale)
    }
    let (lowest, highest) = (Self.bounds.lowerBound, Self.bounds.upperBound)
    let count = 240
    let points = (0...count).map { lowest + (highest - lowest) * Double($0) / Double(count) }
    let values = points.map(likelihood)
    var best = 0
    for index in points.indices where values[index] > values[best] { best = index }
    let top = Self.highest(likelihood, between: points[max(best - 1, 0)], and: points[min(best + 1, count)])
    let line = top.value - Self.drop
    // Outwards from the top to the first crossing.
    var below = lowest
    for index in stride(from: best, through: 0, by: -1) where values[index] < line {
      below = Self.crossing(likelihood, line, outside: points[index], inside: min(points[index + 1], top.point))
      break
    }
    var above = highest
    for index in best...count where values[index] < line {
      above = Self.crossing(likelihood, line, outside: points[index], inside: max(points[index - 1], top.point))
      break
    }
    mean = exponential(top.point)
    low = exponential(below)
    high = exponential(above)
  }

  /// (b^κ − a^κ) / (b − a), with ages in units of `scale` so that no power is too large.
  static func weight(_ shape: Double, from: Double, until: Double, scale: Double) -> Double {
    func power(_ age: Double) -> Double { age > 0 ? exponentialOfAny(shape * logarithm(age / scale)) : 0 }
    return max((power(until) - power(from)) / (until - from), 1e-300)
  }

  static func logLikelihood(_ shape: Double, _ groups: [Group], scale: Double) -> Double {
    var sum = 0.0
    for group in groups {
      var expected = 0.0
      var onsets = 0.0
      for bin in group {
        let weight = weight(shape, from: bin.from, until: bin.until, scale: scale)
        expected += bin.exposure * weight
        onsets += bin.onsets
        if bin.onsets > 0 { sum += bin.onsets * logarithm(weight) }
      }
      sum -= onsets * logarithm(expected)
    }
    return sum
  }

  /// The scale η at which a group has as many onsets as it had: η^κ = Σ n w / D.
  func scale(of group: Group) -> Double? {
    let onsets = group.reduce(0) { $0 + $1.onsets }
    guard onsets > 0, let unit = group.map(\.until).max() else { return nil }
    let expected = group.reduce(0) {
      $0 + $1.exposure * Self.weight(mean, from: $1.from, until: $1.until, scale: unit)
    }
    return unit * exponential(logarithm(expected / onsets) / mean)
  }

  /// Golden section.
  private static func highest(
    _ function: (Double) -> Double, between low: Double, and high: Double
  ) -> (point: Double, value: Double) {
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (low, high)
    for _ in 0..<80 where high - low > 1e-10 {
      let width = ratio * (high - low)
      if function(high - width) < function(low + width) { low = high - width } else { high = low + width }
    }
    let point = (low + high) / 2
    return (point, function(point))
  }

  private static func crossing(
    _ function: (Double) -> Double, _ line: Double, outside: Double, inside: Double
  ) -> Double {
    var (outside, inside) = (outside, inside)
    for _ in 0..<80 where abs(outside - inside) > 1e-12 {
      let middle = (outside + inside) / 2
      if function(middle) < line { outside = middle } else { inside = middle }
    }
    return (outside + inside) / 2
  }
}
