import Vocabulary

/// Onsets and devices at risk, summed over the buckets that have left the window.
struct PastTotals: Hashable, Sendable {
  var onsets = 0.0
  var exposure = 0.0
}

/// What a device without any excess does: the recent rate of its region and carrier, shrunk to the product's, and what
/// weather does to it. The fit conditions both out; a prediction needs them back.
///
/// With d onsets and E = Σ n exp(η) m_weather (onsets expected at a rate of 1 a bucket), each a gamma prior's mean:
/// - before any evidence, 0.1 onsets in 200 device-days: R = (0.1 + D_past) / (200 days + E_past). Without evidence that is
///   1.5 % in 30 days, and after 2 000 quiet device-days 0.14 %.
/// - product: r₀ = (D + w) / (E + w ρ / R), w = min(4, 0.1 + D_past), since R weighs no more than the onsets it rests on;
///   ρ = Σ n exp(η) / Σ n turns device-buckets into units of E
/// - stratum: r = (d + α) / (E_s + α / r₀), α by moments: Σe² / Σ[(d − e)² − d] with e = r₀ E_s, held to 2…100
/// - weather: m = (d_w + 5) / (Σ r E + 5), in turn with r, four rounds
struct RecentRates: Hashable, Sendable {
  struct Rate: Hashable, Sendable {
    /// Onsets a bucket.
    var mean: Double
    /// Variance of its logarithm.
    var variance: Double
  }

  var product: Rate
  var strata: [Stratum: Rate] = [:]
  /// By `WeatherBin.rawValue`.
  var weather: [Double] = [1, 1, 1]

  static let priorOnsets = 0.1
  static let priorDeviceDays = 200.0
  private static let productShape = 4.0
  private static let weatherShape = 5.0

  init(_ sums: WindowSums, lexicon: Lexicon, past: PastTotals, bucketsPerDay: Double) {
    // Every sum over strata runs in the order of their names.
    let ranks = lexicon.stratumRanks
    let order = lexicon.strata.keys.indices.sorted { ranks[$0] < ranks[$1] }
      .filter { sums.strata[$0].exposure.max() > 0 }
    let meanRatio = sums.atRisk > 0 ? sums.weighted / sums.atRisk : 1
    let longRun = (Self.priorOnsets + past.onsets) / (Self.priorDeviceDays * bucketsPerDay + past.exposure)
    product = Rate(mean: longRun, variance: 1 / (Self.priorOnsets + past.onsets))
    var rates = [Double](repeating: longRun, count: sums.strata.count)
    var shape = 2.0
    for _ in 0..<4 {
      let multipliers = weather
      func exposure(_ index: Int) -> Double {
        let exposure = sums.strata[index].exposure
        return exposure[0] * multipliers[0] + exposure[1] * multipliers[1] + exposure[2] * multipliers[2]
      }
      func onsets(_ index: Int) -> Double { sums.strata[index].onsets.sum() }
      let totalOnsets = order.reduce(0) { $0 + onsets($1) }
      let totalExposure = order.reduce(0) { $0 + exposure($1) }
      let weight = min(Self.productShape, Self.priorOnsets + past.onsets)
      product.mean = (totalOnsets + weight) / (totalExposure + weight * meanRatio / longRun)
      product.variance = 1 / (totalOnsets + weight)
      shape = Self.gammaShape(
        order.map { (onsets($0), exposure($0) * product.mean) }, within: 2...100)
      for index in order {
        rates[index] = (onsets(index) + shape) / (exposure(index) + shape / product.mean)
        strata[lexicon.strata.keys[index]] = Rate(
          mean: rates[index], variance: 1 / (onsets(index) + shape) + product.variance)
      }
      for bin in 0..<3 {
        var observed = 0.0
        var expected = 0.0
        for index in order {
          observed += sums.strata[index].onsets[bin]
          expected += sums.strata[index].exposure[bin] * rates[index]
        }
        weather[bin] = (observed + Self.weatherShape) / (expected + Self.weatherShape)
      }
    }
  }

  init(product: Rate, strata: [Stratum: Rate], weather: [Double]) {
    self.product = product
    self.strata = strata
    self.weather = weather
  }

  /// Before any evidence.
  init(bucketsPerDay: Double) {
    self.init(
      product: Rate(
        mean: Self.priorOnsets / (Self.priorDeviceDays * bucketsPerDay), variance: 1 / Self.priorOnsets),
      strata: [:], weather: [1, 1, 1])
  }

  func rate(of stratum: Stratum) -> Rate { strata[stratum] ?? product }

  /// The shape α of a gamma(α, α) that spreads Poisson means e as far as the counts d are spread:
  /// Var d = e + e²/α. Without overspread the upper bound.
  static func gammaShape(_ entries: [(observed: Double, expected: Double)], within bounds: ClosedRange<Double>)
    -> Double
  {
    var squares = 0.0
    var surplus = 0.0
    for (observed, expected) in entries {
      squares += expected * expected
      surplus += (observed - expected) * (observed - expected) - observed
    }
    guard surplus > 0 else { return bounds.upperBound }
    return min(max(squares / surplus, bounds.lowerBound), bounds.upperBound)
  }
}
