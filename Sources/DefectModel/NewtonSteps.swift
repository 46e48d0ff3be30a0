/// The iteration behind a fit.
///
/// What depends on the coefficients is worked out once a profile; a step then goes over the rows twice, once for each
/// stratum-bucket's Σ n exp(η) and once for the gradient. The information needs each one's v_s, several times as much: it is
/// worked out anew where a coefficient has moved by more than `drift` since, and before the steps may end. X'WX is a sum over
/// profiles. The order of every sum is that of the rows, groups and words: nothing depends on the numbering.
struct NewtonSteps {
  /// An information so far off takes steps a tenth too long or too short; the gradient puts that right with the next.
  private static let drift = 0.1
  /// Steps end when no coefficient moves by more: a hundredth of the smallest prior scale.
  private static let tolerance = 4e-4

  private let problem: FitProblem
  private let size: Int
  /// Of a row of the information.
  private let width: Int
  private(set) var coefficients: ContiguousArray<Double>
  var overdispersion = 1.0
  private let means: ContiguousArray<Double>
  private let scales: ContiguousArray<Double>
  private let isCohort: [Bool]
  private var precisions: ContiguousArray<Double>
  /// Of a risk factor: all of them share one precision.
  private let isFactor: [Bool]
  private let factorCount: Double

  // At the present coefficients: exp(η) by profile, Σ n exp(η) by group, and the likelihood's logarithm.
  private var ratios: ContiguousArray<Double>
  private var totals: ContiguousArray<Double>
  private var logLikelihood = 0.0
  /// Whether the gradient is that of the present coefficients.
  private var isEvaluated = false
  /// Of which coefficients the information is; empty: of none yet.
  private var informed: ContiguousArray<Double> = []

  private let onsets: Onsets
  private var gradient: ContiguousArray<Double>
  private var information: ContiguousArray<Double>

  /// What stays the same in all steps.
  private struct Onsets {
    /// By term, and by profile where there are any.
    var ofTerm: ContiguousArray<Double>
    var ofProfile: [(profile: Int, onsets: Double)] = []

    init(_ problem: FitProblem) {
      ofTerm = ContiguousArray(repeating: 0, count: problem.terms.count + problem.slotCount)
      var sums = ContiguousArray(repeating: 0.0, count: problem.slots.count / max(problem.slotCount, 1))
      guard problem.slotCount > 0 else { return }
      for (row, onsets) in problem.onsetRows { sums[Int(problem.profiles[row])] += onsets }
      for profile in problem.used where sums[Int(profile)] > 0 {
        ofProfile.append((Int(profile), sums[Int(profile)]))
        for slot in problem.slots[Int(profile) * problem.slotCount..<(Int(profile) + 1) * problem.slotCount] {
          ofTerm[Int(slot)] += sums[Int(profile)]
        }
      }
    }
  }

  init(_ problem: FitProblem, priors: [Term: (mean: Double, scale: Double)], leading: Term?) {
    self.problem = problem
    size = problem.terms.count
    width = Cholesky.width(of: problem.terms.count)
    means = ContiguousArray(problem.terms.map { priors[$0]?.mean ?? 0 })
    scales = ContiguousArray(problem.terms.map { priors[$0]?.scale ?? $0.priorScale })
    isCohort = problem.terms.map { if case .suspect = $0 { true } else { false } }
    coefficients = means
    isFactor = problem.terms.map { if case .factor = $0 { true } else { false } }
    factorCount = Double(isFactor.count { $0 })
    precisions = ContiguousArray(zip(scales, isFactor).map { ($1 ? 1 : 2) / ($0 * $0) })
    if let leading, let number = problem.terms.firstIndex(of: leading) { precisions[number] = 1 }
    onsets = Onsets(problem)
    ratios = ContiguousArray(repeating: 1, count: problem.slots.count / max(problem.slotCount, 1))
    totals = ContiguousArray(repeating: 0, count: problem.groups.count)
    gradient = ContiguousArray(repeating: 0, count: size + problem.slotCount)
    information = ContiguousArray(repeating: 0, count: size * width)
    move(to: coefficients)
  }

