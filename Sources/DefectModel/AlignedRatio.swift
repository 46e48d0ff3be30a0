import Vocabulary

/// When a suspect's rate changed and by how much, from concurrent controls only: the posterior over the first changed
/// bucket τ and the ratio ρ from then on (1 before), on a grid.
///
/// ln p(τ, ρ) = Σ_{b ≥ τ} Σ_s [o ln ρ − d ln(1 + π (ρ − 1))] + prior; ln ρ is normal(m, 1.5); τ is, with a chance of one half,
/// the first bucket with exposure (or before it), else any. The pooled coefficient is diluted by the days before the
/// onset, the ratio at the likeliest τ is inflated by the choice of τ: the mixture over τ is neither.
///
/// Checkable: 30 onsets against 10 of equally many controls in each of many strata, changed from the start: ρ ≈ 3.
struct AlignedRatio: Sendable {
  /// ln of the marginal likelihood against no effect at all.
  let logEvidence: Double
  /// Geometric mean and the central 90 %.
  let ratio: Interval
  /// The likeliest first changed bucket, as an index into the series.
  let onsetIndex: Int

  private static let grid: [Double] = (0...80).map { -1.4 + 0.07 * Double($0) }
  private static let priorDeviation = 1.5

  init(_ series: [Comparison], priorMean: Double = 0) {
    let count = series.count
    let size = Self.grid.count
    var prior = Self.grid.map {
      -0.5 * ($0 - priorMean) * ($0 - priorMean) / (Self.priorDeviation * Self.priorDeviation)
    }
    let normaliser = logSum(prior)
    for index in 0..<size { prior[index] -= normaliser }
    guard count > 0 else {
      logEvidence = 0
      ratio = Self.interval(prior)
      onsetIndex = 0
      return
    }
    var suffix = [Double](repeating: 0, count: size)
    var byRatio = [Double](repeating: -.infinity, count: size)
    var best = (value: -Double.infinity, index: 0)
    for index in stride(from: count - 1, through: 0, by: -1) {
      let hasEntries = !series[index].entries.isEmpty
      if hasEntries {
        for point in 0..<size { suffix[point] += series[index].logLikelihood(ratio: exponential(Self.grid[point])) }
      } else if index != 0 {
        continue
      }
      let onsetPrior = logarithm(index == 0 ? 0.5 + 0.5 / Double(count) : 0.5 / Double(count))
      let joint = (0..<size).map { suffix[$0] + prior[$0] + onsetPrior }
      for point in 0..<size { byRatio[point] = logSum(byRatio[point], joint[point]) }
      let value = logSum(joint)
      if value >= best.value { best = (value, index) }
    }
    logEvidence = logSum(byRatio)
    ratio = Self.interval(byRatio)
    onsetIndex = best.index
  }

  private static func interval(_ logWeights: [Double]) -> Interval {
    let total = logSum(logWeights)
    let weights = logWeights.map { exponential($0 - total) }
    let mean = zip(weights, grid).reduce(0) { $0 + $1.0 * $1.1 }
    func quantile(_ level: Double) -> Double {
      var sum = 0.0
      for index in weights.indices {
        if sum + weights[index] >= level {
          let fraction = weights[index] > 0 ? (level - sum) / weights[index] : 0.5
          return grid[index] + 0.07 * (fraction - 0.5)
        }
        sum += weights[index]
      }
      return grid[grid.count - 1]
    }
    return Interval(
      mean: exponential(mean), low: exponential(min(quantile(0.05), mean)), high: exponential(max(quantile(0.95), mean))
    )
  }
}
