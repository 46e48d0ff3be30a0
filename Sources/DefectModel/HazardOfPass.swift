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

  /// What a fit of a window says of hazards.
  static func hazard(
    _ fit: HierarchicalFit, window: CellWindow, knowledge: ModeKnowledge, past: PastTotals, bucketsPerDay: Double
  ) -> PredictiveHazard {
    hazard(
      FinalState.Coefficients(terms: fit.terms, values: fit.coefficients), covariance: fit.lowerCovariance,
      window: window, knowledge: knowledge, past: past, bucketsPerDay: bucketsPerDay)
  }

  /// - Parameter covariance: may be left out where nobody will ask for an interval.
  static func hazard(
    _ fit: FinalState.Coefficients, covariance: [Float] = [], window: CellWindow, knowledge: ModeKnowledge,
    past: PastTotals, bucketsPerDay: Double
  ) -> PredictiveHazard {
    let lexicon = window.lexicon
    let effects = ProfileEffects(
      terms: fit.terms, coefficients: fit.values, lexicon: lexicon, factorCount: window.factorCount)
    let sums = WindowSums(window, effects: effects)
    let rates = RecentRates(sums, lexicon: lexicon, past: past, bucketsPerDay: bucketsPerDay)
    let exposures = Exposures(sums, lexicon: lexicon, factorCount: window.factorCount)
    var coefficients: [Suspect: Double] = [:]
    var factors: [Int: Double] = [:]
    for (term, value) in zip(fit.terms, fit.values) {
      switch term {
      case .suspect(let suspect): coefficients[suspect] = value
      case .factor(let factor, let bin): factors[Int(factor) * 16 + Int(bin)] = value
      case .age: break
      }
    }
    var shifts = inheritance(
      coefficients, exposures: exposures, rate: rates.product.mean, lexicon: lexicon, knowledge: knowledge)
    for (suspect, defect) in knowledge.known
    where coefficients[suspect] == nil && !exposures.hasAny(suspect) {
      shifts[suspect] = shift(defect)
    }
    return PredictiveHazard(
      terms: fit.terms, coefficients: fit.values, covariance: covariance, shifts: shifts, rates: rates,
      factorMeans: (0..<window.factorCount).map { exposures.factorMean($0, coefficients: factors) })
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
    let seen = Array(lexicon.firmwares.keys.filter { exposures.ofFirmware[$0, default: 0] > 0 })
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
  private let ofProfile: ContiguousArray<Int64>
  private let profiles: ContiguousArray<CellProfile>
  private var ofFactorBin = [Double](repeating: 0, count: FactorBins.most * 16)

  init(_ sums: WindowSums, lexicon: Lexicon, factorCount: Int) {
    ofProfile = sums.ofProfile
    profiles = lexicon.profiles
    var firmwares = [Double](repeating: 0, count: lexicon.firmwares.count)
    for (profile, atRisk) in zip(profiles, ofProfile) where atRisk > 0 {
      firmwares[Int(profile.firmware)] += Double(atRisk)
      for factor in 0..<factorCount { ofFactorBin[factor * 16 + Int(profile.factors[factor])] += Double(atRisk) }
    }
    for (number, exposure) in firmwares.enumerated() { ofFirmware[lexicon.firmwares.keys[number]] = exposure }
  }

  func hasAny(_ suspect: Suspect) -> Bool {
    zip(profiles, ofProfile).contains { profile, atRisk in
      atRisk > 0 && suspect.includesInAnyWeather(profile.batchWord, profile.firmwareWord)
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

extension Suspect {
  fileprivate func includesInAnyWeather(_ batch: Symbol, _ firmware: Symbol) -> Bool {
    (self.batch == nil || self.batch == batch) && (self.firmware == nil || self.firmware == firmware)
  }
}

extension HierarchicalFit {
  /// Row by row, in single precision: it only makes intervals.
  fileprivate var lowerCovariance: [Float] {
    let size = terms.count
    var lower: [Float] = []
    lower.reserveCapacity(size * (size + 1) / 2)
    for row in 0..<size {
      for column in 0...row { lower.append(Float(covariance[row * size + column])) }
    }
    return lower
  }
}
