/// How many findings of nothing the sequential gate may raise, in a fleet without a defect.
///
/// Of one suspect, M less what it has staked is a supermartingale that starts at 0 (see `SequentialTest`): what it stakes in
/// some buckets, S in all, lets M reach c with a chance of at most S / c. With the threshold c = K · B · 20 (K suspects, B buckets a
/// year) at most Σ S / (K · B · 20) of them are expected to; a year's stakes are at most B each, so that it is 0.05 a year,
/// whatever K is. A batch stakes 1 a bucket, a firmware more in its first days (`ChangeTime`). Only buckets in which somebody
/// failed count; others leave M as it is. The posterior gate must open as well, which this bound makes nothing of.
///
/// A known defect's own process never restarts: the chance that it is ever wrong is at most p/20 with its prior probability
/// p (Ville's inequality), once and not a year.
///
/// Checkable: seven day buckets of suspects that stake 1: 7 / (20 · 365) = 0.00096.
package struct FalseFindings: Hashable, Sendable {
  package static let days = 7

  /// Suspects that are watched.
  package var watched: Int
  /// Buckets of the last seven days in which somebody failed.
  package var buckets: Int
  /// Of what was staked in the last seven days.
  package var expectedAtMost: Double
  package var aYearAtMost: Double
  /// Σ p/20 of the known defects.
  package var everOfKnownAtMost: Double
  /// ln of the evidence that opens the gate.
  package var logThreshold: Double

  static let aYear = 1.0 / 20

  /// - Parameter stakes: of all suspects in these buckets.
  init(
    watched: Int, buckets: Int, stakes: Double, bucketsPerDay: Double, priorProbabilities: [Double],
    logThreshold: Double
  ) {
    self.watched = watched
    self.buckets = buckets
    expectedAtMost = watched > 0 ? stakes / Double(watched) * Self.aYear / (365 * bucketsPerDay) : 0
    aYearAtMost = watched > 0 ? Self.aYear : 0
    everOfKnownAtMost = priorProbabilities.sorted().reduce(0, +) / 20
    self.logThreshold = logThreshold
  }
}