  mutating func run(steps: Int) {
    var allowed = Self.drift
    for _ in 0..<steps {
      evaluate(informationWithin: allowed)
      let isExact = informed == coefficients
      guard let factor = factorised() else { return }
      let step = factor.solve(penalisedGradient())
      let largest = step.reduce(0) { max($0, abs($1)) }
      guard largest.isFinite else { return }
      take(step, scale: min(1, 2 / max(largest, 1e-300)))
      let variances = factor.inverseDiagonal
      var squares = 0.0
      for k in 0..<size {
        let distance = coefficients[k] - means[k]
        if isFactor[k] {
          squares += (distance * distance + variances[k]) / (scales[k] * scales[k])
          continue
        }
        let weight = distance < 0 && isCohort[k] ? 8.0 : 2.0
        precisions[k] = weight / (distance * distance + variances[k] + scales[k] * scales[k])
      }
      for k in 0..<size where isFactor[k] {
        precisions[k] = (factorCount + 1) / (squares + 1) / (scales[k] * scales[k])
      }
      guard largest < Self.tolerance else { continue }
      if isExact { return }
      allowed = 0
    }
  }

  /// Halves the step until the penalised likelihood, concave for given precisions, doesn't fall.
  private mutating func take(_ step: ContiguousArray<Double>, scale: Double) {
    let start = coefficients
    let before = penalisedLikelihood
    var scale = scale
    for _ in 0..<8 {
      var next = start
      for k in 0..<size { next[k] += scale * step[k] }
      move(to: next)
      let after = penalisedLikelihood
      if after.isFinite, after >= before - 1e-9 * abs(before) { return }
      scale /= 2
    }
    move(to: start)
  }

  /// The inverse of the penalised information, and ln of its determinant.
  mutating func covariance() -> (matrix: ContiguousArray<Double>, logDeterminant: Double) {
    evaluate(informationWithin: 0)
    if let factor = factorised() { return (factor.inverse, -factor.logDeterminant) }
    var prior = ContiguousArray(repeating: 0.0, count: size * size)
    for k in 0..<size { prior[k * size + k] = 1 / precisions[k] }
    return (prior, 0)
  }

  /// The likelihood and the Student-t priors, without constants.
  func logJoint() -> Double {
    var sum = penalisedLikelihood
    var squares = 0.0
    for k in 0..<size {
      let distance = coefficients[k] - means[k]
      sum += 0.5 * precisions[k] * distance * distance
      if isFactor[k] {
        squares += distance * distance / (scales[k] * scales[k])
        continue
      }
      let weight = distance < 0 && isCohort[k] ? 4.0 : 1.0
      sum -= weight * logarithmOfOnePlus(distance * distance / (scales[k] * scales[k]))
    }
    return sum - 0.5 * (factorCount + 1) * logarithmOfOnePlus(squares)
  }

  private func factorised() -> Cholesky? {
    var matrix = information
    if overdispersion != 1 { for index in matrix.indices { matrix[index] /= overdispersion } }
    for k in 0..<size { matrix[k * width + k] += precisions[k] }
    return Cholesky(rows: matrix, size: size)
  }

  private func penalisedGradient() -> ContiguousArray<Double> {
    ContiguousArray(
      (0..<size).map { k in gradient[k] / overdispersion - precisions[k] * (coefficients[k] - means[k]) })
  }

  /// Σ_s [Σ_c d_c η_c − d_s ln Σ_c n_c exp(η_c)] / φ − ½ Σ q (β − m)².
  private var penalisedLikelihood: Double {
    var sum = logLikelihood / overdispersion
    for k in 0..<size { sum -= 0.5 * precisions[k] * (coefficients[k] - means[k]) * (coefficients[k] - means[k]) }
    return sum
  }

  // MARK: Over profiles and rows

