import Vocabulary

/// What a pass needs of all rows of a window, those without onsets too: gathered in one walk.
struct WindowSums: Sendable {
  struct OfStratum: Sendable {
    /// By `WeatherBin.rawValue`; the fourth stays 0. The exposure is Σ n exp(η).
    var onsets = SIMD4<Double>()
    var exposure = SIMD4<Double>()
  }

  /// By the lexicon's numbers.
  let strata: ContiguousArray<OfStratum>
  let ofProfile: ContiguousArray<Int64>
  let atRisk: Double
  /// Σ n exp(η) of all.
  let weighted: Double

  init(_ window: CellWindow, effects: ProfileEffects) {
    let lexicon = window.lexicon
    var strata = ContiguousArray(repeating: OfStratum(), count: lexicon.strata.count)
    var ofProfile = ContiguousArray<Int64>(repeating: 0, count: lexicon.profiles.count)
    let weather = ContiguousArray(lexicon.profiles.map { $0.weather.rawValue })
    var atRiskOfAll = 0.0
    var weightedOfAll = 0.0
    ofProfile.withUnsafeMutableBufferPointer { ofProfile in
      effects.ratios.withUnsafeBufferPointer { ratios in
        weather.withUnsafeBufferPointer { weather in
          for bucket in window.buckets {
            for group in bucket.groups {
              // A region's bucket mostly has one weather: three sums, taken by comparison, beat an index that waits for
              // the sum before.
              var sums = (0.0, 0.0, 0.0)
              bucket.forEachRow(of: group) { profile, atRisk, _ in
                ofProfile[profile] &+= Int64(atRisk)
                let weight = atRisk * ratios[profile]
                switch weather[profile] {
                case 0: sums.0 += weight
                case 1: sums.1 += weight
                default: sums.2 += weight
                }
              }
              strata[Int(group.stratum)].exposure += SIMD4(sums.0, sums.1, sums.2, 0)
              atRiskOfAll += Double(group.atRisk)
              weightedOfAll += sums.0 + sums.1 + sums.2
            }
          }
        }
      }
    }
    var next = window.onsetRows.startIndex
    for group in window.groups {
      while next < group.failed.upperBound {
        let failed = window.onsetRows[next]
        strata[Int(group.stratum)].onsets[Int(weather[Int(failed.profile)])] += failed.onsets * group.weight
        next += 1
      }
    }
    self.strata = strata
    self.ofProfile = ofProfile
    atRisk = atRiskOfAll
    weighted = weightedOfAll
  }
}
