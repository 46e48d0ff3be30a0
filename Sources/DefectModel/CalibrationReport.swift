/// How well the model's forecasts came true, against saying the base rate ȳ of everyone: those of final buckets, each within
/// the mode's horizon, before they are recalibrated (see `CalibrationTally`).
///
/// With n predictions of mean p̄ and share of onsets ȳ a bin, each taken as its bin's mean:
/// - calibration error Σ n |p̄ − ȳ| / N
/// - Brier score Σ n [p̄² (1 − ȳ) + (1 − p̄)² ȳ] / N; of the base rate ȳ (1 − ȳ)
/// - log-loss −Σ n [ȳ ln p̄ + (1 − ȳ) ln(1 − p̄)] / N, p̄ held to 1e-9 from 0 and 1; of the base rate −ȳ ln ȳ − (1 − ȳ) ln(1 − ȳ)
///
/// The spread within a bin isn't in it, and would add to what the predictions know.
///
/// Checkable: bins (100, Σp 10, 10) and (100, Σp 50, 50): no error, Brier score 0.17 against 0.21.
package struct CalibrationReport: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package var count: Int
    package var predicted: Double
    package var observed: Double
    /// Of the true share, central 90 % of a beta distribution by normal approximation on the counts (Wilson).
    package var observedLow: Double
    package var observedHigh: Double
  }

  package var rows: [Row]
  package var count: Int
  package var baseRate: Double
  package var error: Double
  package var brier: Double
  package var brierOfBaseRate: Double
  package var logLoss: Double
  package var logLossOfBaseRate: Double

  /// Rows shown: neighbouring bins are put together until each holds about a tenth.
  static let mostRows = 10

  /// - Parameter bins: ascending, as `CalibrationTally.table` gives them. Nothing without a prediction that has come due.
  init?(_ bins: [(count: Int, expected: Double, came: Int)]) {
    let filled = bins.filter { $0.count > 0 }
    count = filled.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    let total = Double(count)
    let base = Double(filled.reduce(0) { $0 + $1.came }) / total
    var (error, brier, loss) = (0.0, 0.0, 0.0)
    for bin in filled {
      let n = Double(bin.count)
      let (p, y) = (bin.expected / n, Double(bin.came) / n)
      error += n * abs(p - y)
      brier += n * (p * p * (1 - y) + (1 - p) * (1 - p) * y)
      loss += n * Self.crossEntropy(y, p)
    }
    rows = Self.rows(filled, total: total)
    baseRate = base
    self.error = error / total
    self.brier = brier / total
    brierOfBaseRate = base * (1 - base)
    logLoss = loss / total
    logLossOfBaseRate = Self.crossEntropy(base, base)
  }

  /// A bin goes to the tenth that its middle lies in.
  private static func rows(_ bins: [(count: Int, expected: Double, came: Int)], total: Double) -> [Row] {
    var merged: [Int: (count: Double, expected: Double, came: Double)] = [:]
    var below = 0.0
    for bin in bins {
      let tenth = Int((below + Double(bin.count) / 2) / total * Double(mostRows))
      merged[tenth, default: (0, 0, 0)].count += Double(bin.count)
      merged[tenth, default: (0, 0, 0)].expected += bin.expected
      merged[tenth, default: (0, 0, 0)].came += Double(bin.came)
      below += Double(bin.count)
    }
    return merged.sorted { $0.key < $1.key }.map { _, row in
      let (low, high) = wilson(row.came / row.count, row.count)
      return Row(
        count: Int(row.count), predicted: row.expected / row.count, observed: row.came / row.count, observedLow: low,
        observedHigh: high)
    }
  }

  private static func crossEntropy(_ share: Double, _ probability: Double) -> Double {
    let p = min(max(probability, 1e-9), 1 - 1e-9)
    return -(share * logarithm(p) + (1 - share) * logarithmOfOnePlus(-p))
  }

  /// Wilson's interval of a share: 0 of 10 gives 0 to 0.213 at 90 %.
  private static func wilson(_ share: Double, _ count: Double) -> (low: Double, high: Double) {
    let square = 1.644_854 * 1.644_854 / count
    let centre = (share + square / 2) / (1 + square)
    let half = (square * share * (1 - share) + square * square / 4).squareRoot() / (1 + square)
    return (max(0, centre - half), min(1, centre + half))
  }
}
