import Vocabulary

/// The hierarchical Poisson regression with profiled strata.
///
/// Row c of stratum-bucket s expects μ_c = r_s n_c exp(η_c), η_c = Σ_k x_ck β_k, r_s = d_s / Σ n exp(η): conditioning on the
/// stratum's total removes outages, weather's main effect, day effects and drift, so they can't be blamed on a cohort
/// (Armstrong, BMC Med Res Methodol 14:122, 2014; Poisson with a log-exposure offset for hazards: Holford 1980, Laird &
/// Olivier 1981).
/// - gradient: Σ (d − μ) x / φ − q (β − m)
/// - Hessian, profiled over strata: [X'WX − Σ_s v_s v_s'/d_s] / φ + diag(q), v_s = Σ_c μ_c x_c
/// - prior: Student-t with one degree of freedom, mean m and scale s, by EM: q = 2 / ((β − m)² + Σ_kk + s²). A true defect
///   is hardly shrunk, the rest go to about 0. A cohort's coefficient below its prior mean has four times the precision (a
///   lighter tail): with strata profiled out only differences are seen, and of "this one is worse" and "all others are
///   better" the former is the defect.
///   The n coefficients of risk factors have one such prior together (multivariate t, scale 1): q = (n + 1) / (Σ (β² + Σ_kk)
///   + 1) for each. Alone, the heavy tail would give the effect of three collinear factors to one of them, and a device that
///   shows that one only would be taken for failing.
/// - φ: Fletcher's estimate (Biometrika 99:230, 2012), the Pearson one divided by the mean of d/μ: with cells that expect
///   0.01 onsets the Pearson estimate alone is at the mercy of one of them.
///
/// Started at the prior means with a fixed number of steps: the posterior can have several modes, and the one that is
/// found must not depend on the passes before.
///
/// Checkable: one stratum, two rows of equal exposure with 30 and 10 onsets, one term on the first with a very wide prior:
/// β = ln 3 = 1.0986, variance 1/30 + 1/10 = 0.1333.
struct HierarchicalFit: Sendable {
  let terms: [Term]
  let coefficients: ContiguousArray<Double>
  /// Full, row-major.
  let covariance: ContiguousArray<Double>
  let overdispersion: Double
  /// ln of likelihood times prior at the mode, plus ½ ln det of the covariance (Laplace): to choose between modes.
  let logPosterior: Double

  /// Newton steps with φ = 1, then with φ as estimated.
  static let firstSteps = 16
  static let secondSteps = 8

  /// A fit that knows nothing.
  static let empty = HierarchicalFit(terms: [], coefficients: [], covariance: [], overdispersion: 1, logPosterior: 0)

  private init(
    terms: [Term], coefficients: ContiguousArray<Double>, covariance: ContiguousArray<Double>, overdispersion: Double,
    logPosterior: Double
  ) {
    self.terms = terms
    self.coefficients = coefficients
    self.covariance = covariance
    self.overdispersion = overdispersion
    self.logPosterior = logPosterior
  }

  /// - Parameters:
  ///   - priors: mean and scale for terms whose prior isn't the usual one.
  ///   - leading: a term that is nearly free in the first step.
  init(
    _ problem: FitProblem, priors: [Term: (mean: Double, scale: Double)] = [:], leading: Term? = nil
  ) {
    guard var newton = Self.converged(problem, priors: priors, leading: leading) else {
      self = .empty
      return
    }
    let (covariance, logDeterminant) = newton.covariance()
    self.init(
      terms: problem.terms, coefficients: newton.coefficients, covariance: covariance,
      overdispersion: newton.overdispersion, logPosterior: newton.logJoint() + 0.5 * logDeterminant)
  }

  /// The same without intervals.
  static func coefficients(
    _ problem: FitProblem, priors: [Term: (mean: Double, scale: Double)] = [:]
  ) -> FinalState.Coefficients {
    guard let newton = converged(problem, priors: priors, leading: nil) else { return FinalState.Coefficients() }
    return FinalState.Coefficients(terms: problem.terms, values: newton.coefficients)
  }

  private static func converged(
    _ problem: FitProblem, priors: [Term: (mean: Double, scale: Double)], leading: Term?
  ) -> NewtonSteps? {
    guard !problem.terms.isEmpty, !problem.groups.isEmpty else { return nil }
    var newton = NewtonSteps(problem, priors: priors, leading: leading)
    newton.run(steps: firstSteps)
    let overdispersion = newton.estimateOverdispersion()
    if overdispersion > 1.05 {
      newton.overdispersion = overdispersion
      newton.run(steps: secondSteps)
    }
    return newton
  }

  /// Mean and variance of the sum of some coefficients.
  func sum(of numbers: [Int]) -> (mean: Double, variance: Double) {
    var mean = 0.0
    var variance = 0.0
    for first in numbers {
      mean += coefficients[first]
      for second in numbers { variance += covariance[first * terms.count + second] }
    }
    return (mean, max(variance, 0))
  }

  /// P(sum of coefficients > threshold), normal about the mode.
  func probability(_ numbers: [Int], above threshold: Double) -> Double {
    guard !numbers.isEmpty else { return 0 }
    let (mean, variance) = sum(of: numbers)
    return normalDistribution((mean - threshold) / max(variance, 1e-12).squareRoot())
  }
}
