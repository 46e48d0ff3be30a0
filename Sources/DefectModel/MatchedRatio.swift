import Vocabulary

/// The rate ratio ρ of the second firmware against the first, from matched sets alone.
///
/// In a set with n and m device-buckets at risk and d onsets in all, those of the second side are binomial with the chance
/// π = ρm / (n + ρm), whatever the set's own rate is: it is conditioned out, as in the fit (Breslow & Day, Statistical
/// Methods in Cancer Research II, 1987, ch. 3). With D₂ onsets of the second side, θ = ln ρ:
/// - ln L(θ) = [D₂ θ − Σ d ln(n + ρm)] / φ, prior θ ~ normal(0, 1.5) as everywhere: halving and doubling are alike, and a
///   side without onsets has a finite interval
/// - mode by Newton's method; mean and the central 90 % from 161 points ±8 standard deviations about it
/// - φ = max(1, ΣU² / ΣI · G/(G−1)) with the score U and information I of each of G clusters (batch, region and carrier):
///   devices of one place and batch share what nobody told us. Only from ten clusters on.
/// - an outage that nobody announced counts with its weight alone (`StormWeights`): in it good and bad firmware fail alike
/// - swapping the sides gives 1/ρ, exactly
///
/// Checkable: one set of equal exposure with 30 and 10 onsets: the likelihood's top is at 3, its variance of ln ρ
/// 1/30 + 1/10; the prior shrinks ln 3 by 2.25 / (2.25 + 0.133).
struct MatchedRatio: Sendable {
  let ratio: Interval
  /// P(ρ > 1).
  let probabilityAbove: Double
  let overdispersion: Double

  static let priorVariance = 1.5 * 1.5
  private static let fewestClusters = 10

  init(_ sets: [MatchedSets.Informative]) {
    var merged: [MatchedSets.Pair: Double] = [:]
    var ofSecond = 0.0
    for set in sets {
      merged[set.pair, default: 0] += set.weight * Double(set.onsets)
      ofSecond += set.weight * Double(set.onsetsOfSecond)
    }
    let likelihood = Likelihood(
      pairs: merged.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, ofSecond: ofSecond)
    let overdispersion = Self.overdispersion(sets, at: likelihood.mode(overdispersion: 1).theta)
    let (mode, deviation) = likelihood.mode(overdispersion: overdispersion)
    let step = deviation / 10
    let grid = (-80...80).map { mode + step * Double($0) }
    let logs = grid.map { likelihood.log($0, overdispersion: overdispersion) }
    let total = logSum(logs)
    let weights = logs.map { exponential($0 - total) }
    func quantile(_ level: Double) -> Double {
      var sum = 0.0
      for (weight, point) in zip(weights, grid) {
        if sum + weight >= level { return point + step * ((level - sum) / weight - 0.5) }
        sum += weight
      }
      return grid[grid.count - 1]
    }
    let mean = zip(weights, grid).reduce(0) { $0 + $1.0 * $1.1 }
    ratio = Interval(
      mean: exponential(mean), low: exponential(min(quantile(0.05), mean)),
      high: exponential(max(quantile(0.95), mean)))
    var above = 0.0
    for (weight, point) in zip(weights, grid) {
      // A point stands for the step about it.
      above += weight * min(max((point + step / 2) / step, 0), 1)
    }
    probabilityAbove = min(above, 1)
    self.overdispersion = overdispersion
  }

  private static func overdispersion(_ sets: [MatchedSets.Informative], at theta: Double) -> Double {
    let ratio = exponential(theta)
    var clusters: [UInt64: (score: Double, information: Double)] = [:]
    for set in sets {
      let weighted = ratio * Double(set.pair.second)
      let share = weighted / (Double(set.pair.first) + weighted)
      let (all, own) = (set.weight * Double(set.onsets), set.weight * Double(set.onsetsOfSecond))
      clusters[set.cluster, default: (0, 0)].score += own - all * share
      clusters[set.cluster, default: (0, 0)].information += all * share * (1 - share)
    }
    guard clusters.count >= fewestClusters else { return 1 }
    var squares = 0.0
    var information = 0.0
    for (_, cluster) in clusters.sorted(by: { $0.key < $1.key }) {
      squares += cluster.score * cluster.score
      information += cluster.information
    }
    guard information > 0 else { return 1 }
    let count = Double(clusters.count)
    return max(1, squares / information * count / (count - 1))
  }
}

/// Likelihood times prior, as a function of θ.
private struct Likelihood {
  let pairs: [(pair: MatchedSets.Pair, onsets: Double)]
  let ofSecond: Double

  func log(_ theta: Double, overdispersion: Double) -> Double {
    let ratio = exponential(theta)
    var sum = ofSecond * theta
    for (pair, onsets) in pairs { sum -= onsets * logarithm(Double(pair.first) + ratio * Double(pair.second)) }
    return sum / overdispersion - theta * theta / (2 * MatchedRatio.priorVariance)
  }

  /// Concave: Newton's method finds the one top, with steps held to 1.
  func mode(overdispersion: Double) -> (theta: Double, deviation: Double) {
    var theta = 0.0
    var curvature = 1 / MatchedRatio.priorVariance
    for _ in 0..<60 {
      let ratio = exponential(theta)
      var score = ofSecond
      var information = 0.0
      for (pair, onsets) in pairs {
        let weighted = ratio * Double(pair.second)
        let share = weighted / (Double(pair.first) + weighted)
        score -= onsets * share
        information += onsets * share * (1 - share)
      }
      curvature = information / overdispersion + 1 / MatchedRatio.priorVariance
      let step = (score / overdispersion - theta / MatchedRatio.priorVariance) / curvature
      theta += min(max(step, -1), 1)
      if abs(step) < 1e-12 { break }
    }
    return (theta, 1 / curvature.squareRoot())
  }
}
