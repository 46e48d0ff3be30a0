import Vocabulary

/// One device's probability, from its cohort's hazard and its own record.
///
/// A device's frailty is gamma(a, a) with a = 2. N onsets while a hazard of H accrued make it gamma(a + N, a + H), and with
/// the hazard h of the horizon's buckets at risk
///
///     P(at least one onset) = 1 − ((a + H) / (a + H + h))^(a + N)
///
/// Checkable: a new device (N = H = 0) with h = 1: 1 − (2/3)² = 0.556; after N = 2 at H = 0.5: 1 − (2.5/3.5)⁴ = 0.740.
///
/// h is a mean over the weather to be expected, and a risk factor counts only as long as it lasts: a signal's mean for the
/// whole horizon, a count of events for its window, a time since something until the last edge; afterwards the fleet's
/// mean takes its place. The interval pushes ±1.645 standard deviations of ln h (coefficients, rate) through, and widens it
/// by what half and double the a would say. Verdicts on the device multiply the odds of all three: see `VerdictBook`.
struct DevicePosterior {
  static let frailtyShape = 2.0
  private static let z90 = 1.645

  let mode: FailureMode
  let hazard: PredictiveHazard
  var calibration = CalibrationMap.identity

  /// Expected onsets within the horizon for a device of frailty 1, and which share of it falls on humid weather.
  func expectedOnsets(_ risk: DeviceRisk, horizonDays: Double) -> (mean: Double, humidShare: Double) {
    let bucketsPerDay = 24 / Double(mode.bucket.hours)
    let buckets = max(0, horizonDays * bucketsPerDay - Double(max(risk.bucketsNotAtRisk, 0)))
    let heard = min(max(risk.heardShare, 0), 1)
    let covariates = risk.covariates
    let stratum = Stratum(region: covariates.region, carrier: covariates.carrier)
    var total = 0.0
    var humid = 0.0
    for weather in WeatherBin.allCases where risk.weather[weather] > 0 {
      let part =
        risk.weather[weather] * hazard.rates.weather[Int(weather.rawValue)]
        * exponential(hazard.cohortEffect(covariates, isHumid: weather == .humid))
      total += part
      if weather == .humid { humid += part }
    }
    let base = hazard.rates.rate(of: stratum).mean * exponential(hazard.ageEffect(covariates.age)) * heard * total
    let effective = factorBuckets(covariates.factors, buckets: buckets, bucketsPerDay: bucketsPerDay)
    return (base * effective, total > 0 ? humid / total : 0)
  }

  /// The buckets of the horizon, each weighted by the risk factors in force in it.
  private func factorBuckets(_ bins: FactorBins, buckets: Double, bucketsPerDay: Double) -> Double {
    var sum = 0.0
    var from = 0.0
    while from < buckets {
      var until = buckets
      var product = 1.0
      for (index, factor) in mode.factors.prefix(FactorBins.most).enumerated() where index < hazard.factorMeans.count {
        let lasts = factor.persistenceDays.map { $0 * bucketsPerDay } ?? .infinity
        if lasts > from {
          product *= exponential(hazard.factorEffect(index, bins[index]))
          until = min(until, lasts)
        } else {
          product *= hazard.factorMeans[index]
        }
      }
      sum += product * (until - from)
      from = until
    }
    return sum
  }

  /// Within the mode's horizon, before recalibration.
  func forecast(_ risk: DeviceRisk) -> Double {
    1 - exponential(-cumulativeHazard(risk, horizonDays: mode.horizonDays))
  }

  private func cumulativeHazard(_ risk: DeviceRisk, horizonDays: Double) -> Double {
    let expected = expectedOnsets(risk, horizonDays: horizonDays).mean
    let shape = Self.frailtyShape
    return (shape + Double(max(risk.onsets, 0))) * logarithmOfOnePlus(expected / (shape + max(risk.accruedHazard, 0)))
  }

