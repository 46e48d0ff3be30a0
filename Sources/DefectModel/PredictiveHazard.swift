import Vocabulary

/// What one pass says of a device's hazard: the recent rate of its stratum, times weather, times the fit's effects.
/// A class because each of a million look-ups would otherwise copy its tables' references; it never changes.
final class PredictiveHazard: Sendable {
  /// Added to a suspect's coefficient: what a new firmware inherits, or a known defect that has no data yet.
  struct Shift: Hashable, Sendable {
    var mean: Double
    var variance: Double
  }

  let terms: [Term]
  let coefficients: ContiguousArray<Double>
  /// Lower triangle, row by row, in single precision: it only makes intervals.
  let covariance: [Float]
  let shifts: [Suspect: Shift]
  let rates: RecentRates
  /// Mean of exp(coefficient) over the window's exposure, a factor each.
  let factorMeans: [Double]

  private let batches: [Symbol: Int]
  private let firmwares: [Symbol: Int]
  private let interactions: [Suspect: Int]
  private let ages: [Int]
  private let factors: [Int]
  private let hasInteractions: Bool
  private let hasShifts: Bool

  init(
    terms: [Term], coefficients: ContiguousArray<Double>, covariance: [Float], shifts: [Suspect: Shift],
    rates: RecentRates, factorMeans: [Double]
  ) {
    self.terms = terms
    self.coefficients = coefficients
    self.covariance = covariance
    self.shifts = shifts
    self.rates = rates
    self.factorMeans = factorMeans
    var batches: [Symbol: Int] = [:]
    var firmwares: [Symbol: Int] = [:]
    var interactions: [Suspect: Int] = [:]
    var ages = [Int](repeating: -1, count: 256)
    var factors = [Int](repeating: -1, count: FactorBins.most * 16)
    for (number, term) in terms.enumerated() {
      switch term {
      case .suspect(let suspect) where suspect.isMainEffect:
        if let batch = suspect.batch { batches[batch] = number }
        if let firmware = suspect.firmware { firmwares[firmware] = number }
      case .suspect(let suspect): interactions[suspect] = number
      case .age(let bin): ages[Int(bin)] = number
      case .factor(let factor, let bin): factors[Int(factor) * 16 + Int(bin)] = number
      }
    }
    self.batches = batches
    self.firmwares = firmwares
    self.interactions = interactions
    self.ages = ages
    self.factors = factors
    hasInteractions = !interactions.isEmpty
    hasShifts = !shifts.isEmpty
  }

  /// Expected onsets in one bucket at risk.
  func hazard(_ covariates: Covariates) -> Double {
    let stratum = Stratum(region: covariates.region, carrier: covariates.carrier)
    return rates.rate(of: stratum).mean * rates.weather[Int(covariates.weather.rawValue)]
      * exponential(
        cohortEffect(covariates, isHumid: covariates.weather == .humid) + ageEffect(covariates.age)
          + factorEffects(covariates.factors))
  }

  /// Coefficients of batch, firmware and their interactions.
  func cohortEffect(_ covariates: Covariates, isHumid: Bool) -> Double {
    var sum = 0.0
    if let number = batches[covariates.batch] { sum += coefficients[number] }
    if let number = firmwares[covariates.firmware] { sum += coefficients[number] }
    guard hasInteractions || hasShifts else { return sum }
    forEachInteraction(covariates, isHumid: isHumid) { suspect in
      if let number = interactions[suspect] { sum += coefficients[number] }
      if let shift = shifts[suspect] { sum += shift.mean }
    }
    if hasShifts {
      if let shift = shifts[Suspect(batch: covariates.batch)] { sum += shift.mean }
      if let shift = shifts[Suspect(firmware: covariates.firmware)] { sum += shift.mean }
    }
    return sum
  }

  private func forEachInteraction(_ covariates: Covariates, isHumid: Bool, _ body: (Suspect) -> Void) {
    body(Suspect(batch: covariates.batch, firmware: covariates.firmware))
    guard isHumid else { return }
    body(Suspect(firmware: covariates.firmware, isHumid: true))
    body(Suspect(batch: covariates.batch, isHumid: true))
  }

  func ageEffect(_ age: UInt8) -> Double {
    let number = ages[Int(age)]
    return number >= 0 ? coefficients[number] : 0
  }

  private func factorEffects(_ bins: FactorBins) -> Double {
    var sum = 0.0
    for factor in factorMeans.indices { sum += factorEffect(factor, bins[factor]) }
    return sum
  }

  func factorEffect(_ factor: Int, _ bin: UInt8) -> Double {
    let number = factors[factor * 16 + Int(bin)]
    return number >= 0 ? coefficients[number] : 0
  }

  /// Coefficient and shift of one suspect alone.
  func effect(_ suspect: Suspect) -> Double {
    var sum = shifts[suspect]?.mean ?? 0
    if let number = number(of: suspect) { sum += coefficients[number] }
    return sum
  }

  private func number(of suspect: Suspect) -> Int? {
    guard suspect.isMainEffect else { return interactions[suspect] }
    return suspect.batch.flatMap { batches[$0] } ?? suspect.firmware.flatMap { firmwares[$0] }
  }

  /// Variance of the log hazard: of the coefficients involved (an interaction with humidity as far as it weighs) and of the
  /// stratum's rate.
  func variance(_ covariates: Covariates, humidShare: Double) -> Double {
    var parts: [(number: Int, weight: Double)] = []
    var variance = rates.rate(of: Stratum(region: covariates.region, carrier: covariates.carrier)).variance
    func add(_ suspect: Suspect, weight: Double) {
      if let number = number(of: suspect) { parts.append((number, weight)) }
      if let shift = shifts[suspect] { variance += weight * weight * shift.variance }
    }
    add(Suspect(batch: covariates.batch), weight: 1)
    add(Suspect(firmware: covariates.firmware), weight: 1)
    add(Suspect(batch: covariates.batch, firmware: covariates.firmware), weight: 1)
    if humidShare > 0 {
      add(Suspect(firmware: covariates.firmware, isHumid: true), weight: humidShare)
      add(Suspect(batch: covariates.batch, isHumid: true), weight: humidShare)
    }
    if ages[Int(covariates.age)] >= 0 { parts.append((ages[Int(covariates.age)], 1)) }
    for factor in factorMeans.indices {
      let number = factors[factor * 16 + Int(covariates.factors[factor])]
      if number >= 0 { parts.append((number, 1)) }
    }
    for first in parts {
      for second in parts {
        let row = max(first.number, second.number)
        let column = min(first.number, second.number)
        variance += first.weight * second.weight * Double(covariance[row * (row + 1) / 2 + column])
      }
    }
    return max(variance, 0)
  }
}
