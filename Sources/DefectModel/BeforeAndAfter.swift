import Vocabulary

/// The second witness: a firmware that nearly every device got at once has nobody to be compared with, and is compared with what the
/// same kind of devices did before it: those of one region, carrier, batch and weather.
///
/// It is asked only where concurrent controls can't answer: with n devices on the firmware and m others at risk in a stratum's
/// bucket, Σ nm/(n + m) of the window lets expect fewer than 3 onsets and is below a twentieth of Σ n.
///
/// Of a set with E_b device-buckets and d_b onsets before, E_a after: e = E_a (d_b + a r₀) / (E_b + a), r₀ the rate of all
/// sets before, a = 1 / r₀ (one onset's worth). With D = Σ onsets after, E = Σ e, S = Σ d_b of the sets:
/// - how surely E is known: gamma of shape S (the onsets it rests on), so that D is negative binomial, q(D; ρ)
/// - evidence of ρ against a rise that nobody need answer for, ρ₀ = 1.2 (season, drift):
///   ln mean_ρ [q(D; ρ) / q(D; 1.2)] / φ, ρ of 1.5, 2, 3, 5, with φ = max(1, Σ (o − e')² / e' / (days − 1)) of the days before and of
///   those after, each about its own mean: days differ by more than chance. φ > 1 only lowers it: E e^{ℓ/φ} ≤ (E e^ℓ)^{1/φ} ≤ 1
/// - it never restarts, and each release has it once: line ln(20 · 52), a release a week: with one false
///   finding in twenty years of them (Ville's inequality)
/// - what one place or a few days did is no firmware's doing: without the region with the most excess, and without the
///   three days with the most, half of the line must be reached still (an outage; an artefact of measuring)
/// - P(ρ > 1.3) ≥ 0.99 from a grid of ln ρ under a normal prior of 1.5
///
/// What else changed on that day stays a possible cause: the finding says that there was no concurrent control.
///
/// Checkable: 100 onsets before and 60 after in a tenth of the exposure: E = 10, ρ near 6.
struct BeforeAndAfter: Sendable {
  let firmware: Symbol
  /// The first bucket with the firmware.
  let startHour: Int32
  let logEvidence: Double
  let ratio: Interval
  /// P(ρ > 1.3).
  let probability: Double
  let isSteady: Bool
  let exposureBefore: Double
  let onsetsBefore: Double
  let exposure: Double
  let onsets: Double
  let expected: Double

  static let logThreshold = logarithm(20 * 52)

  var isSequentialOpen: Bool { logEvidence >= Self.logThreshold }
  var isOpen: Bool { isSequentialOpen && isSteady && probability >= CohortJudge.certainty }

  /// The firmware of the window's last bucket that nearly all devices have, if it came within the window and its controls
  /// can't answer for it.
  init?(_ window: CellWindow) {
    guard let last = window.buckets.last, let candidate = Self.common(in: last, window.lexicon) else { return nil }
    let sums = Sums(window, firmware: candidate)
    guard let start = sums.startHour, sums.exposureBefore > 0, sums.onsetsBefore > 0 else { return nil }
    let rate = sums.onsetsBefore / sums.exposureBefore
    guard sums.concurrent * rate < Self.fewestConcurrent, sums.concurrent < 0.05 * sums.exposure else { return nil }
    firmware = window.lexicon.firmwares.keys[Int(candidate)]
    startHour = start
    exposureBefore = sums.exposureBefore
    onsetsBefore = sums.onsetsBefore
    exposure = sums.exposure
    onsets = sums.onsets
    let whole = sums.contrast(rate: rate)
    expected = whole.expected
    logEvidence = whole.logEvidence
    (ratio, probability) = whole.posterior
    isSteady = sums.leftOut(rate: rate).allSatisfy { $0.logEvidence >= Self.logThreshold / 2 }
  }

  private static let fewestConcurrent = 3.0
  private static let commonShare = 0.8

  private static func common(in bucket: FrozenBucket, _ lexicon: Lexicon) -> Int32? {
    var exposures = [Double](repeating: 0, count: lexicon.firmwares.count)
    for group in bucket.groups {
      bucket.forEachRow(of: group) { profile, atRisk, _ in
        exposures[Int(lexicon.profiles[profile].firmware)] += atRisk
      }
    }
    let total = exposures.reduce(0, +)
    return exposures.indices.first { exposures[$0] > commonShare * total }.map { Int32($0) }
  }
}

