import Vocabulary

/// Lives each device's days in advance: when it is on, what it installs, when it fails.
struct DeviceLife {
  private let plan: FleetPlan
  private let climate: Climate
  private let defects: [ActiveDefect]
  private let batchDays: [[Int]]
  /// Harmless differences, by product, then mode, then batch or release.
  private let batchEffects: [[[Double]]]
  private let releaseEffects: [[[Double]]]

  init(plan: FleetPlan, climate: Climate, batches: [[Population.Batch]]) {
    self.plan = plan
    self.climate = climate
    defects = plan.defects.compactMap { ActiveDefect($0, products: plan.products) }
    batchDays = batches.map { $0.map(\.manufacturedDay) }
    batchEffects = plan.products.indices.map { product in
      plan.products[product].modes.indices.map { mode in
        var stream = RandomStream(seed: plan.seed, .batchEffect, product, mode)
        return batches[product].map { _ in stream.logNormal(sigma: plan.batchVariation) }
      }
    }
    releaseEffects = plan.products.indices.map { product in
      plan.products[product].modes.indices.map { mode in
        var stream = RandomStream(seed: plan.seed, .releaseEffect, product, mode)
        return plan.products[product].releases.map { _ in stream.logNormal(sigma: plan.firmwareVariation) }
      }
    }
  }

  func live(_ device: inout SimulatedDevice, number: Int) {
    attend(&device, number: number)
    install(&device, number: number)
    fail(&device, number: number)
    boot(&device, number: number)
  }

  private func attend(_ device: inout SimulatedDevice, number: Int) {
    var stream = RandomStream(seed: plan.seed, .heard, number)
    device.sent = DaySet(days: plan.days)
    device.lost = DaySet(days: plan.days)
    for day in max(0, device.activatedDay)..<plan.days where !stream.happens(plan.missingShare) {
      device.sent.insert(day)
      if stream.happens(plan.lostShare) { device.lost.insert(day) }
    }
  }

  /// A device has one place in the queue of each rollout and installs some days after its stage begins; a version
  /// that is overtaken by a newer one is never installed. An install is told by the first report after it.
  private func install(_ device: inout SimulatedDevice, number: Int) {
    var stream = RandomStream(seed: plan.seed, .install, number)
    let releases = plan.products[device.product].releases
    let made = batchDays[device.product][device.batch]
    let factory = releases.lastIndex { ($0.stages.first?.day ?? .max) <= made } ?? 0
    let meanDelay = stream.happens(plan.slowInstallerShare) ? 24.0 : 3.0
    device.installs = [SimulatedDevice.Install(day: device.activatedDay, release: factory)]
    for release in releases.indices {
      let place = stream.uniform()
      let delay = Int(meanDelay * stream.exponential())
      guard release > factory, let stage = releases[release].stages.first(where: { place < $0.share }) else { continue }
      var day = max(stage.day, device.activatedDay + 1) + delay
      guard day < plan.days else { continue }
      if day >= 0 {
        guard let told = device.sent.first(from: day, reach: 7) else { continue }
        day = told
      }
      while device.installs.count > 1, let last = device.installs.last, last.day >= day { device.installs.removeLast() }
      device.installs.append(SimulatedDevice.Install(day: day, release: release))
    }
  }

  /// Onsets by inversion: a unit exponential is spent day by day at the hazard's rate; where it is used up, the
  /// device begins to fail. The draws don't depend on the hazard, so a defect only brings failures forward.
  private func fail(_ device: inout SimulatedDevice, number: Int) {
    let product = plan.products[device.product]
    let firstDay = max(0, device.activatedDay)
    let weather = climate.days[device.region]
    for (mode, model) in product.modes.enumerated() {
      var stream = RandomStream(seed: plan.seed, .hazard, number, mode)
      var effects = RandomStream(seed: plan.seed, .frailty, number, mode)
      let ownHazard =
        model.dailyHazard * effects.gammaOfMeanOne(shape: plan.frailtyShape)
        * batchEffects[device.product][mode][device.batch]
      let planted = defects.filter { $0.mode == mode && $0.product == device.product }
      var left = stream.exponential()
      var day = firstDay
      var install = 0
      while day < plan.days {
        while install + 1 < device.installs.count, device.installs[install + 1].day <= day { install += 1 }
        let release = device.installs[install].release
        let isHumid = weather[day].relativeHumidityPct >= product.humidAtPct
        var hazard =
          ownHazard * releaseEffects[device.product][mode][release]
          * environmentFactor(model, device: device, day: day, weather: weather[day], isHumid: isHumid)
        for defect in planted where defect.concerns(device, release: release, day: day, isHumid: isHumid) {
          hazard *= defect.relativeRisk
        }
        left -= hazard
        guard left <= 0 else {
          day += 1
          continue
        }
        left = stream.exponential()
        let symptomDays = 1 + stream.index(weights: [0.5, 0.3, 0.2])
        // A device that is off tells it when it is on again.
        if let told = device.sent.first(from: day, reach: 5) {
          device.episodes.append(
            SimulatedDevice.Episode(mode: mode, day: told, symptomDays: model.isPermanent ? plan.days : symptomDays))
          day = told
        }
        day += model.isPermanent ? plan.days : model.refractoryDays
      }
    }
    device.episodes.sort { ($0.day, $0.mode) < ($1.day, $1.mode) }
  }

  private func environmentFactor(
    _ model: ModeModel, device: SimulatedDevice, day: Int, weather: Climate.Day, isHumid: Bool
  ) -> Double {
    var factor = day - device.activatedDay < 30 ? model.infantFactor : 1
    switch model.environment {
    case nil: break
    case .radio:
      if isHumid { factor *= plan.humidFactor }
      factor *= device.signalStrengthDbm < -80 ? 2 : device.signalStrengthDbm < -70 ? 1.3 : 1
    case .heat:
      factor *= (1 + 0.03 * max(0, weather.temperatureC - 20)) * (device.warmthC > 6 ? 1.5 : 1)
    case .wear:
      let worn = device.wornPct(on: day)
      factor *= worn >= 70 ? 4 : worn >= 50 ? 2 : 1
    }
    return factor
  }

  /// Installs, failures that reboot, and about one restart in two months for no reason that matters.
  private func boot(_ device: inout SimulatedDevice, number: Int) {
    var stream = RandomStream(seed: plan.seed, .boot, number)
    var days = Set(device.installs.dropFirst().lazy.map(\.day).filter { $0 >= 0 })
    for episode in device.episodes where plan.products[device.product].modes[episode.mode].reboots {
      for day in episode.day..<min(plan.days, episode.day + episode.symptomDays) { days.insert(day) }
    }
    for day in 0..<plan.days where stream.happens(1.0 / 60) && day > device.activatedDay { days.insert(day) }
    device.bootDays = days.sorted().map(Int32.init)
  }
}