  func probability(_ risk: DeviceRisk, horizonDays: Double) -> Interval {
    let (mean, humidShare) = expectedOnsets(risk, horizonDays: horizonDays)
    guard mean > 0 else { return Interval(mean: 0, low: 0, high: 0) }
    let scale =
      calibration == .identity ? 1 : calibration.factor(cumulativeHazard(risk, horizonDays: mode.horizonDays))
    let onsets = Double(max(risk.onsets, 0))
    let accrued = max(risk.accruedHazard, 0)
    func cumulative(_ expected: Double, shape: Double) -> Double {
      (shape + onsets) * logarithmOfOnePlus(expected / (shape + accrued))
    }
    let middle = cumulative(mean, shape: Self.frailtyShape)
    let deviation = hazard.variance(risk.covariates, humidShare: humidShare).squareRoot() * Self.z90
    let spread = abs(
      logarithm(
        cumulative(mean, shape: Self.frailtyShape * 2) / cumulative(mean, shape: Self.frailtyShape / 2)))
    let lower = logarithm(middle / cumulative(mean * exponential(-deviation), shape: Self.frailtyShape))
    let upper = logarithm(cumulative(mean * exponential(deviation), shape: Self.frailtyShape) / middle)
    func probability(_ logFactor: Double) -> Double {
      (1 - exponential(-middle * scale * exponential(logFactor))).timesOdds(risk.likelihoodRatio)
    }
    return Interval(
      mean: probability(0), low: probability(-(lower * lower + spread * spread).squareRoot()),
      high: probability((upper * upper + spread * spread).squareRoot()))
  }

  func ordinaryProbability(horizonDays: Double) -> Double {
    let buckets = max(0, horizonDays) * 24 / Double(mode.bucket.hours)
    let expected = hazard.rates.product.mean * buckets
    return 1 - exponential(-Self.frailtyShape * logarithmOfOnePlus(expected / Self.frailtyShape))
  }

  /// With the parts x of the log hazard's excess over an ordinary device (those above 0), M = exp(Σ x): the ordinary rate
  /// explains 1/M (`unknown`), and the rest is shared in proportion to x. A batch of ratio 4 alone: batch 0.75, unknown 0.25.
  func attribution(_ risk: DeviceRisk) -> Attribution {
    let covariates = risk.covariates
    let pair = hazard.effect(Suspect(batch: covariates.batch, firmware: covariates.firmware))
    let humid = risk.weather.humid
    let stratum = hazard.rates.rate(of: Stratum(region: covariates.region, carrier: covariates.carrier)).mean
    var weather = 0.0
    for bin in WeatherBin.allCases { weather += risk.weather[bin] * hazard.rates.weather[Int(bin.rawValue)] }
    var factors = hazard.ageEffect(covariates.age)
    for index in hazard.factorMeans.indices {
      factors += hazard.factorEffect(index, covariates.factors[index]) - logarithm(hazard.factorMeans[index])
    }
    let shape = Self.frailtyShape
    let own =
      logarithm((shape + Double(max(risk.onsets, 0))) / (shape + max(risk.accruedHazard, 0)))
      + logarithm(risk.likelihoodRatio)
    return Attribution(
      batch: hazard.effect(Suspect(batch: covariates.batch)) + pair / 2,
      firmware: hazard.effect(Suspect(firmware: covariates.firmware)) + pair / 2,
      environment: logarithm(stratum / hazard.rates.product.mean) + logarithm(max(weather, 1e-9)) + humid
        * (hazard.effect(Suspect(firmware: covariates.firmware, isHumid: true))
          + hazard.effect(Suspect(batch: covariates.batch, isHumid: true))),
      device: own + factors
    ).sharesOfExcess
  }
}

extension Attribution {
  /// From parts of a log hazard to shares of the hazard.
  var sharesOfExcess: Attribution {
    let parts = [batch, firmware, environment, device].map { $0.isFinite ? max($0, 0) : 0 }
    let sum = parts.reduce(0, +)
    guard sum > 0 else { return Attribution(unknown: 1) }
    let ordinary = exponential(-sum)
    let scale = (1 - ordinary) / sum
    return Attribution(
      batch: parts[0] * scale, firmware: parts[1] * scale, environment: parts[2] * scale, device: parts[3] * scale,
      unknown: ordinary)
  }
}

extension RiskFactor {
  /// For how many days a bin that holds now still counts; `nil`: for the whole horizon.
  var persistenceDays: Double? {
    switch self {
    case .signalMean: nil
    case .eventCount(_, let windowDays, _): Double(windowDays)
    case .since(_, let edges): edges.last ?? 0
    }
  }
}