/// What is known of a firmware's rate against the rate before, as far as some sets and days tell.
private struct Contrast {
  static let ratios = [1.5, 2, 3, 5]
  static let ordinaryRise = 1.2

  var onsets: Double
  var expected: Double
  /// Onsets that `expected` rests on.
  var shape: Double
  var overdispersion: Double

  /// ln of the negative binomial, but for what doesn't depend on ρ: D ln ρ − (S + D) ln(S + ρE).
  private func log(_ ratio: Double) -> Double {
    (onsets * logarithm(ratio) - (shape + onsets) * logarithm(shape + ratio * expected)) / overdispersion
  }

  var logEvidence: Double {
    guard expected > 0, shape > 0 else { return 0 }
    let null = log(Self.ordinaryRise)
    return logSum(Self.ratios.map { log($0) - null }) - logarithm(Double(Self.ratios.count))
  }

  var posterior: (ratio: Interval, probability: Double) {
    let grid = (0...160).map { -2.4 + 0.03 * Double($0) }
    let logs = grid.map { (shape > 0 && expected > 0 ? log(exponential($0)) : 0) - $0 * $0 / (2 * 1.5 * 1.5) }
    let total = logSum(logs)
    let weights = logs.map { exponential($0 - total) }
    func quantile(_ level: Double) -> Double {
      var sum = 0.0
      for (weight, point) in zip(weights, grid) {
        if sum + weight >= level { return point + 0.03 * ((level - sum) / max(weight, 1e-300) - 0.5) }
        sum += weight
      }
      return grid[grid.count - 1]
    }
    let mean = zip(weights, grid).reduce(0) { $0 + $1.0 * $1.1 }
    var above = 0.0
    for (weight, point) in zip(weights, grid) {
      above += weight * min(max((point + 0.015 - CohortJudge.riskLine) / 0.03, 0), 1)
    }
    let ratio = Interval(
      mean: exponential(mean), low: exponential(min(quantile(0.05), mean)), high: exponential(max(quantile(0.95), mean))
    )
    return (ratio, min(above, 1))
  }
}

/// Device-buckets and onsets before and after, by set and by day.
private struct Sums {
  private struct Set: Hashable, Comparable {
    var stratum: Int
    var batch: Int32
    var weather: UInt8

    static func < (left: Set, right: Set) -> Bool {
      (left.stratum, left.batch, left.weather) < (right.stratum, right.batch, right.weather)
    }
  }
  private struct Entry {
    var before = 0.0
    var onsetsBefore = 0.0
    var after = 0.0
    var onsets = 0.0
  }

  private(set) var startHour: Int32?
  private(set) var exposureBefore = 0.0
  private(set) var onsetsBefore = 0.0
  private(set) var exposure = 0.0
  private(set) var onsets = 0.0
  /// Σ nm/(n + m).
  private(set) var concurrent = 0.0
  private let regions: [Symbol]
  private var sets: [Set: Entry] = [:]
  /// After: by day, the exposure of each set and the onsets.
  private var days: [Int32: (exposures: [Set: Double], onsets: [Set: Double])] = [:]
  private var daysBefore: [Int32: (exposure: Double, onsets: Double)] = [:]

  init(_ window: CellWindow, firmware: Int32) {
    let lexicon = window.lexicon
    let ranks = lexicon.stratumRanks
    var regions = [Symbol](repeating: .unknown, count: ranks.count)
    for (number, rank) in ranks.enumerated() { regions[Int(rank)] = lexicon.strata.keys[number].region }
    self.regions = regions
    // The batches' numbers are those of their arrival: their words' ranks don't depend on it.
    let sorted = lexicon.batches.keys.indices.sorted { lexicon.batches.keys[$0] < lexicon.batches.keys[$1] }
    var batchRanks = [Int32](repeating: 0, count: sorted.count)
    for (rank, number) in sorted.enumerated() { batchRanks[number] = Int32(rank) }
    for bucket in window.buckets {
      let day = bucket.startHour / 24
      for group in bucket.groups {
        var own = 0.0
        var others = 0.0
        var weight = 1.0
        if group.onsets > 0 {
          weight = window.usual.weight(
            group.stratum, startHour: bucket.startHour, atRisk: Double(group.atRisk), onsets: Double(group.onsets))
        }
        bucket.forEachRow(of: group) { number, atRisk, onsets in
          let profile = lexicon.profiles[number]
          let set = Set(
            stratum: Int(ranks[Int(group.stratum)]), batch: batchRanks[Int(profile.batch)],
            weather: profile.weather.rawValue)
          if profile.firmware == firmware {
            own += atRisk
            sets[set, default: Entry()].after += atRisk
            sets[set, default: Entry()].onsets += onsets * weight
            days[day, default: ([:], [:])].exposures[set, default: 0] += atRisk
            if onsets > 0 { days[day, default: ([:], [:])].onsets[set, default: 0] += onsets * weight }
            if startHour == nil { startHour = bucket.startHour }
          } else {
            others += atRisk
            // Others beside the firmware are too few to tell, and may be those that couldn't be updated.
            guard startHour == nil else { return }
            sets[set, default: Entry()].before += atRisk
            sets[set, default: Entry()].onsetsBefore += onsets * weight
            daysBefore[day, default: (0, 0)].exposure += atRisk
            daysBefore[day, default: (0, 0)].onsets += onsets * weight
          }
        }
        if own > 0, others > 0 { concurrent += own * others / (own + others) }
      }
    }
    for (_, entry) in sets.sorted(by: { $0.key < $1.key }) {
      exposureBefore += entry.before
      onsetsBefore += entry.onsetsBefore
      exposure += entry.after
      onsets += entry.onsets
    }
  }

