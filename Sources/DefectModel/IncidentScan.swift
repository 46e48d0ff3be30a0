import Vocabulary

/// Strata whose bucket had more onsets than their own other buckets let expect: weather or a network, no defect of devices.
///
/// With e = Σ n exp(η) of the bucket, and D, E of the stratum's other buckets of the window, the bucket's mean is
/// e (D + 2) / (E + 2 / r₀) with the product's rate r₀; an incident has at least 5 onsets and a Poisson tail below 1e-6.
struct IncidentScan {
  private static let tail = 1e-6
  private static let fewest = 5.0
  private static let priorOnsets = 2.0

  let window: CellWindow
  let fit: HierarchicalFit
  let rates: RecentRates

  /// Incidents of the buckets that are still open, in the order of time and then of names.
  func incidents(from startHour: Int32, length: BucketLength) -> [EnvironmentIncident] {
    let possible = window.groups.filter { $0.startHour >= startHour && $0.onsets >= Self.fewest }
    guard !possible.isEmpty else { return [] }
    let lexicon = window.lexicon
    let effects = ProfileEffects(fit, lexicon: lexicon, factorCount: window.factorCount)
    let sums = WindowSums(window, effects: effects)
    var incidents: [EnvironmentIncident] = []
    for group in possible {
      var weight = 0.0
      for row in group.rows {
        weight += Double(window.cells.atRisk[row]) * effects.ratios[Int(window.cells.profiles[row])]
      }
      let stratum = sums.strata[Int(group.stratum)]
      let others = max(stratum.exposure.sum() - weight, 0) + Self.priorOnsets / rates.product.mean
      let expected = weight * (stratum.onsets.sum() - group.onsets * group.weight + Self.priorOnsets) / others
      guard poissonUpperTail(count: Int(group.onsets), mean: expected) < Self.tail else { continue }
      let key = lexicon.strata.keys[Int(group.stratum)]
      incidents.append(
        EnvironmentIncident(
          region: key.region, carrier: key.carrier, bucket: Bucket(startHour: group.startHour, length: length),
          failures: Int(group.onsets), expectedFailures: expected))
    }
    return incidents
  }
}