  private mutating func move(to beta: ContiguousArray<Double>) {
    coefficients = beta
    isEvaluated = false
    let padded = beta + ContiguousArray(repeating: 0, count: problem.slotCount)
    let slotCount = problem.slotCount
    func eta(_ profile: Int) -> Double {
      var sum = 0.0
      for slot in profile * slotCount..<(profile + 1) * slotCount { sum += padded[Int(problem.slots[slot])] }
      return sum
    }
    for profile in problem.used { ratios[Int(profile)] = exponential(eta(Int(profile))) }
    var sum = 0.0
    for (profile, onsets) in onsets.ofProfile { sum += onsets * eta(profile) }
    problem.withRows { profiles, exposure in
      ratios.withUnsafeBufferPointer { ratios in
        for (number, group) in problem.groups.enumerated() {
          // Two sums side by side: an addition takes four cycles, and one alone would wait for each.
          var even = 0.0
          var odd = 0.0
          var row = group.rows.lowerBound
          while row &+ 1 < group.rows.upperBound {
            even += Double(exposure[row]) * ratios[Int(profiles[row])]
            odd += Double(exposure[row &+ 1]) * ratios[Int(profiles[row &+ 1])]
            row &+= 2
          }
          if row < group.rows.upperBound { even += Double(exposure[row]) * ratios[Int(profiles[row])] }
          totals[number] = even + odd
          sum -= group.onsets * logarithm(even + odd)
        }
      }
    }
    logLikelihood = sum
  }

  /// The likelihood's gradient at the present coefficients, and its profiled information at these or at others, of which none
  /// is farther from its present one than `limit`.
  private mutating func evaluate(informationWithin limit: Double) {
    let isInformed = informed.count == size && zip(informed, coefficients).allSatisfy { abs($0 - $1) <= limit }
    if isInformed, isEvaluated { return }
    let weights = weightsOfProfiles()
    if !isInformed { workOutInformation(weights) }
    gradient = onsets.ofTerm
    let slotCount = problem.slotCount
    problem.slots.withUnsafeBufferPointer { slots in
      gradient.withUnsafeMutableBufferPointer { gradient in
        for number in problem.used {
          let weight = weights[Int(number)] * ratios[Int(number)]
          let start = Int(number) * slotCount
          for slot in start..<start + slotCount { gradient[Int(slots[slot])] -= weight }
        }
      }
    }
    isEvaluated = true
  }

  /// Σ_s r_s n of each profile.
  private func weightsOfProfiles() -> ContiguousArray<Double> {
    var weights = ContiguousArray(repeating: 0.0, count: ratios.count)
    problem.withRows { profiles, exposure in
      weights.withUnsafeMutableBufferPointer { weights in
        for (number, group) in problem.groups.enumerated() {
          let rate = group.onsets / totals[number]
          var row = group.rows.lowerBound
          while row < group.rows.upperBound {
            weights[Int(profiles[row])] += rate * Double(exposure[row])
            row &+= 1
          }
        }
      }
    }
    return weights
  }

  /// X'WX − Σ_s v_s v_s'/d_s at the present coefficients.
  private mutating func workOutInformation(_ weights: ContiguousArray<Double>) {
    informed = coefficients
    for k in information.indices { information[k] = 0 }
    subtractStrata()
    let size = size
    let width = width
    let slotCount = problem.slotCount
    problem.slots.withUnsafeBufferPointer { slots in
      information.withUnsafeMutableBufferPointer { information in
        for number in problem.used {
          let weight = weights[Int(number)] * ratios[Int(number)]
          let start = Int(number) * slotCount
          for first in start..<start + slotCount {
            let k = Int(slots[first])
            guard k < size else { break }
            for second in start...first {
              let other = Int(slots[second])
              information[max(k, other) * width + min(k, other)] += weight
            }
          }
        }
      }
    }
  }

