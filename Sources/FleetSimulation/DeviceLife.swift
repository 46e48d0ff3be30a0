import Vocabulary

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Lives each device's days in advance: when it is on, what it installs, when it fails.
struct DeviceLife: Sendable {
  private let plan: FleetPlan
  private let climate: Climate
  /// By their place in the plan; `nil` for those that concern nobody.
  let defects: [ActiveDefect?]
  private let batchDays: [[Int]]
  /// Harmless differences, by product, then mode, then batch or release.
  private let batchEffects: [[[Double]]]
  private let releaseEffects: [[[Double]]]

  init(plan: FleetPlan, climate: Climate, batches: [[Population.Batch]]) {
    self.plan = plan
    self.climate = climate
    defects = plan.defects.map { ActiveDefect($0, products: plan.products) }
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
    device.stuckInMode = stuckMode(device, number: number)
    device.silentFromDay = silentFromDay(device, number: number, without: nil)
    let absence = absence(number: number)
    var stream = RandomStream(seed: plan.seed, .heard, number)
    device.sent = DaySet(days: plan.days)
    device.lost = DaySet(days: plan.days)
    for day in max(0, device.activatedDay)..<plan.days where !stream.happens(plan.missingShare) {
      if day >= device.silentFromDay ?? .max || absence.contains(day) { continue }
      device.sent.insert(day)
      if stream.happens(plan.lostShare) { device.lost.insert(day) }
    }
  }

  private func stuckMode(_ device: SimulatedDevice, number: Int) -> Int? {
    guard plan.stuckShare > 0 else { return nil }
    var stream = RandomStream(seed: plan.seed, .nuisance, number)
    return stream.happens(plan.stuckShare) ? stream.whole(0, plan.products[device.product].modes.count - 1) : nil
  }

  private func absence(number: Int) -> Range<Int> {
    guard plan.absenceShare > 0 else { return 0..<0 }
    var stream = RandomStream(seed: plan.seed, .absence, number)
    guard stream.happens(plan.absenceShare) else { return 0..<0 }
    let first = stream.whole(0, plan.days)
    return first..<first + stream.whole(4, 25)
  }

  /// The first day on which the device is silent for good, as `fail` finds an onset.
  /// - Parameter without: the place of a defect that is thought away.
  func silentFromDay(_ device: SimulatedDevice, number: Int, without: Int?) -> Int? {
    guard plan.silentHazard > 0, device.stuckInMode == nil else { return nil }
    let planted = planted(SimulatedDevice.silentMode, device.product, without: without)
    var stream = RandomStream(seed: plan.seed, .silence, number)
    var left = stream.exponential()
    for day in max(0, device.activatedDay + 1)..<max(plan.days, device.activatedDay + 1) {
      var hazard = plan.silentHazard
      for defect in planted where defect.concerns(device, release: 0, day: day, isHumid: true) {
        hazard *= defect.factor(device, day: day)
      }
      left -= hazard
      if left <= 0 { return day }
    }
    return nil
  }

  private func planted(_ mode: Int, _ product: Int, without: Int?) -> [ActiveDefect] {
    defects.enumerated().compactMap { place, defect in
      guard let defect, place != without, defect.mode == mode, defect.product == product else { return nil }
      return defect
    }
  }

