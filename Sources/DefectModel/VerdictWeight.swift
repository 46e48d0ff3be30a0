package import Vocabulary

/// What verdicts on a cohort's suspects say of its finding.
///
/// Rates can show that a symptom is more frequent, not that it is this fault. With c suspects found faulty and n found sound,
/// a real defect has a share of true faults from Beta(4(1 − f), 4f), f the no-fault-found share that the profile expects
/// (0.3), and a false one from Beta(1, 9); the Bayes factor B = BB(c, n | real) / BB(c, n | false) is a ratio of Beta-binomial
/// likelihoods. With q what rates say of the finding,
///
///     1 / odds = 1 / (odds(q) · B) + max(0, 1/B − 1) / 19
///
/// The second part is the doubt that rates can't answer, one in twenty beforehand, which weighs nothing until someone looked.
///
/// Checkable with f = 0.3: n = 5, c = 0: B = 0.02746 / 0.6429 = 0.0427, and however certain the rates are P ≤ 0.459; n = 4:
/// P ≤ 0.552; c = 2, n = 0: B = 0.532 / 0.01818 = 29.3, and q = 0.95 becomes 0.998.
package enum VerdictWeight {
  static let strength = 4.0
  static let falseShare = (faults: 1.0, sound: 9.0)
  static let doubtOdds = 19.0

  package static func bayesFactor(faults: Int, cleared: Int, noFaultFound: Double) -> Double {
    let share = min(max(noFaultFound, 0.01), 0.99)
    return exponential(
      min(
        max(
          logLikelihood(faults, cleared, strength * (1 - share), strength * share)
            - logLikelihood(faults, cleared, falseShare.faults, falseShare.sound), -300), 300))
  }

  /// ln of the Beta-binomial likelihood of one order of c and n: B(a + c, b + n) / B(a, b).
  private static func logLikelihood(_ faults: Int, _ cleared: Int, _ a: Double, _ b: Double) -> Double {
    let (c, n) = (Double(faults), Double(cleared))
    return logGamma(a + c) + logGamma(b + n) - logGamma(a + b + c + n)
      - (logGamma(a) + logGamma(b) - logGamma(a + b))
  }

  package static func probability(byRates: Double, faults: Int, cleared: Int, noFaultFound: Double) -> Double {
    guard faults + cleared > 0, byRates > 0 else { return byRates }
    let factor = bayesFactor(faults: faults, cleared: cleared, noFaultFound: noFaultFound)
    let against = (1 - byRates) / (byRates * factor) + max(0, 1 / factor - 1) / doubtOdds
    return 1 / (1 + against)
  }
}

extension ModeBelief {
  /// With the verdicts of each cohort's suspects in it: its probability, and whether its posterior gate is open.
  package func weighed(_ tallies: VerdictTallies, noFaultFound: Double) -> ModeBelief {
    var belief = self
    for index in belief.cohorts.indices {
      let cohort = belief.cohorts[index]
      let tally = tallies.tally(of: mode, in: cohort.cohort)
      guard tally.examined > 0 else { continue }
      let probability = VerdictWeight.probability(
        byRates: cohort.probability, faults: tally.faults, cleared: tally.cleared, noFaultFound: noFaultFound)
      belief.cohorts[index].verdicts = .init(tally: tally, probabilityByRates: cohort.probability)
      belief.cohorts[index].probability = probability
      // For or against: verdicts close a gate that rates had opened, or make up for what rates lacked in certainty. A gate that
      // is closed for another reason (an interaction's, a neighbour that disagrees) stays closed.
      let isMain = cohort.cohort.cause == .batch || cohort.cohort.cause == .firmware
      let lackedOnlyCertainty = isMain && (0.9..<CohortJudge.certainty).contains(cohort.probability)
      belief.cohorts[index].isPosteriorGateOpen =
        probability >= CohortJudge.certainty && (cohort.isPosteriorGateOpen || lackedOnlyCertainty)
    }
    return belief
  }
}

extension Double {
  /// A probability whose odds are multiplied: 0.3 times 18 is 0.885.
  func timesOdds(_ factor: Double) -> Double {
    guard factor != 1, self > 0, self < 1 else { return self }
    return self * factor / (1 - self + self * factor)
  }
}

extension VerdictTally {
  /// The share of suspects that were found sound, with the central 90 % of Jeffreys' posterior, Beta(n + ½, c + ½): 3 of 10
  /// make 0.3 [0.117–0.558]; without suspects nothing is known.
  package var noFaultFoundRate: Interval? {
    guard examined > 0 else { return nil }
    let (a, b) = (Double(cleared) + 0.5, Double(faults) + 0.5)
    return Interval(
      mean: Double(cleared) / Double(examined),
      low: cleared == 0 ? 0 : BetaDistribution.quantile(0.05, a, b),
      high: faults == 0 ? 1 : BetaDistribution.quantile(0.95, a, b))
  }
}
