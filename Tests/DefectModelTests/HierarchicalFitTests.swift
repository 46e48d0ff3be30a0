import Testing
import Vocabulary

@testable import DefectModel

struct HierarchicalFitTests {
  private typealias Row = (exposure: Double, onsets: Double, terms: [Int32])

  @Test func `two groups of equal exposure with 30 and 10 onsets differ by ln 3`() {
    let problem = FitProblem(terms: [.age(1)], groups: [[(100, 30, [0]), (100, 10, [])]])
    let fit = HierarchicalFit(problem, priors: [.age(1): (mean: 0, scale: 1000)])
    #expect(abs(fit.coefficients[0] - 1.0986) < 1e-3)
    #expect(abs(fit.covariance[0] - 0.1333) < 1e-3)
  }

  @Test func `a stratum of one row, and a table without onsets, say nothing`() {
    let fit = HierarchicalFit(FitProblem(terms: [.age(1)], groups: [[(100, 30, [0])]]))
    #expect(abs(fit.coefficients[0]) < 1e-12)
    #expect(HierarchicalFit(FitProblem(terms: [.age(1)], groups: [])).terms.isEmpty)
  }

  /// The posterior's logarithm with explicit strata rates and Student-t priors, term by term: no profiling, no EM.
  private func logPosterior(_ beta: [Double], groups: [[Row]], scale: Double) -> Double {
    var sum = 0.0
    for group in groups {
      let total = group.reduce(0) { $0 + $1.onsets }
      let weights = group.map { row in row.exposure * exponential(row.terms.reduce(0) { $0 + beta[Int($1)] }) }
      let rate = total / weights.reduce(0, +)
      for (row, weight) in zip(group, weights) { sum += row.onsets * logarithm(rate * weight) - rate * weight }
    }
    for value in beta { sum -= logarithm(1 + value * value / (scale * scale)) }
    return sum
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `the fit is at a maximum of the posterior that a plain coordinate search finds too`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let truth = [1.2, -0.6, 0.4]
    let groups: [[Row]] = (0..<12).map { _ in
      (0..<6).map { index in
        let terms = ([0, 1, 2] as [Int32]).filter { _ in generator.next() % 2 == 0 }
        let mean = 6 * exponential(terms.reduce(0) { $0 + truth[Int($1)] })
        var onsets = 0.0
        for _ in 0..<200 where generator.unit() < mean / 200 { onsets += 1 }
        return (exposure: 100 + Double(index), onsets: onsets, terms: terms)
      }
    }
    let fit = HierarchicalFit(FitProblem(terms: [.age(1), .age(2), .age(3)], groups: groups))
    // The prior's EM has Σ_kk beside β²: it is the mode up to that small widening.
    var beta = Array(fit.coefficients)
    var step = 0.05
    while step > 1e-6 {
      var improved = false
      for k in beta.indices {
        for direction in [step, -step] {
          var trial = beta
          trial[k] += direction
          if logPosterior(trial, groups: groups, scale: 0.5) > logPosterior(beta, groups: groups, scale: 0.5) {
            beta = trial
            improved = true
          }
        }
      }
      if !improved { step /= 2 }
    }
    for k in beta.indices {
      let deviation = fit.covariance[k * 3 + k].squareRoot()
      #expect(abs(beta[k] - fit.coefficients[k]) < 0.2 * deviation + 0.01)
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `the covariance is the inverse of the numerical Hessian of the profiled likelihood`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let groups: [[Row]] = (0..<10).map { _ in
      (0..<4).map { index in
        (exposure: 50, onsets: Double(5 + generator.next() % 12), terms: index == 0 ? [0] : index == 1 ? [1] : [])
      }
    }
    let priors: [Term: (mean: Double, scale: Double)] = [.age(1): (0, 1e3), .age(2): (0, 1e3)]
    let fit = HierarchicalFit(FitProblem(terms: [.age(1), .age(2)], groups: groups), priors: priors)
    let step = 1e-3
    func value(_ first: Double, _ second: Double) -> Double {
      logPosterior([fit.coefficients[0] + first, fit.coefficients[1] + second], groups: groups, scale: 1e6)
    }
    let h00 = (value(step, 0) - 2 * value(0, 0) + value(-step, 0)) / (step * step)
    let h11 = (value(0, step) - 2 * value(0, 0) + value(0, -step)) / (step * step)
    let h01 =
      (value(step, step) - value(step, -step) - value(-step, step) + value(-step, -step)) / (4 * step * step)
    let determinant = h00 * h11 - h01 * h01
    let numerical = [-h11 / determinant, h01 / determinant, h01 / determinant, -h00 / determinant]
    for index in 0..<4 {
      #expect(abs(numerical[index] * fit.overdispersion - fit.covariance[index]) < 0.02 * abs(numerical[0]))
    }
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `a fit of many terms, strata and rows is where plain arithmetic finds no slope, with its curvature`(
    seed: UInt64
  ) {
    var generator = SeededGenerator(seed: seed)
    let count = 13
    let groups: [[Row]] = (0..<21).map { _ in
      (0..<37).map { _ in
        let terms = (0..<Int32(count)).filter { _ in generator.next() % 4 == 0 }
        return (exposure: Double(20 + generator.next() % 80), onsets: Double(generator.next() % 3), terms: terms)
      }
    }
    let terms = (0..<count).map { Term.age(UInt8($0)) }
    var wide: [Term: (mean: Double, scale: Double)] = [:]
    for term in terms { wide[term] = (0, 1e4) }
    let fit = HierarchicalFit(FitProblem(terms: terms, groups: groups), priors: wide)
    var slope = [Double](repeating: 0, count: count)
    var information = [Double](repeating: 0, count: count * count)
    for group in groups {
      let onsets = group.reduce(0) { $0 + $1.onsets }
      let weights = group.map { row in
        row.exposure * exponential(row.terms.reduce(0) { $0 + fit.coefficients[Int($1)] })
      }
      let rate = onsets / weights.reduce(0, +)
      var expected = [Double](repeating: 0, count: count)
      for (row, weight) in zip(group, weights) {
        for first in row.terms {
          slope[Int(first)] += row.onsets - rate * weight
          expected[Int(first)] += rate * weight
          for second in row.terms { information[Int(first) * count + Int(second)] += rate * weight }
        }
      }
      for first in 0..<count {
        for second in 0..<count { information[first * count + second] -= expected[first] * expected[second] / onsets }
      }
    }
    for first in 0..<count {
      // In standard deviations: steps end at 4e-4.
      #expect(abs(slope[first]) * fit.covariance[first * count + first].squareRoot() < 1e-3)
      for second in 0..<count {
        var product = 0.0
        for index in 0..<count {
          product += information[first * count + index] * fit.covariance[index * count + second]
        }
        #expect(abs(product / fit.overdispersion - (first == second ? 1 : 0)) < 1e-4)
      }
    }
  }
}
