import Vocabulary

/// What a suspect's devices and the others of the same stratum did in one bucket.
struct Comparison: Sendable {
  struct Entry: Sendable {
    /// The suspect's share of the stratum's expected onsets, had it no effect.
    var share: Double
    /// As far as they count (`StormWeights`).
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

  /// What `logLikelihood` is expected to be where the ratio is the true one: o ~ d π ρ / (1 + π (ρ − 1)).
  func expectedLogLikelihood(ratio: Double) -> Double {
    let log = logarithm(ratio)
    var sum = 0.0
    for entry in entries {
      let all = 1 + entry.share * (ratio - 1)
      sum += entry.total * (entry.share * ratio / all * log - logarithm(all))
    }
    return sum
  }

  /// Compares the suspect with the rest, bucket by bucket; buckets without the suspect are left out.
  /// - Parameters:
  ///   - excluded: a part of the suspect that shall be in neither group.
  ///   - effects: what else makes devices differ, without the suspect's own effect.
  ///   - countsQuiet: whether strata-buckets without onsets add to the exposures. They only tell how much was looked at,
  ///     and are by far the most.
  static func series(
    _ suspect: Suspect, without excluded: Suspect? = nil, window: CellWindow, effects: ProfileEffects,
    countsQuiet: Bool = false
  ) -> [Comparison] {
    let sides = Sides(suspect, excluded, ratios: effects.ratios, lexicon: window.lexicon)
    var series: [Comparison] = []
    var next = window.groups.startIndex
    for bucket in window.buckets {
      var comparison = Comparison(startHour: bucket.startHour)
      while next < window.groups.endIndex, window.groups[next].startHour == bucket.startHour {
        comparison.add(window.groups[next], of: window.cells, sides)
        next += 1
      }
      if countsQuiet || comparison.exposure == 0 {
        for group in bucket.groups where group.onsets == 0 {
          comparison.addQuiet(group, of: bucket, sides)
          if !countsQuiet, comparison.exposure > 0 { break }
        }
      }
      if comparison.exposure > 0 { series.append(comparison) }
    }
    return series
  }

  private mutating func add(_ group: PassCells.Group, of cells: PassCells, _ sides: Sides) {
    let sums = sides.sums(of: group.rows, cells)
    guard sums.exposure > 0 else { return }
    var onsets = 0.0
    var onsetsLeftOut = 0.0
    for index in group.failed {
      let failed = cells.onsetRows[index]
      let side = sides.ofProfile[Int(failed.profile)]
      onsets += side.exposure * failed.onsets
      onsetsLeftOut += side.leftOut * failed.onsets
    }
    let compared = group.onsets - onsetsLeftOut
    exposure += sums.exposure
    self.onsets += onsets
    controlExposure += group.atRisk - sums.leftOut - sums.exposure
    controlOnsets += compared - onsets
    guard compared > 0 else { return }
    entries.append(
      Entry(
        share: min(sums.weight / sums.total, 1), onsets: onsets * group.weight, total: compared * group.weight))
  }

  private mutating func addQuiet(_ group: FrozenBucket.Group, of bucket: FrozenBucket, _ sides: Sides) {
    var sums = Sides.Sums()
    sides.ofProfile.withUnsafeBufferPointer { ofProfile in
      bucket.forEachRow(of: group) { profile, atRisk, _ in sums += ofProfile[profile] * atRisk }
    }
    guard sums.exposure > 0 else { return }
    exposure += sums.exposure
    controlExposure += Double(group.atRisk) - sums.leftOut - sums.exposure
  }
}

/// Which profiles belong to a suspect, and which to a part of it that is left out.
private struct Sides {
  /// Σ n exp(η) of all that are compared and of the suspect's, and device-buckets of the suspect's and of those left out: side
  /// by side, so that a row costs one look-up and no branch.
  typealias Sums = SIMD4<Double>

  let ofProfile: ContiguousArray<Sums>

  init(_ suspect: Suspect, _ excluded: Suspect?, ratios: ContiguousArray<Double>, lexicon: Lexicon) {
    ofProfile = ContiguousArray(
      zip(lexicon.profiles, ratios).map { profile, ratio in
        let (batch, firmware) = (profile.batchWord, profile.firmwareWord)
        if let excluded, excluded.includes(batch, firmware, profile.weather) { return Sums(0, 0, 0, 1) }
        return suspect.includes(batch, firmware, profile.weather) ? Sums(ratio, ratio, 1, 0) : Sums(ratio, 0, 0, 0)
      })
  }

  func sums(of rows: Range<Int>, _ cells: PassCells) -> Sums {
    cells.withRows { profiles, atRisk in
      ofProfile.withUnsafeBufferPointer { ofProfile in
        // Two sums side by side, as in a fit's steps.
        var even = Sums()
        var odd = Sums()
        var row = rows.lowerBound
        while row &+ 1 < rows.upperBound {
          even += ofProfile[Int(profiles[row])] * Double(atRisk[row])
          odd += ofProfile[Int(profiles[row &+ 1])] * Double(atRisk[row &+ 1])
          row &+= 2
        }
        if row < rows.upperBound { even += ofProfile[Int(profiles[row])] * Double(atRisk[row]) }
        return even + odd
      }
    }
  }
}

extension Sides.Sums {
  fileprivate var total: Double { x }
  fileprivate var weight: Double { y }
  fileprivate var exposure: Double { z }
  fileprivate var leftOut: Double { w }
}