  /// Σ_s v_s v_s'/d_s, taken off the information.
  ///
  /// With u = v / r the sum is Σ_s (r²/d) u u': eight strata-buckets at a time, so that the matrix is gone over an eighth as
  /// often.
  private mutating func subtractStrata() {
    let slotCount = problem.slotCount
    let block = StrataBlock(size: size, width: width, slotCount: slotCount)
    var sums = ContiguousArray(repeating: 0.0, count: StrataBlock.depth * block.width)
    var parts = ContiguousArray(repeating: 0.0, count: StrataBlock.lanes * block.width)
    var scales = SIMD8<Double>()
    var filled = 0
    problem.withRows { profiles, exposure in
      problem.slots.withUnsafeBufferPointer { slots in
        ratios.withUnsafeBufferPointer { ratios in
          information.withUnsafeMutableBufferPointer { information in
            sums.withUnsafeMutableBufferPointer { sums in
              parts.withUnsafeMutableBufferPointer { parts in
                let lanes = parts.baseAddress.unsafelyUnwrapped
                for (number, group) in problem.groups.enumerated() {
                  let rate = group.onsets / totals[number]
                  @inline(__always) func add(_ row: Int, to lane: UnsafeMutablePointer<Double>) {
                    let profile = Int(profiles[row])
                    let weight = Double(exposure[row]) * ratios[profile]
                    var slot = profile &* slotCount
                    let end = slot &+ slotCount
                    while slot < end {
                      lane[Int(slots[slot])] += weight
                      lane[Int(slots[slot &+ 1])] += weight
                      lane[Int(slots[slot &+ 2])] += weight
                      lane[Int(slots[slot &+ 3])] += weight
                      slot &+= 4
                    }
                  }
                  var row = group.rows.lowerBound
                  while row &+ StrataBlock.lanes <= group.rows.upperBound {
                    add(row, to: lanes)
                    add(row &+ 1, to: lanes + block.width)
                    add(row &+ 2, to: lanes + 2 &* block.width)
                    add(row &+ 3, to: lanes + 3 &* block.width)
                    row &+= StrataBlock.lanes
                  }
                  while row < group.rows.upperBound {
                    add(row, to: lanes)
                    row &+= 1
                  }
                  block.gather(parts, into: sums, at: filled)
                  scales[filled] = rate * rate / group.onsets
                  filled += 1
                  if filled == StrataBlock.depth || number == problem.groups.count - 1 {
                    block.subtract(sums, scales, from: information)
                    for index in sums.indices { sums[index] = 0 }
                    scales = SIMD8()
                    filled = 0
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// Fletcher's φ, held to 1…10: with as many degrees of freedom as rows less strata less effective coefficients.
  mutating func estimateOverdispersion() -> Double {
    evaluate(informationWithin: 0)
    guard let factor = factorised() else { return 1 }
    let variances = factor.inverseDiagonal
    var degrees = Double(problem.groups.reduce(0) { $0 + $1.rows.count } - problem.groups.count)
    for k in 0..<size { degrees -= max(0, 1 - precisions[k] * variances[k]) }
    var pearson = 0.0
    var onsetRatios = 0.0
    var rows = 0.0
    var next = 0
    for (number, group) in problem.groups.enumerated() {
      let rate = group.onsets / totals[number]
      for row in group.rows {
        var onsets = 0.0
        if next < problem.onsetRows.count, problem.onsetRows[next].row == row {
          onsets = problem.onsetRows[next].onsets
          next += 1
        }
        let expected = Double(problem.exposure[row]) * ratios[Int(problem.profiles[row])] * rate
        guard expected > 1e-12 else { continue }
        pearson += (onsets - expected) * (onsets - expected) / expected
        onsetRatios += onsets / expected
        rows += 1
      }
    }
    guard degrees >= 10, rows > 0, onsetRatios > 0 else { return 1 }
    let estimate = (pearson / degrees) / (onsetRatios / rows)
    return estimate.isFinite ? min(max(estimate, 1), 10) : 1
  }
}