  func contrast(rate: Double) -> Contrast { contrast(rate: rate, without: nil, days: []) }

  /// Without the region, and without the three days, that have the most excess.
  func leftOut(rate: Double) -> [Contrast] {
    var byRegion: [Symbol: Double] = [:]
    var byDay: [(day: Int32, excess: Double)] = []
    for (set, entry) in sets.sorted(by: { $0.key < $1.key }) {
      byRegion[regions[set.stratum], default: 0] += entry.onsets - expected(entry.after, of: set, rate: rate)
    }
    for (day, counts) in days.sorted(by: { $0.key < $1.key }) {
      let expected = counts.exposures.sorted { $0.key < $1.key }
        .reduce(0) { $0 + self.expected($1.value, of: $1.key, rate: rate) }
      byDay.append((day, counts.onsets.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value } - expected))
    }
    byDay.sort { $0.excess == $1.excess ? $0.day < $1.day : $0.excess > $1.excess }
    var contrasts = [contrast(rate: rate, without: nil, days: Swift.Set(byDay.prefix(3).map(\.day)))]
    let worst = byRegion.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.first
    if byRegion.count > 1, let worst { contrasts.append(contrast(rate: rate, without: worst.key, days: [])) }
    return contrasts
  }

  private func expected(_ exposure: Double, of set: Set, rate: Double) -> Double {
    guard let entry = sets[set] else { return 0 }
    return exposure * (entry.onsetsBefore + 1) / (entry.before + 1 / rate)
  }

  private func contrast(rate: Double, without region: Symbol?, days left: Swift.Set<Int32>) -> Contrast {
    var onsets = 0.0
    var expected = 0.0
    var shape = 0.0
    for (set, entry) in sets.sorted(by: { $0.key < $1.key }) where entry.after > 0 && regions[set.stratum] != region {
      shape += entry.onsetsBefore
    }
    var perDay: [(onsets: Double, expected: Double)] = []
    for (day, counts) in days.sorted(by: { $0.key < $1.key }) where !left.contains(day) {
      var own = (onsets: 0.0, expected: 0.0)
      for (set, exposure) in counts.exposures.sorted(by: { $0.key < $1.key }) where regions[set.stratum] != region {
        own.expected += self.expected(exposure, of: set, rate: rate)
        own.onsets += counts.onsets[set] ?? 0
      }
      perDay.append(own)
      onsets += own.onsets
      expected += own.expected
    }
    let before = daysBefore.sorted { $0.key < $1.key }.map { ($0.value.onsets, $0.value.exposure * rate) }
    return Contrast(
      onsets: onsets, expected: expected, shape: shape,
      overdispersion: max(1, Self.dispersion(before), Self.dispersion(perDay)))
  }

  /// Σ (o − e')² / e' / (days − 1), e' brought to the days' own mean.
  private static func dispersion(_ days: [(onsets: Double, expected: Double)]) -> Double {
    let onsets = days.reduce(0) { $0 + $1.onsets }
    let expected = days.reduce(0) { $0 + $1.expected }
    guard days.count > 1, onsets > 0, expected > 0 else { return 1 }
    var squares = 0.0
    for day in days where day.expected > 0 {
      let own = day.expected * onsets / expected
      squares += (day.onsets - own) * (day.onsets - own) / own
    }
    return squares / Double(days.count - 1)
  }
}
