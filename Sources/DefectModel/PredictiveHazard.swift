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

  /// Every term that names a cohort.
  private let numbers: [Suspect: Int]
  private let cohorts: CohortEffects
  private let strata: Numbering<Stratum>
  private let stratumMeans: [Double]
  private let ages: [Int]
  private let ageRatios: [Double]
  private let factors: [Int]
  private let factorRatios: [Double]

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
    var numbers: [Suspect: Int] = [:]
    var effects = shifts.mapValues(\.mean)
    var ages = [Int](repeating: -1, count: 256)
    var factors = [Int](repeating: -1, count: FactorBins.most * 16)
    for (number, term) in terms.enumerated() {
      switch term {
      case .suspect(let suspect):
        numbers[suspect] = number
        effects[suspect, default: 0] += coefficients[number]
      case .age(let bin): ages[Int(bin)] = number
      case .factor(let factor, let bin): factors[Int(factor) * 16 + Int(bin)] = number
      }
    }
    self.numbers = numbers
    cohorts = CohortEffects(effects)
    var strata = Numbering<Stratum>()
    var means: [Double] = []
    for (stratum, rate) in rates.strata {
      _ = strata.number(of: stratum)
      means.append(rate.mean)
    }
    self.strata = strata
    stratumMeans = means
    func ratio(_ number: Int) -> Double { number >= 0 ? exponential(coefficients[number]) : 1 }
    self.ages = ages
    ageRatios = ages.map(ratio)
    self.factors = factors
    factorRatios = factors.map(ratio)
  }

  /// Expected onsets in one bucket at risk.
  func hazard(_ covariates: Covariates) -> Double {
    let stratum = Stratum(region: covariates.region, carrier: covariates.carrier)
    var product =
      (strata.known(stratum).map { stratumMeans[$0] } ?? rates.product.mean)
      * rates.weather[Int(covariates.weather.rawValue)]
      * cohorts.ratio(covariates.batch, covariates.firmware, isHumid: covariates.weather == .humid)
      * ageRatios[Int(covariates.age)]
    for factor in factorMeans.indices { product *= factorRatios[factor * 16 + Int(covariates.factors[factor])] }
    return product
  }

  /// Coefficients of batch, firmware and their interactions.
  func cohortEffect(_ covariates: Covariates, isHumid: Bool) -> Double {
    cohorts.effect(covariates.batch, covariates.firmware, isHumid: isHumid)
  }

  func ageEffect(_ age: UInt8) -> Double {
    let number = ages[Int(age)]
    return number >= 0 ? coefficients[number] : 0
  }

  func factorEffect(_ factor: Int, _ bin: UInt8) -> Double {
    let number = factors[factor * 16 + Int(bin)]
    return number >= 0 ? coefficients[number] : 0
  }

  /// Coefficient and shift of one suspect alone.
  func effect(_ suspect: Suspect) -> Double {
    var sum = shifts[suspect]?.mean ?? 0
    if let number = numbers[suspect] { sum += coefficients[number] }
    return sum
  }

  /// Variance of the log hazard: of the coefficients involved (an interaction with humidity as far as it weighs) and of the
  /// stratum's rate.
  func variance(_ covariates: Covariates, humidShare: Double) -> Double {
    var parts: [(number: Int, weight: Double)] = []
    var variance = rates.rate(of: Stratum(region: covariates.region, carrier: covariates.carrier)).variance
    func add(_ suspect: Suspect, weight: Double) {
      if let number = numbers[suspect] { parts.append((number, weight)) }
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

/// What cohorts add to the log hazard, and the factors on it that this makes, by batch and firmware: a pass asks for the
/// hazard of each device, mode and open bucket.
private struct CohortEffects: Sendable {
  private var batches = Numbering<Symbol>()
  private var firmwares = Numbering<Symbol>()
  private var ofBatch: [Effect] = []
  private var ofFirmware: [Effect] = []
  /// By batch, then firmware.
  private var ofPair: [Effect] = []
  private let hasPairs: Bool

  private struct Effect {
    var plain = 0.0
    var humid = 0.0
    var plainRatio = 1.0
    var humidRatio = 1.0

    mutating func add(_ effect: Double, of suspect: Suspect) {
      if suspect.isHumid { humid += effect } else { plain += effect }
    }

    /// In humid weather the humid part comes on top.
    mutating func settle() {
      humid += plain
      plainRatio = exponential(plain)
      humidRatio = exponential(humid)
    }
  }

  init(_ effects: [Suspect: Double]) {
    for suspect in effects.keys {
      if let batch = suspect.batch { _ = batches.number(of: batch) }
      if let firmware = suspect.firmware { _ = firmwares.number(of: firmware) }
    }
    ofBatch = [Effect](repeating: Effect(), count: batches.count)
    ofFirmware = [Effect](repeating: Effect(), count: firmwares.count)
    hasPairs = effects.keys.contains(where: \.isPair)
    ofPair = [Effect](repeating: Effect(), count: hasPairs ? batches.count * firmwares.count : 0)
    for (suspect, effect) in effects {
      let batch = suspect.batch.flatMap { batches.known($0) }
      let firmware = suspect.firmware.flatMap { firmwares.known($0) }
      switch (batch, firmware) {
      case (let batch?, let firmware?): ofPair[batch * firmwares.count + firmware].add(effect, of: suspect)
      case (let batch?, nil): ofBatch[batch].add(effect, of: suspect)
      case (nil, let firmware?): ofFirmware[firmware].add(effect, of: suspect)
      case (nil, nil): continue
      }
    }
    for index in ofBatch.indices { ofBatch[index].settle() }
    for index in ofFirmware.indices { ofFirmware[index].settle() }
    for index in ofPair.indices { ofPair[index].settle() }
  }

  @inline(__always)
  func ratio(_ batch: Symbol, _ firmware: Symbol, isHumid: Bool) -> Double {
    let first = batches.known(batch)
    let second = firmwares.known(firmware)
    var product = 1.0
    if let first { product *= isHumid ? ofBatch[first].humidRatio : ofBatch[first].plainRatio }
    if let second { product *= isHumid ? ofFirmware[second].humidRatio : ofFirmware[second].plainRatio }
    if hasPairs, let first, let second { product *= ofPair[first * firmwares.count + second].plainRatio }
    return product
  }

  func effect(_ batch: Symbol, _ firmware: Symbol, isHumid: Bool) -> Double {
    let first = batches.known(batch)
    let second = firmwares.known(firmware)
    var sum = 0.0
    if let first { sum += isHumid ? ofBatch[first].humid : ofBatch[first].plain }
    if let second { sum += isHumid ? ofFirmware[second].humid : ofFirmware[second].plain }
    if hasPairs, let first, let second { sum += ofPair[first * firmwares.count + second].plain }
    return sum
  }
}
