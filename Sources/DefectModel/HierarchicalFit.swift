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
    guard !problem.terms.isEmpty, !problem.groups.isEmpty else {
      self = .empty
      return
    }
    var newton = Newton(problem, priors: priors, leading: leading)
    newton.run(steps: Self.firstSteps)
    let overdispersion = newton.estimateOverdispersion()
    if overdispersion > 1.05 {
      newton.overdispersion = overdispersion
      newton.run(steps: Self.secondSteps)
    }
    let (covariance, logDeterminant) = newton.covariance()
    self.init(
      terms: problem.terms, coefficients: newton.coefficients, covariance: covariance,
      overdispersion: newton.overdispersion, logPosterior: newton.logJoint() + 0.5 * logDeterminant)
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

/// The iteration behind a fit.
private struct Newton {
  /// Steps end when no coefficient moves by more: a hundredth of the smallest prior scale.
  private static let tolerance = 4e-4

  let problem: FitProblem
  let size: Int
  var coefficients: ContiguousArray<Double>
  var overdispersion = 1.0
  private let means: ContiguousArray<Double>
  private let scales: ContiguousArray<Double>
  private let isCohort: [Bool]
  private var precisions: ContiguousArray<Double>
  private var expected: ContiguousArray<Double>
  private var gradient: ContiguousArray<Double>
  private var information: ContiguousArray<Double>

  init(_ problem: FitProblem, priors: [Term: (mean: Double, scale: Double)], leading: Term?) {
    self.problem = problem
    size = problem.terms.count
    means = ContiguousArray(problem.terms.map { priors[$0]?.mean ?? 0 })
    scales = ContiguousArray(problem.terms.map { priors[$0]?.scale ?? $0.priorScale })
    isCohort = problem.terms.map { if case .suspect = $0 { true } else { false } }
    coefficients = means
    precisions = ContiguousArray(scales.map { 2 / ($0 * $0) })
    if let leading, let number = problem.terms.firstIndex(of: leading) { precisions[number] = 1 }
    expected = ContiguousArray(repeating: 0, count: problem.exposure.count)
    gradient = ContiguousArray(repeating: 0, count: size)
    information = ContiguousArray(repeating: 0, count: size * size)
  }

  mutating func run(steps: Int) {
    for _ in 0..<steps {
      evaluate()
      guard let factor = factorised() else { return }
      let step = factor.solve(penalisedGradient())
      let largest = step.reduce(0) { max($0, abs($1)) }
      guard largest.isFinite else { return }
      take(step, scale: min(1, 2 / max(largest, 1e-300)))
      let variances = factor.inverseDiagonal
      for k in 0..<size {
        let distance = coefficients[k] - means[k]
        let weight = distance < 0 && isCohort[k] ? 8.0 : 2.0
        precisions[k] = weight / (distance * distance + variances[k] + scales[k] * scales[k])
      }
      if largest < Self.tolerance { return }
    }
  }

  /// Halves the step until the penalised likelihood, concave for given precisions, doesn't fall.
  private mutating func take(_ step: ContiguousArray<Double>, scale: Double) {
    let start = coefficients
    let before = penalisedLikelihood(start)
    var scale = scale
    for _ in 0..<8 {
      for k in 0..<size { coefficients[k] = start[k] + scale * step[k] }
      let after = penalisedLikelihood(coefficients)
      if after.isFinite, after >= before - 1e-9 * abs(before) { return }
      scale /= 2
    }
    coefficients = start
  }

  /// The inverse of the penalised information, and ln of its determinant.
  mutating func covariance() -> (matrix: ContiguousArray<Double>, logDeterminant: Double) {
    evaluate()
    if let factor = factorised() { return (factor.inverse, -factor.logDeterminant) }
    var prior = ContiguousArray(repeating: 0.0, count: size * size)
    for k in 0..<size { prior[k * size + k] = 1 / precisions[k] }
    return (prior, 0)
  }

  /// The likelihood and the Student-t priors, without constants.
  func logJoint() -> Double {
    var sum = penalisedLikelihood(coefficients)
    for k in 0..<size {
      let distance = coefficients[k] - means[k]
      let weight = distance < 0 && isCohort[k] ? 4.0 : 1.0
      sum += 0.5 * precisions[k] * distance * distance
      sum -= weight * logarithmOfOnePlus(distance * distance / (scales[k] * scales[k]))
    }
    return sum
  }

