package import Vocabulary

/// One part of a device's log hazard, against an ordinary device of its product.
package struct HazardTerm: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case place, weather, batch, firmware, age, factor, verdicts, calibration
    case batchAndFirmware = "batch_and_firmware"
    case batchInHumidity = "batch_in_humidity"
    case firmwareInHumidity = "firmware_in_humidity"
    case ownRecord = "own_record"
  }
  package var kind: Kind
  package var label: String
  /// ln of the factor: on the hazard, of `verdicts` on the odds.
  package var log: Double
}

extension HazardModel {
  /// What makes a device's hazard, term by term: its parts multiply, so their logarithms add. With a base rate of 0.001 a day
  /// a batch of factor 4 (1.386) and an own record of factor 1.5 (0.405) make 0.006.
  package func terms(_ mode: ModeKey, _ risk: DeviceRisk) -> [HazardTerm] {
    posterior(mode)?.terms(risk) ?? []
  }
}

extension DevicePosterior {
  func terms(_ risk: DeviceRisk) -> [HazardTerm] {
    let covariates = risk.covariates
    let (batch, firmware) = (covariates.batch, covariates.firmware)
    let stratum = hazard.rates.rate(of: Stratum(region: covariates.region, carrier: covariates.carrier)).mean
    var weather = 0.0
    for bin in WeatherBin.allCases { weather += risk.weather[bin] * hazard.rates.weather[Int(bin.rawValue)] }
    var terms: [HazardTerm] = []
    func add(_ kind: HazardTerm.Kind, _ label: String, _ log: Double) {
      if log.isFinite, abs(log) > 1e-9 { terms.append(HazardTerm(kind: kind, label: label, log: log)) }
    }
    add(
      .place, "region \(covariates.region), carrier \(covariates.carrier)",
      logarithm(stratum / hazard.rates.product.mean))
    add(.weather, "weather of its region", logarithm(max(weather, 1e-9)))
    add(.batch, "batch \(batch)", hazard.effect(Suspect(batch: batch)))
    add(.firmware, "firmware \(firmware)", hazard.effect(Suspect(firmware: firmware)))
    add(
      .batchAndFirmware, "batch \(batch) on firmware \(firmware)",
      hazard.effect(Suspect(batch: batch, firmware: firmware)))
    let humid = risk.weather.humid
    add(
      .batchInHumidity, "batch \(batch) in humid weather", humid * hazard.effect(Suspect(batch: batch, isHumid: true)))
    add(
      .firmwareInHumidity, "firmware \(firmware) in humid weather",
      humid * hazard.effect(Suspect(firmware: firmware, isHumid: true)))
    add(.age, mode.ageLabel(covariates.age), hazard.ageEffect(covariates.age))
    for (index, factor) in mode.factors.prefix(FactorBins.most).enumerated() where index < hazard.factorMeans.count {
      let bin = covariates.factors[index]
      add(.factor, factor.label(bin), hazard.factorEffect(index, bin) - logarithm(hazard.factorMeans[index]))
    }
    let shape = Self.frailtyShape
    add(
      .ownRecord, "its own record, \(risk.onsets) onsets",
      logarithm((shape + Double(max(risk.onsets, 0))) / (shape + max(risk.accruedHazard, 0))))
    add(.verdicts, "what those who looked found (odds)", logarithm(risk.likelihoodRatio))
    if calibration != .identity {
      var bare = risk
      bare.likelihoodRatio = 1
      let forecast = -logarithmOfOnePlus(-min(self.forecast(bare), 1 - 1e-9))
      add(.calibration, "what became of earlier forecasts", logarithm(calibration.factor(forecast)))
    }
    return terms
  }
}
