import Vocabulary

/// How much a stratum's bucket counts in which far more failed than its other buckets let expect: in an outage that nobody
/// announced, good and bad devices fail alike, and a day of it has more onsets than a month without. Its rate is profiled
/// out, so that it accuses no cohort; but it would hide a defect: a batch of ratio 3.5 was shown as 1.7.
///
/// With n devices at risk and d onsets of the bucket, D and N of the stratum's other buckets and r₀ the product's rate,
/// expected are e = n (D + 2) / (N + 2 / r₀). A bucket weighs w = min(1, max(3 e, 5) / d): what is less than three times as
/// much as usual, as a defect of some of the devices makes it, keeps all its weight, and so do five onsets anywhere. D itself is made of weighted
/// onsets, in three rounds. Where the other buckets hold less than three times n nothing can be said, and w = 1.
///
/// w depends on the totals of strata alone, not on who failed: so a weighted bet stays fair (E e^{wℓ} ≤ (E e^ℓ)^w ≤ 1), and a
/// weighted likelihood still compares like with like.
///
/// Checkable: 27 days of 1 000 devices with one onset each, one with 500, in two such strata but for the 500:
/// r₀ ≈ 0.001, e ≈ 1, w = 5 / 500.
struct StormWeights: Sendable {
  private static let fewest = 5.0
  private static let usual = 3.0
  private static let priorOnsets = 2.0
  private static let rounds = 3

  private struct Place: Hashable {
    var startHour: Int32
    var stratum: Int32
  }
  private struct Entry {
    var place: Place
    var atRisk: Double
    var onsets: Double
    var weight = 1.0
  }

  private let hours: Range<Int32>
  /// By the lexicon's numbers of strata: weighted onsets and device-buckets.
  private var onsets: [Double]
  private var atRisk: [Double]
  private var rate = 0.0
  /// Those below 1 among the buckets that say what is usual.
  private var low: [Place: Double] = [:]

  /// - Parameter buckets: those that say what is usual, all within `hours`.
  init(_ buckets: ArraySlice<FrozenBucket>, hours: Range<Int32>, strata: Int) {
    self.hours = hours
    onsets = [Double](repeating: 0, count: strata)
    atRisk = onsets
    var entries: [Entry] = []
    for bucket in buckets {
      for group in bucket.groups {
        onsets[Int(group.stratum)] += Double(group.onsets)
        atRisk[Int(group.stratum)] += Double(group.atRisk)
        guard Double(group.onsets) >= Self.fewest else { continue }
        entries.append(
          Entry(
            place: Place(startHour: bucket.startHour, stratum: group.stratum), atRisk: Double(group.atRisk),
            onsets: Double(group.onsets)))
      }
    }
    let exposure = atRisk.reduce(0, +)
    guard exposure > 0 else { return }
    for _ in 0..<Self.rounds {
      rate = onsets.reduce(0, +) / exposure
      let sums = onsets
      for index in entries.indices {
        let entry = entries[index]
        let weight = weight(entry, onsets: sums, own: entry.weight * entry.onsets)
        onsets[Int(entry.place.stratum)] += (weight - entry.weight) * entry.onsets
        entries[index].weight = weight
      }
    }
    rate = onsets.reduce(0, +) / exposure
    for entry in entries where entry.weight < 1 { low[entry.place] = entry.weight }
  }

  /// Whether every bucket that says what is usual has its whole weight.
  var isCalm: Bool { low.isEmpty }

  func weight(_ stratum: Int32, startHour: Int32, atRisk: Double, onsets: Double) -> Double {
    guard onsets >= Self.fewest else { return 1 }
    let place = Place(startHour: startHour, stratum: stratum)
    if hours.contains(startHour) { return low[place] ?? 1 }
    return weight(Entry(place: place, atRisk: atRisk, onsets: onsets), onsets: self.onsets, own: nil)
  }

  /// - Parameter own: what the bucket itself has put into the sums; `nil`: it is none of theirs.
  private func weight(_ entry: Entry, onsets: [Double], own: Double?) -> Double {
    guard rate > 0 else { return 1 }
    let stratum = Int(entry.place.stratum)
    let others = atRisk[stratum] - (own == nil ? 0 : entry.atRisk)
    guard others >= Self.usual * entry.atRisk else { return 1 }
    let usual = max(onsets[stratum] - (own ?? 0), 0)
    let expected = entry.atRisk * (usual + Self.priorOnsets) / (others + Self.priorOnsets / rate)
    return min(1, max(Self.usual * expected, Self.fewest) / entry.onsets)
  }
}