  private func factorised() -> Cholesky? {
    var matrix = information
    for index in matrix.indices { matrix[index] /= overdispersion }
    for k in 0..<size { matrix[k * size + k] += precisions[k] }
    return Cholesky(matrix, size: size)
  }

  private func penalisedGradient() -> ContiguousArray<Double> {
    var result = gradient
    for k in 0..<size { result[k] = result[k] / overdispersion - precisions[k] * (coefficients[k] - means[k]) }
    return result
  }

  /// Σ_s [Σ_c d_c η_c − d_s ln Σ_c n_c exp(η_c)] / φ − ½ Σ q (β − m)².
  private func penalisedLikelihood(_ beta: ContiguousArray<Double>) -> Double {
    var sum = 0.0
    beta.withUnsafeBufferPointer { beta in
      problem.withRows { exposure, onsets, starts, terms in
        for group in problem.groups {
          var total = 0.0
          for row in group.rows {
            var eta = 0.0
            for index in starts[row]..<starts[row + 1] { eta += beta[Int(terms[index])] }
            total += exposure[row] * exponential(eta)
            if onsets[row] > 0 { sum += onsets[row] * eta }
          }
          sum -= group.onsets * logarithm(total)
        }
      }
    }
    sum /= overdispersion
    for k in 0..<size { sum -= 0.5 * precisions[k] * (beta[k] - means[k]) * (beta[k] - means[k]) }
    return sum
  }

  /// Expected onsets, the likelihood's gradient and its profiled information at the present coefficients.
  private mutating func evaluate() {
    for k in gradient.indices { gradient[k] = 0 }
    for k in information.indices { information[k] = 0 }
    let size = size
    var ofGroup = ContiguousArray(repeating: 0.0, count: size)
    var active: [Int] = []
    coefficients.withUnsafeBufferPointer { beta in
      expected.withUnsafeMutableBufferPointer { expected in
        gradient.withUnsafeMutableBufferPointer { gradient in
          information.withUnsafeMutableBufferPointer { information in
            problem.withRows { exposure, onsets, starts, terms in
              for group in problem.groups {
                var total = 0.0
                for row in group.rows {
                  var eta = 0.0
                  for index in starts[row]..<starts[row + 1] { eta += beta[Int(terms[index])] }
                  let weight = exposure[row] * exponential(eta)
                  expected[row] = weight
                  total += weight
                }
                let rate = group.onsets / total
                for row in group.rows {
                  let mean = expected[row] * rate
                  expected[row] = mean
                  let start = starts[row]
                  for first in start..<starts[row + 1] {
                    let k = Int(terms[first])
                    gradient[k] += onsets[row] - mean
                    if ofGroup[k] == 0 { active.append(k) }
                    ofGroup[k] += mean
                    for second in start...first {
                      let other = Int(terms[second])
                      information[max(k, other) * size + min(k, other)] += mean
                    }
                  }
                }
                active.sort()
                for (position, k) in active.enumerated() {
                  let share = ofGroup[k] / group.onsets
                  for index in 0...position {
                    information[k * size + active[index]] -= share * ofGroup[active[index]]
                  }
                }
                for k in active { ofGroup[k] = 0 }
                active.removeAll(keepingCapacity: true)
              }
            }
          }
        }
      }
    }
  }

  /// Fletcher's φ, held to 1…10: with as many degrees of freedom as rows less strata less effective coefficients.
  mutating func estimateOverdispersion() -> Double {
    evaluate()
    guard let factor = factorised() else { return 1 }
    let variances = factor.inverseDiagonal
    var degrees = Double(expected.count - problem.groups.count)
    for k in 0..<size { degrees -= max(0, 1 - precisions[k] * variances[k]) }
    var pearson = 0.0
    var ratios = 0.0
    var rows = 0.0
    for row in expected.indices where expected[row] > 1e-12 {
      let difference = problem.onsets[row] - expected[row]
      pearson += difference * difference / expected[row]
      ratios += problem.onsets[row] / expected[row]
      rows += 1
    }
    guard degrees >= 10, rows > 0, ratios > 0 else { return 1 }
    let estimate = (pearson / degrees) / (ratios / rows)
    return estimate.isFinite ? min(max(estimate, 1), 10) : 1
  }
}
