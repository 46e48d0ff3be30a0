/// How many findings of nothing the sequential gate may raise, in a fleet without a defect.
///
/// Of one suspect, M less the number of its buckets is a supermartingale that starts at 0 (see `SequentialTest`), so that
/// within n buckets M reaches c with a chance of at most n / c. With the threshold c = K · B · 20 (K suspects, B buckets a
/// year), of K suspects within n buckets at most K · n / (K · B · 20) = n / (20 B) are expected to: 0.05 a year, whatever K
/// is. Only buckets in which somebody failed count; others leave M as it is. The posterior gate must open as well, which
/// this bound makes nothing of.
///
/// A known defect's own process never restarts: the chance that it is ever wrong is at most p/20 with its prior probability
/// p (Ville's inequality), once and not a year.
///
/// Checkable: seven day buckets: 7 / (20 · 365) = 0.00096.
package struct FalseFindings: Hashable, Sendable {
  package static let days = 7

  /// Suspects that are watched.
  package var watched: Int
  /// Buckets of the last seven days in which somebody failed.
  package var buckets: Int
  /// In the last seven days.
  package var expectedAtMost: Double
  package var aYearAtMost: Double
  /// Σ p/20 of the known defects.
  package var everOfKnownAtMost: Double
  /// ln of the evidence that opens the gate.
  package var logThreshold: Double

  static let aYear = 1.0 / 20

  init(watched: Int, buckets: Int, bucketsPerDay: Double, priorProbabilities: [Double], logThreshold: Double) {
    self.watched = watched
    self.buckets = buckets
    expectedAtMost = watched > 0 ? Double(buckets) * Self.aYear / (365 * bucketsPerDay) : 0
    aYearAtMost = watched > 0 ? Self.aYear : 0
    everOfKnownAtMost = priorProbabilities.sorted().reduce(0, +) / 20
    self.logThreshold = logThreshold
  }
}
