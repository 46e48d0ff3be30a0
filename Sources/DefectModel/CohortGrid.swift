package import Vocabulary

/// A failure mode's evidence by batch and firmware, over all the buckets that are kept: what was counted, what would have been
/// at the rate of the others, and the factor that the last pass's fit gives them.
///
/// - expected: of each region, carrier and bucket the onsets in proportion to devices at risk, Σ n d / N
/// - ratio: exp of the sum of the coefficients of batch, firmware and both, against the average of the device's day and place;
///   a hierarchical fit, so that little evidence stays near 1
///
/// Checkable: a stratum's day with 300 devices of batch A and 100 of B, and 8 onsets: A is expected to have 6, B 2.
package struct CohortGrid: Hashable, Sendable {
  package struct Cell: Hashable, Sendable {
    package var batch: Symbol
    package var firmware: Symbol
    package var deviceDays: Double
    package var onsets: Int
    package var expected: Double
    /// `nil`: the fit has no term for it.
    package var ratio: Interval?
  }

  package var mode: ModeKey
  /// By batch, then by firmware, each in the order of their texts.
  package var cells: [Cell]
}

extension HazardModel {
  /// `nil` for a mode that no profile declares.
  package func grid(_ mode: ModeKey) -> CohortGrid? {
    guard let model = model(mode)?.settled else { return nil }
    return CohortGrid(mode: mode, cells: model.cells, hazard: model.hazard, bucketsPerDay: model.bucketsPerDay)
  }
}

extension CohortGrid {
  init(mode: ModeKey, cells table: CellTable, hazard: PredictiveHazard, bucketsPerDay: Double) {
    let lexicon = table.lexicon
    var sums = ContiguousArray(repeating: SIMD4<Double>(), count: lexicon.profiles.count)
    for bucket in table.all {
      for group in bucket.groups {
        let rate = group.atRisk > 0 ? Double(group.onsets) / Double(group.atRisk) : 0
        bucket.forEachRow(of: group) { profile, atRisk, onsets in
          sums[profile] += SIMD4(atRisk, onsets, atRisk * rate, 0)
        }
      }
    }
    var pairs: [UInt64: (profile: CellProfile, sum: SIMD4<Double>)] = [:]
    for (profile, sum) in zip(lexicon.profiles, sums) where sum[0] > 0 {
      let key = UInt64(UInt32(bitPattern: profile.batch)) << 32 | UInt64(UInt32(bitPattern: profile.firmware))
      pairs[key, default: (profile, .init())].sum += sum
    }
    self.mode = mode
    cells = pairs.values.map { profile, sum in
      let (batch, firmware) = (profile.batchWord, profile.firmwareWord)
      return Cell(
        batch: batch, firmware: firmware, deviceDays: sum[0] / bucketsPerDay, onsets: Int(sum[1]), expected: sum[2],
        ratio: hazard.ratio([
          Suspect(batch: batch), Suspect(firmware: firmware), Suspect(batch: batch, firmware: firmware),
        ]))
    }.sorted { $0.batch == $1.batch ? $0.firmware < $1.firmware : $0.batch < $1.batch }
  }
}

extension PredictiveHazard {
  /// The factor of these terms together, with its 90 % interval; `nil` where the fit has none of them.
  func ratio(_ suspects: [Suspect]) -> Interval? {
    let numbers = suspects.compactMap { suspect in terms.firstIndex(of: .suspect(suspect)) }
    guard !numbers.isEmpty else { return nil }
    let log = suspects.reduce(0) { $0 + effect($1) }
    var variance = suspects.reduce(0) { $0 + (shifts[$1]?.variance ?? 0) }
    for first in numbers {
      for second in numbers {
        let place = max(first, second) * (max(first, second) + 1) / 2 + min(first, second)
        if covariance.indices.contains(place) { variance += Double(covariance[place]) }
      }
    }
    let half = 1.644_854 * max(variance, 0).squareRoot()
    return Interval(mean: exponential(log), low: exponential(log - half), high: exponential(log + half))
  }
}
