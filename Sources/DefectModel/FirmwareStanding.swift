package import Vocabulary

/// How often a failure mode sets in on one firmware against all others that may be compared with it: what a rollout is
/// judged by. The same matched sets and ratio as `FirmwareComparison`, whose one side is many versions here.
package struct FirmwareStanding: Hashable, Sendable {
  package var mode: ModeKey
  /// On the firmware, among devices that could be compared, and onsets there.
  package var deviceDays: Double
  package var onsets: Int
  /// What its devices would have had at the others' rate.
  package var expectedOnsets: Double
  /// Onsets a device-day of an ordinary device.
  package var baseRate: Double
  /// Of this firmware against the others; `nil`: no devices that differ in nothing else had the one and the other.
  package var ratio: Interval?
  /// P(ratio < 1.15) and P(ratio > 1.3), ln ratio taken as normal with the interval's width. With a mean of 1 and an
  /// interval of 0.8 to 1.25 (standard deviation 0.1357) they are 0.849 and 0.027.
  package var probabilityNormal: Double?
  package var probabilityWorse: Double?
  /// Device-days on this firmware after which a ratio of 1.5 shows with a chance of 90 %, beyond those that there are, if
  /// there are plenty of others to compare with.
  package var missingDeviceDays: Double

  package static let normalBelow = 1.15
  package static let worseAbove = 1.3
}

extension HazardModel {
  /// `nil`: no profile declares the mode. `isComparable`: which other firmware is sound enough to be compared with.
  package func standing(
    _ mode: ModeKey, of firmware: Symbol, against isComparable: (Symbol) -> Bool
  ) -> FirmwareStanding? {
    model(mode).map { FirmwareStanding($0.settled, firmware, isComparable) }
  }
}

extension FirmwareStanding {
  init(_ model: ModeModel, _ firmware: Symbol, _ isComparable: (Symbol) -> Bool) {
    let sets = MatchedSets(model.cells) { other in
      other == firmware ? 2 : isComparable(other) ? 1 : 0
    }
    mode = model.key
    deviceDays = Double(sets.second.atRisk) / model.bucketsPerDay
    onsets = Int(sets.second.onsets)
    let productRate = model.hazard.rates.product.mean
    baseRate = productRate * model.bucketsPerDay
    let controls = Double(sets.first.atRisk)
    let rate = (Double(sets.first.onsets) + 1) / (controls + 1 / max(productRate, 1e-12))
    expectedOnsets = rate * Double(sets.second.atRisk)
    let told = FirmwareComparison.toldRatio
    var overdispersion = 1.0
    if sets.setCount > 0 {
      let estimate = MatchedRatio(sets.informative)
      overdispersion = estimate.overdispersion
      ratio = estimate.ratio
      let deviation = (logarithm(estimate.ratio.high) - logarithm(estimate.ratio.low)) / (2 * 1.644_854)
      func above(_ line: Double) -> Double {
        normalDistribution((logarithm(estimate.ratio.mean) - logarithm(line)) / max(deviation, 1e-9))
      }
      probabilityNormal = 1 - above(Self.normalBelow)
      probabilityWorse = above(Self.worseAbove)
    }
    let held = sets.pairs.reduce(0) { sum, bucket in
      sum + bucket.pairs.reduce(0) { $0 + $1.pair.information(ratio: told) * Double($1.count) }
    }
    let needed = FirmwareComparison.neededInformation * overdispersion / max(rate, 1e-12)
    missingDeviceDays = max(0, needed - held) / told / model.bucketsPerDay
  }
}
