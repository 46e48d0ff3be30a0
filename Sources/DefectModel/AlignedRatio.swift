import Vocabulary

/// What a suspect's devices and the others of the same stratum did in one bucket.
struct Comparison: Sendable {
  struct Entry: Sendable {
    /// The suspect's share of the stratum's expected onsets, had it no effect.
    var share: Double
    var onsets: Double
    var total: Double
  }
  var startHour: Int32
  /// Strata with onsets.
  var entries: [Entry] = []
  /// Device-buckets and onsets of the suspect, and of the others in the strata where the suspect is.
  var exposure = 0.0
  var onsets = 0.0
  var controlExposure = 0.0
  var controlOnsets = 0.0

  /// Σ_s [o ln ρ − d ln(1 + π (ρ − 1))].
  func logLikelihood(ratio: Double) -> Double {
    let log = logarithm(ratio)
    var sum = 0.0
    for entry in entries { sum += entry.onsets * log - entry.total * logarithmOfOnePlus(entry.share * (ratio - 1)) }
    return sum
  }

  /// Compares the suspect with the rest, bucket by bucket; buckets without the suspect are left out.
  /// - Parameters:
  ///   - excluded: a part of the suspect that shall be in neither group.
  ///   - effects: what else makes devices differ, without the suspect's own effect.
  static func series(
    _ suspect: Suspect, without excluded: Suspect? = nil, buckets: [BucketRows], lexicon: Lexicon,
    effects: RowEffects
  ) -> [Comparison] {
    let members = Membership(suspect, lexicon: lexicon)
    let left = excluded.map { Membership($0, lexicon: lexicon) }
    var series: [Comparison] = []
    for bucket in buckets {
      var comparison = Comparison(startHour: bucket.startHour)
      for group in bucket.groups {
        var exposure = 0.0
        var onsets = 0.0
        var weight = 0.0
        var total = 0.0
        var leftOut = (exposure: 0.0, onsets: 0.0)
        for index in group.rows {
          let row = bucket.rows[index]
          if let left, left.holds(row) {
            leftOut.exposure += row.atRisk
            leftOut.onsets += row.onsets
            continue
          }
          let isMember = members.holds(row)
          if isMember {
            exposure += row.atRisk
            onsets += row.onsets
          }
          guard group.onsets > 0 else { continue }
          let share = row.atRisk * effects.ratio(row)
          total += share
          if isMember { weight += share }
        }
        guard exposure > 0 else { continue }
        comparison.exposure += exposure
        comparison.onsets += onsets
        let compared = group.onsets - leftOut.onsets
        comparison.controlExposure += group.atRisk - leftOut.exposure - exposure
        comparison.controlOnsets += compared - onsets
        if compared > 0 {
          comparison.entries.append(Entry(share: min(weight / total, 1), onsets: onsets, total: compared))
        }
      }
      if comparison.exposure > 0 { series.append(comparison) }
    }
    return series
  }
}

/// A suspect by the small numbers of the rows.
private struct Membership {
  private let batches: [Bool]
  private let firmwares: [Bool]
  private let isHumid: Bool

  init(_ suspect: Suspect, lexicon: Lexicon) {
    batches = lexicon.batches.keys.map { suspect.batch == nil || $0 == suspect.batch }
    firmwares = lexicon.firmwares.keys.map { suspect.firmware == nil || $0 == suspect.firmware }
    isHumid = suspect.isHumid
  }

  func holds(_ row: CellRow) -> Bool {
    batches[Int(row.batch)] && firmwares[Int(row.firmware)] && (!isHumid || row.weather == .humid)
  }
}

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
