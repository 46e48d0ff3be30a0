import Vocabulary

extension ModeModel {
  /// Before any evidence: the weak prior rate, and what the profile knows.
  static func unlearned(_ knowledge: ModeKnowledge) -> PredictiveHazard {
    let bucketsPerDay = 24 / Double(knowledge.mode.bucket.hours)
    var shifts: [Suspect: PredictiveHazard.Shift] = [:]
    for (suspect, defect) in knowledge.known { shifts[suspect] = shift(defect) }
    return PredictiveHazard(
      terms: [], coefficients: [], covariance: [], shifts: shifts, rates: RecentRates(bucketsPerDay: bucketsPerDay),
      factorMeans: knowledge.mode.factors.prefix(FactorBins.most).map { _ in 1 })
  }

  static func hazard(
    _ fit: HierarchicalFit, window: [BucketRows], lexicon: Lexicon, knowledge: ModeKnowledge, past: PastTotals,
    bucketsPerDay: Double
  ) -> PredictiveHazard {
    let factorCount = min(knowledge.mode.factors.count, FactorBins.most)
    let effects = RowEffects(fit, lexicon: lexicon, factorCount: factorCount)
    let rates = RecentRates(
      buckets: window, effects: effects, lexicon: lexicon, past: past, bucketsPerDay: bucketsPerDay)
    let exposures = Exposures(window, lexicon: lexicon, factorCount: factorCount)
    var coefficients: [Suspect: Double] = [:]
    var factors: [Int: Double] = [:]
    for (term, value) in zip(fit.terms, fit.coefficients) {
      switch term {
      case .suspect(let suspect): coefficients[suspect] = value
      case .factor(let factor, let bin): factors[Int(factor) * 16 + Int(bin)] = value
      case .age: break
      }
    }
    var shifts = inheritance(
      coefficients, exposures: exposures, rate: rates.product.mean, lexicon: lexicon, knowledge: knowledge)
    for (suspect, defect) in knowledge.known
    where coefficients[suspect] == nil && !exposures.hasAny(suspect, lexicon: lexicon) {
      shifts[suspect] = shift(defect)
    }
    let size = fit.terms.count
    var covariance: [Float] = []
    covariance.reserveCapacity(size * (size + 1) / 2)
    for row in 0..<size {
      for column in 0...row { covariance.append(Float(fit.covariance[row * size + column])) }
    }
    return PredictiveHazard(
      terms: fit.terms, coefficients: fit.coefficients, covariance: covariance, shifts: shifts, rates: rates,
      factorMeans: (0..<factorCount).map { exposures.factorMean($0, coefficients: factors) })
  }

  private static func shift(_ defect: FirmwareProfile.KnownDefect) -> PredictiveHazard.Shift {
    PredictiveHazard.Shift(
      mean: ModeKnowledge.priorMean(defect), variance: ModeKnowledge.priorScale * ModeKnowledge.priorScale)
  }

  /// A new firmware starts at half its parent's coefficient: the nearest earlier version with exposure. With E onsets
  /// expected of it so far the inheritance weighs 3 / (3 + E): after 3 it counts half. A release that is said to fix the
  /// mode inherits nothing.
  private static func inheritance(
    _ coefficients: [Suspect: Double], exposures: Exposures, rate: Double, lexicon: Lexicon, knowledge: ModeKnowledge
  ) -> [Suspect: PredictiveHazard.Shift] {
    var shifts: [Suspect: PredictiveHazard.Shift] = [:]
    let seen = lexicon.firmwares.keys.filter { exposures.ofFirmware[$0, default: 0] > 0 }
    var parents: [(version: FirmwareVersion, symbol: Symbol)] = []
    for symbol in seen {
      let version = FirmwareVersion(symbol.text)
      if version.isNumbered { parents.append((version, symbol)) }
    }
    parents.sort {
      if $0.version < $1.version { return true }
      return !($1.version < $0.version) && $0.symbol < $1.symbol
    }
    guard parents.contains(where: { abs(coefficients[Suspect(firmware: $0.symbol)] ?? 0) > 0.02 }) else { return [:] }
    for firmware in Set(seen).union(knowledge.releases) where !knowledge.fixingReleases.contains(firmware) {
      let version = FirmwareVersion(firmware.text)
      guard version.isNumbered, let parent = parents.last(where: { $0.version < version }),
        let inherited = coefficients[Suspect(firmware: parent.symbol)]
      else { continue }
      let expected = exposures.ofFirmware[firmware, default: 0] * rate
      let mean = inherited / 2 * 3 / (3 + expected)
      if abs(mean) > 0.001 {
        shifts[Suspect(firmware: firmware)] = PredictiveHazard.Shift(mean: mean, variance: mean * mean)
      }
    }
    return shifts
  }
}

/// Devices at risk over the window, by what predictions need.
private struct Exposures {
  private(set) var ofFirmware: [Symbol: Double] = [:]
  private let window: [BucketRows]
  private var ofFactorBin = [Double](repeating: 0, count: FactorBins.most * 16)

  init(_ window: [BucketRows], lexicon: Lexicon, factorCount: Int) {
    self.window = window
    var firmwares = [Double](repeating: 0, count: lexicon.firmwares.keys.count)
    for bucket in window {
      for row in bucket.rows {
        firmwares[Int(row.firmware)] += row.atRisk
        for factor in 0..<factorCount { ofFactorBin[factor * 16 + Int(row.factors[factor])] += row.atRisk }
      }
    }
    for (number, exposure) in firmwares.enumerated() { ofFirmware[lexicon.firmwares.keys[number]] = exposure }
  }

  func hasAny(_ suspect: Suspect, lexicon: Lexicon) -> Bool {
    let batches = lexicon.batches.keys.map { suspect.batch == nil || suspect.batch == $0 }
    let firmwares = lexicon.firmwares.keys.map { suspect.firmware == nil || suspect.firmware == $0 }
    return window.contains { bucket in
      bucket.rows.contains { batches[Int($0.batch)] && firmwares[Int($0.firmware)] }
    }
  }

  /// Mean of exp(coefficient) over the window's exposure; 1 without any.
  func factorMean(_ factor: Int, coefficients: [Int: Double]) -> Double {
    var sum = 0.0
    var total = 0.0
    for index in factor * 16..<(factor + 1) * 16 where ofFactorBin[index] > 0 {
      sum += ofFactorBin[index] * exponential(coefficients[index] ?? 0)
      total += ofFactorBin[index]
    }
    return total > 0 ? sum / total : 1
  }
}