  /// A device has one place in the queue of each rollout and installs some days after its stage begins; a version
  /// that is overtaken by a newer one is never installed. An install is told by the first report after it.
  private func install(_ device: inout SimulatedDevice, number: Int) {
    var stream = RandomStream(seed: plan.seed, .install, number)
    let releases = plan.products[device.product].releases
    let made = batchDays[device.product][device.batch]
    let factory = releases.lastIndex { $0.region == nil && ($0.stages.first?.day ?? .max) <= made } ?? 0
    let meanDelay = stream.happens(plan.slowInstallerShare) ? 24.0 : 3.0
    device.installs = [SimulatedDevice.Install(day: device.activatedDay, release: factory)]
    for release in releases.indices {
      let place = stream.uniform()
      let delay = Int(meanDelay * stream.exponential())
      guard release > factory, let stage = releases[release].stages.first(where: { place < $0.share }) else { continue }
      if device.stuckInMode != nil { continue }
      if let only = releases[release].region, plan.regions[device.region].id != only { continue }
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

  private func fail(_ device: inout SimulatedDevice, number: Int) {
    for mode in plan.products[device.product].modes.indices {
      device.episodes += episodes(of: device, number: number, mode: mode, without: nil)
    }
    device.episodes.sort { ($0.day, $0.mode) < ($1.day, $1.mode) }
  }

  /// Onsets by inversion: a unit exponential is spent day by day at the hazard's rate; where it is used up, the
  /// device begins to fail. The draws don't depend on the hazard, so a defect only brings failures forward.
  /// - Parameter without: the place of a defect that is thought away.
  func episodes(of device: SimulatedDevice, number: Int, mode: Int, without: Int?) -> [SimulatedDevice.Episode] {
    let model = plan.products[device.product].modes[mode]
    var episodes: [SimulatedDevice.Episode] = []
    var stream = RandomStream(seed: plan.seed, .hazard, number, mode)
    var hazard = DailyHazard(life: self, device: device, number: number, mode: mode, without: without)
    var left = stream.exponential()
    var day = max(0, device.activatedDay)
    while day < plan.days {
      left -= hazard.on(day)
      guard left <= 0 else {
        day += 1
        continue
      }
      left = stream.exponential()
      let symptomDays = 1 + stream.index(weights: [0.5, 0.3, 0.2])
      // A device that is off tells it when it is on again.
      if let told = device.sent.first(from: day, reach: 5) {
        episodes.append(
          SimulatedDevice.Episode(mode: mode, day: told, symptomDays: model.isPermanent ? plan.days : symptomDays))
        day = told
      }
      day += model.isPermanent ? plan.days : model.refractoryDays
    }
    return episodes
  }

  /// The hazard of one device and mode, asked for day by day in the order of time.
  struct DailyHazard {
    private let life: DeviceLife
    private let device: SimulatedDevice
    private let mode: Int
    private let model: ModeModel
    private let own: Double
    private let planted: [ActiveDefect]
    private var install = 0

    /// - Parameter knowsFrailty: whether the device's own frailty counts, or the mean one.
    init(
      life: DeviceLife, device: SimulatedDevice, number: Int, mode: Int, without: Int?, knowsFrailty: Bool = true
    ) {
      self.life = life
      self.device = device
      self.mode = mode
      model = life.plan.products[device.product].modes[mode]
      var effects = RandomStream(seed: life.plan.seed, .frailty, number, mode)
      own =
        model.dailyHazard * (knowsFrailty ? effects.gammaOfMeanOne(shape: life.plan.frailtyShape) : 1)
        * life.batchEffects[device.product][mode][device.batch]
      planted = life.planted(mode, device.product, without: without)
    }

    mutating func on(_ day: Int) -> Double {
      while install + 1 < device.installs.count, device.installs[install + 1].day <= day { install += 1 }
      let release = device.installs[install].release
      let weather = life.climate.days[device.region][day]
      let isHumid = weather.relativeHumidityPct >= life.plan.products[device.product].humidAtPct
      var hazard =
        own * life.releaseEffects[device.product][mode][release]
        * life.environmentFactor(model, device: device, day: day, weather: weather, isHumid: isHumid)
      for defect in planted where defect.concerns(device, release: release, day: day, isHumid: isHumid) {
        hazard *= defect.factor(device, day: day)
      }
      return hazard
    }
  }

  private func environmentFactor(
    _ model: ModeModel, device: SimulatedDevice, day: Int, weather: Climate.Day, isHumid: Bool
  ) -> Double {
    var factor = day - device.activatedDay < 30 ? model.infantFactor : 1
    if model.ageingPerYear != 0 {
      factor *= 1 + model.ageingPerYear * Double(max(0, day - device.activatedDay)) / 365.2425
    }
    if model.driftADay != 0 { factor *= exp(model.driftADay * Double(day)) }
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
