import Vocabulary

/// How the false openings that a year may have are shared out: by kind of suspect beforehand, and within a kind by what can
/// be known before a bucket's onsets fall.
///
/// A detector that watches everyone may restart its processes as often as it likes, as long as all restarts of a kind weigh
/// no more than 1 a bucket together: E Σ_k M_k ≤ (weights put in so far), whatever the weights are made of, if they are set
/// before it is known on whom the onsets fall. So:
/// - a kind has a fixed share of the whole; its line is ln(20 B / share), B buckets a year, however many suspects it has
/// - within a bucket a suspect's restart weighs as much as its share of the kind's expected onsets: cohorts too small
///   to be told anything of cost nothing, and a thousand batches are no harder to watch than ten large ones
/// - batches on a firmware are mostly bad from the first install on, so three quarters of their weight are saved up and given
///   to pairs younger than a fortnight, a seventh of what is saved a day (less while the young are few). At a rate of one
///   release a month a young pair starts some three nats further than by equal weights.
///
/// Checkable: two batches of 3 and 1 expected onsets, share 0.35: weights 3/4 and 1/4, the line ln(20 · 365 / 0.35) = 9.945;
/// from a restart the larger has 9.945 + 0.288 to go. Of 544 equal suspects each would have ln(544 · 365 · 20) = 15.19.
enum AlarmBudget {
  /// A place in the sums of a bucket.
  enum Kind: Int, CaseIterable {
    case batch, firmware, humidFirmware, humidBatch, pair
  }

  /// Sum to 1. Main effects have the half of it: most defects are a batch's or a firmware's.
  static func share(of kind: Kind) -> Double {
    switch kind {
    case .batch: 0.35
    case .firmware: 0.15
    case .pair: 0.35
    case .humidFirmware: 0.1
    case .humidBatch: 0.05
    }
  }

  /// False openings of all suspects of a mode in a year, at most.
  static let aYear = 1.0 / 20

  /// Of pairs: what is saved up for young ones, how long they are young, and how much may be saved, in days of budget.
  private static let saved = 0.75
  private static let youngDays: Int32 = 14
  private static let mostSavedDays = 90.0
  /// Part of the savings that is spent a day, where a tenth of the exposure or more is young.
  private static let spentADay = 1.0 / 7

  /// ln of the evidence that opens the gate of a suspect of the kind.
  static func line(of kind: Kind, bucketsPerDay: Double) -> Double {
    logarithm(365 * bucketsPerDay / aYear / share(of: kind))
  }

  /// One suspect's claim on a bucket's budget.
  struct Claim {
    var kind: Kind
    /// Onsets expected of it in the bucket, had it no effect.
    var expected: Double
    var bornHour: Int32
  }

  /// The weight of each claim's restart, and what is saved from now on.
  /// - Parameter savings: of pairs, in buckets of their budget.
  static func weights(
    of claims: [Claim], startHour: Int32, savings: inout Double, bucketsPerDay: Double
  ) -> [Double] {
    var totals = [Double](repeating: 0, count: Kind.allCases.count)
    var young = 0.0
    func isYoung(_ claim: Claim) -> Bool {
      claim.kind == .pair && Int64(startHour) - Int64(claim.bornHour) < Int64(youngDays) * 24
    }
    for claim in claims {
      totals[claim.kind.rawValue] += claim.expected
      if isYoung(claim) { young += claim.expected }
    }
    let pairs = totals[Kind.pair.rawValue]
    if pairs > 0 { savings = min(savings + saved, saved * mostSavedDays * bucketsPerDay) }
    let spent = young > 0 ? savings * spentADay / bucketsPerDay * min(1, 10 * young / pairs) : 0
    savings -= spent
    return claims.map { claim in
      let total = totals[claim.kind.rawValue]
      guard total > 0, claim.expected > 0 else { return 0 }
      guard claim.kind == .pair else { return claim.expected / total }
      let ordinary = (1 - saved) * claim.expected / total
      return isYoung(claim) ? ordinary + spent * claim.expected / young : ordinary
    }
  }
}

extension Suspect {
  var kind: AlarmBudget.Kind {
    if isPair { return .pair }
    if isHumid { return batch == nil ? .humidFirmware : .humidBatch }
    return batch == nil ? .firmware : .batch
  }
}
