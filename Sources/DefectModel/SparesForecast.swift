import Vocabulary

/// How many onsets a cohort will have in the next days, if as many devices stay at risk and only get older.
///
/// N_k devices are at risk a day in age bin k (the last week's mean), spread evenly over its ages; after t days a part of them
/// is in later bins. Their device-days E_j in each bin meet its hazard λ_j, gamma distributed: shape d_j + 2, rate
/// n_j + 2/λ̄, λ̄ = (D + ½)/N the cohort's: a bin without exposure has the cohort's own rate.
/// - mean Σ E λ; count: negative binomial with the variance Σ E² Var λ + (Σ E λ̄ share of the prior)² / (D + ½)
/// - devices without a known activation, and those in the last, open bin stay where they are; new ones aren't foreseen
///
/// Checkable: 100 devices in a bin without end, 0.01 onsets a day from 10 000 device-days: 30 days have 30, between 20 and 41.
struct SparesForecast: Sendable {
  private static let priorShape = 2.0

  let edges: [Double]
  /// Devices at risk a day, by bin.
  let present: [Double]
  /// Device-days and onsets, by bin.
  let exposure: [Double]
  let onsets: [Double]

  func expected(days: Double) -> Interval {
    let allExposure = exposure.reduce(0, +)
    let allOnsets = onsets.reduce(0, +)
    guard allExposure > 0 else { return Interval(mean: 0, low: 0, high: 0) }
    let cohortRate = (allOnsets + 0.5) / allExposure
    let future = deviceDays(days)
    var mean = 0.0
    var variance = 0.0
    var byPrior = 0.0
    for bin in future.indices {
      let rate = exposure[bin] + Self.priorShape / cohortRate
      mean += future[bin] * (onsets[bin] + Self.priorShape) / rate
      variance += future[bin] * future[bin] * (onsets[bin] + Self.priorShape) / (rate * rate)
      byPrior += future[bin] * Self.priorShape / rate
    }
    variance += byPrior * byPrior / (allOnsets + 0.5)
    let (low, high) = CountIntervals.predictive(mean: mean, variance: variance)
    return Interval(mean: mean, low: min(low, mean), high: max(high, mean))
  }

  /// Device-days at risk in each bin over the days to come.
  func deviceDays(_ days: Double) -> [Double] {
    var future = [Double](repeating: 0, count: present.count)
    let steps = max(1, Int(days.rounded(.up)))
    let step = days / Double(steps)
    for (bin, devices) in present.enumerated() where devices > 0 {
      guard bin > 0, bin <= edges.count else {
        future[bin] += devices * days
        continue
      }
      let (from, until) = (bin == 1 ? 0 : edges[bin - 2], edges[bin - 1])
      for index in 0..<steps {
        let shift = (Double(index) + 0.5) * step
        for later in bin..<present.count {
          let start = later == 1 ? 0 : edges[later - 2]
          let end = later <= edges.count ? edges[later - 1] : .infinity
          let overlap = min(until + shift, end) - max(from + shift, start)
          if overlap > 0 { future[later] += devices * step * overlap / (until - from) }
        }
      }
    }
    return future
  }
}
