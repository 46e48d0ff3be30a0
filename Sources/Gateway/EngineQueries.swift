import CaseStore
import ControlProtocol
import DefectModel
import DeviceHistory
import FirmwareProfiles
import Pipeline
import Vocabulary

/// What operators ask of the engine itself: devices and their risks. Cases are read from the store, beside it.
extension Engine {
  struct DeviceFilter: Sendable {
    var product: String?
    var batch: String?
    var firmware: String?
    var region: String?
    var customer: String?
    var limit = Limits.listItemsByDefault

    func matches(_ device: DeviceSummary) -> Bool {
      func isWanted(_ wish: String?, _ word: @autoclosure () -> String?) -> Bool { wish.map { $0 == word() } ?? true }
      let facts = device.facts
      return isWanted(product, device.identity.product.text) && isWanted(batch, (facts.batch ?? .unknown).text)
        && isWanted(firmware, device.firmware?.text) && isWanted(region, (facts.region ?? .unknown).text)
        && isWanted(customer, facts.customer)
    }
  }

  /// In the order of products and ids. Of a million only those that are shown are kept and worded.
  func devices(_ filter: DeviceFilter) -> [DeviceItem] {
    var first: [DeviceSummary] = []
    var last: DeviceIdentity?
    func cut() {
      first.sort { $0.identity < $1.identity }
      guard first.count > filter.limit else { return }
      first.removeLast(first.count - filter.limit)
      last = first.last?.identity
    }
    pipeline.history.forEachDevice { device in
      guard filter.matches(device), last.map({ device.identity < $0 }) ?? true else { return }
      first.append(device)
      if first.count >= 2 * filter.limit + Limits.listItemsByDefault { cut() }
    }
    cut()
    return first.map(item)
  }

  /// Without its tickets, which the store finds by an index: here one would look through those of all devices.
  func device(_ id: String) -> DeviceDetail? {
    guard let summary = pipeline.history.summary(of: id) else { return nil }
    return DeviceDetail(item: item(summary), modes: modes(of: id), tickets: [])
  }

  func item(_ device: DeviceSummary) -> DeviceItem {
    let facts = device.facts
    return DeviceItem(
      device: device.identity.device, product: device.identity.product.text,
      batch: (facts.batch ?? .unknown).text, firmware: device.firmware?.text,
      region: (facts.region ?? .unknown).text, carrier: (facts.carrier ?? .unknown).text, customer: facts.customer,
      activated: facts.activated?.date, lastHeard: device.lastHeard?.description, reports: device.reports,
      consent: DeviceItem.Consent(
        telemetry: pipeline.settings.history.consent.allowsTelemetry(facts),
        contact: pipeline.settings.history.consent.allowsContact(facts)),
      retired: facts.retired?.description, sequenceGaps: Int(device.sequenceGaps))
  }

  private func modes(of id: String) -> [DeviceDetail.Mode] {
    guard let standing = standing(of: id) else { return [] }
    return standing.modes.map { entry in
      let key = ModeKey(product: standing.identity.product, mode: entry.mode.id)
      return DeviceDetail.Mode(
        failureMode: entry.mode.id.text, onsets: entry.risk.onsets,
        probability: probability(key, entry.risk, entry.mode.horizonDays),
        attribution: Shares(pipeline.model.attribution(key, entry.risk)))
    }
  }

  func standing(of id: String) -> DeviceStanding? {
    guard let asOf = asOf else { return nil }
    let model = pipeline.model
    var standing = pipeline.history.standing(of: id, asOf: asOf) { model.hazard($0, $1) }
    for index in standing?.modes.indices ?? 0..<0 {
      if let entry = standing?.modes[index] { standing?.modes[index].risk = informed(entry, of: id).risk }
    }
    return standing
  }

  /// The end of the last closed day (or hour, where nothing is judged by the day yet): what all beliefs stand on.
  var asOf: EventTime? {
    let ends = BucketLength.allCases.compactMap { pipeline.history.lastClosed($0)?.end }
    return ends.max() ?? pipeline.history.now
  }

  func probability(_ key: ModeKey, _ risk: DeviceRisk, _ horizonDays: Double) -> HorizonProbability {
    let interval = pipeline.model.probability(key, risk, horizonDays: horizonDays).toSixDigits
    return HorizonProbability(
      mean: interval.mean, low: interval.low, high: interval.high, horizonDays: horizonDays)
  }

  /// The device's probabilities under a scenario; `nil`: no such device.
  func score(_ id: String, _ scenario: DeviceScore.Scenario) -> DeviceScore? {
    guard let standing = standing(of: id), let asOf else { return nil }
    let modes = standing.modes.map { entry -> DeviceScore.Mode in
      let key = ModeKey(product: standing.identity.product, mode: entry.mode.id)
      let horizon = scenario.horizonDays ?? entry.mode.horizonDays
      var assumed = entry.risk
      if let firmware = scenario.firmware {
        assumed = onFirmware(Symbol(known: firmware) ?? .unknown, assumed, of: id, entry.mode)
      }
      switch scenario.humidity {
      case "humid": assumed.weather = WeatherShares(only: .humid)
      case "dry": assumed.weather = WeatherShares(only: .dry)
      default: break
      }
      var humid = entry.risk
      humid.weather = WeatherShares(only: .humid)
      let later = laterFirmware(of: standing, than: entry.risk.covariates.firmware)
      return DeviceScore.Mode(
        failureMode: entry.mode.id.text, probability: probability(key, assumed, horizon),
        asIs: probability(key, entry.risk, horizon),
        ifHumid: entry.risk.weather.unknown < 1 ? probability(key, humid, horizon) : nil,
        byFirmware: later.map { firmware in
          let risk = onFirmware(firmware, assumed, of: id, entry.mode)
          return DeviceScore.WithFirmware(firmware: firmware.text, probability: probability(key, risk, horizon))
        },
        attribution: Shares(pipeline.model.attribution(key, assumed)))
    }
    return DeviceScore(
      device: id, product: standing.identity.product.text, batch: (standing.facts.batch ?? .unknown).text,
      firmware: standing.facts.firmware?.text, region: (standing.facts.region ?? .unknown).text,
      asOf: asOf.description, scenario: scenario, modes: modes)
  }

  /// Releases of the product that come after what the device runs.
  func laterFirmware(of standing: DeviceStanding, than firmware: Symbol) -> [Symbol] {
    let current = FirmwareVersion(firmware.text)
    let releases = pipeline.catalogue.profiles.filter { $0.product == standing.identity.product }.flatMap(\.releases)
    return Set(releases.map(\.version)).filter { current < FirmwareVersion($0.text) }.sorted {
      FirmwareVersion($0.text) < FirmwareVersion($1.text)
    }
  }
}

extension Shares {
  init(_ attribution: Attribution) {
    self.init(
      batch: attribution.batch.toSixDigits, firmware: attribution.firmware.toSixDigits,
      environment: attribution.environment.toSixDigits, device: attribution.device.toSixDigits,
      unknown: attribution.unknown.toSixDigits)
  }
}
