import Vocabulary

/// When a change is likely to come: how much a suspect stakes anew in a bucket.
///
/// The e-detector begins anew in each bucket, since a batch may turn bad on any day. A firmware's defect comes with the
/// firmware, and shows as soon as devices run it: of a year's stakes, as many as its buckets Y, a firmware, its humid days and
/// its pairs put three quarters on the k-th bucket that they bet in as 1/k, and a quarter on all alike:
/// w = ¾ Y / (k H) + ¼, H = Σ_{k ≤ Y} 1/k. With the sum the bound on false openings stands (`SequentialTest`).
///
/// Checkable: with day buckets H = 6.478, w = 42.26 / k + 0.25; the first fortnight stakes 141 of the year's 365, a bucket two
/// months later 0.95. What begins in the first days has 4 to 5 of the threshold of some 15 beforehand; what begins after a year
/// starts 1 lower than it would.
struct ChangeTime {
  private static let early = 0.75
  /// Assumed of a suspect whose buckets nobody counted: two months.
  static let uncounted: Int32 = 60
  /// ¾ Y / H.
  private let first: Double

  init(bucketsPerDay: Double) {
    let year = 365 * bucketsPerDay
    // Euler's: H = ln Y + γ + 1 / (2 Y) to within 1e-6.
    first = Self.early * year / (logarithm(year) + 0.577_215_664_9 + 0.5 / year)
  }

  /// w, of a suspect that has bet in so many buckets before.
  func stake(of suspect: Suspect, after buckets: Int32) -> Double {
    suspect.firmware == nil ? 1 : first / (Double(buckets) + 1) + 1 - Self.early
  }
}
