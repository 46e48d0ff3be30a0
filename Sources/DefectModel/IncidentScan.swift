import Vocabulary

/// Strata whose bucket had more onsets than their own other buckets let expect: weather or a network, no defect of devices.
///
/// With e = Σ n exp(η) of the bucket, and D, E of the stratum's other buckets of the window, the bucket's mean is
/// e (D + 2) / (E + 2 / r₀) with the product's rate r₀; an incident has at least 5 onsets and a Poisson tail below 1e-6.
struct IncidentScan {
  private static let tail = 1e-6
  private static let fewest = 5.0
  private static let priorOnsets = 2.0

  let window: [BucketRows]
  let lexicon: Lexicon
  let fit: HierarchicalFit
  let rates: RecentRates
  let factorCount: Int

  /// Incidents of the buckets that are still open, in the order of time and then of names.
  func incidents(from startHour: Int32, length: BucketLength) -> [EnvironmentIncident] {
    let isPossible = window.contains { $0.startHour >= startHour && $0.groups.contains { $0.onsets >= Self.fewest } }
    guard isPossible else { return [] }
    let effects = RowEffects(fit, lexicon: lexicon, factorCount: factorCount)
    var onsets = [Double](repeating: 0, count: lexicon.strata.keys.count)
    var weights = onsets
    for bucket in window {
      for group in bucket.groups {
        onsets[Int(group.stratum)] += group.onsets
        for index in group.rows {
          weights[Int(group.stratum)] += bucket.rows[index].atRisk * effects.ratio(bucket.rows[index])
        }
      }
    }
    var incidents: [EnvironmentIncident] = []
    for bucket in window where bucket.startHour >= startHour {
      for group in bucket.groups where group.onsets >= Self.fewest {
        var weight = 0.0
        for index in group.rows { weight += bucket.rows[index].atRisk * effects.ratio(bucket.rows[index]) }
        let stratum = Int(group.stratum)
        let others = max(weights[stratum] - weight, 0) + Self.priorOnsets / rates.product.mean
        let expected = weight * (onsets[stratum] - group.onsets + Self.priorOnsets) / others
        guard poissonUpperTail(count: Int(group.onsets), mean: expected) < Self.tail else { continue }
        let key = lexicon.strata.keys[stratum]
        incidents.append(
          EnvironmentIncident(
            region: key.region, carrier: key.carrier, bucket: Bucket(startHour: bucket.startHour, length: length),
            failures: Int(group.onsets), expectedFailures: expected))
      }
    }
    return incidents
  }
}
