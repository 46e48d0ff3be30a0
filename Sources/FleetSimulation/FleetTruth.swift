package import Vocabulary

/// What was really put into a fleet, to judge what a gateway makes of it.
package struct FleetTruth: Sendable, Codable, Hashable {
  package var schema = "forewarn.simulation.truth/1"
  package var seed: UInt64
  package var devices: Int
  package var days: Int
  package var start: EventTime
  package var end: EventTime
  package var defects: [Defect]
  package var outages: [Outage]
  package var onsets: [Onsets]
  /// Devices whose reports must not count: their clock is ahead, or telemetry isn't consented to.
  package var wrongClocks: [String]
  package var withoutTelemetryConsent: [String]
  /// Demonstration devices, where there are any: they always show a symptom.
  package var stuck: [String]?

  /// A planted defect and the finding that should come of it.
  package struct Defect: Sendable, Codable, Hashable {
    package var kind: PlantedDefect.Kind
    package var story: PlantedDefect.Story?
    package var product: String
    package var failureMode: String
    package var cause: Cause
    package var batch: String?
    package var firmware: String?
    package var relativeRisk: Double
    package var fixedBy: String?
    /// Midnight UTC of the first day on which a device was under it; `nil` where none ever was.
    package var earliest: EventTime?
    /// Devices that were under it and whose reports count, sorted.
    package var affectedDevices: [String]
    /// Days of those devices under it on which they were heard, and onsets told on such days.
    package var deviceDays: Int
    package var onsets: Int
    /// Of a defect with a story: what it did in the fortnight after it began, against the same fleet without it.
    package var effect: DefectEffect?

    private enum CodingKeys: String, CodingKey {
      case kind, story, product, cause, batch, firmware, earliest, onsets, effect
      case failureMode = "failure_mode"
      case relativeRisk = "relative_risk"
      case fixedBy = "fixed_by"
      case affectedDevices = "affected_devices"
      case deviceDays = "device_days"
    }
  }

  package struct Outage: Sendable, Codable, Hashable {
    package var carrier: String
    package var region: String
    package var from: EventTime
    package var until: EventTime
    package var isAnnounced: Bool

    private enum CodingKeys: String, CodingKey {
      case carrier, region, from, until
      case isAnnounced = "announced"
    }
  }

  /// How many onsets devices really had (those that were told in a report), outages and updates aside.
  package struct Onsets: Sendable, Codable, Hashable {
    package var product: String
    package var failureMode: String
    package var onsets: Int

    private enum CodingKeys: String, CodingKey {
      case product, onsets
      case failureMode = "failure_mode"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case schema, seed, devices, days, start, end, defects, outages, onsets, stuck
    case wrongClocks = "wrong_clocks"
    case withoutTelemetryConsent = "without_telemetry_consent"
  }
}

extension Fleet {
  /// Counted from the devices' lives at every call.
  package var truth: FleetTruth {
    FleetTruth(
      seed: plan.seed, devices: devices.count, days: plan.days, start: plan.start,
      end: plan.start + Int64(plan.days) * EventTime.day, defects: plan.defects.indices.map(truth(ofDefect:)),
      outages: plan.outages.map { outage in
        let from = plan.start + Int64(outage.fromHour) * EventTime.hour
        return FleetTruth.Outage(
          carrier: outage.carrier, region: outage.region, from: from,
          until: from + Int64(outage.hours) * EventTime.hour, isAnnounced: outage.isAnnounced)
      },
      onsets: plan.products.indices.flatMap { product in
        let lives = devices.filter { $0.product == product }
        return plan.products[product].modes.indices.map { mode in
          FleetTruth.Onsets(
            product: plan.products[product].product, failureMode: plan.products[product].modes[mode].id,
            onsets: lives.reduce(0) { $0 + $1.episodes.count { $0.mode == mode } })
        }
      },
      wrongClocks: devices.filter { $0.clockError != 0 }.map(\.id),
      withoutTelemetryConsent: devices.filter { !$0.mayCollect }.map(\.id),
      stuck: plan.stuckShare > 0 ? devices.filter { $0.stuckInMode != nil }.map(\.id) : nil)
  }

  private func truth(ofDefect place: Int) -> FleetTruth.Defect {
    let planted = plan.defects[place]
    var result = FleetTruth.Defect(
      kind: planted.kind, story: planted.story, product: planted.product, failureMode: planted.mode,
      cause: planted.kind.cause,
      batch: nil,
      firmware: planted.kind.needsFirmware ? planted.firmware : nil, relativeRisk: planted.relativeRisk,
      fixedBy: planted.fixedBy, earliest: nil, affectedDevices: [], deviceDays: 0, onsets: 0)
    guard let defect = ActiveDefect(planted, products: plan.products) else { return result }
    if let batch = defect.batch, batches[defect.product].indices.contains(batch) {
      result.batch = batches[defect.product][batch].id
    }
    var first: Int?
    for device in devices where device.product == defect.product && device.clockError == 0 && device.mayCollect {
      let daysUnder = (max(0, device.activatedDay)..<plan.days).filter { isUnder(defect, device, day: $0) }
      guard let earliest = daysUnder.first else { continue }
      first = min(first ?? earliest, earliest)
      result.affectedDevices.append(device.id)
      result.deviceDays += daysUnder.count
      let under = Set(daysUnder)
      result.onsets += device.episodes.count { $0.mode == defect.mode && under.contains($0.day) }
      if defect.mode == SimulatedDevice.silentMode, let day = device.silentFromDay, defect.days.contains(day) {
        result.onsets += 1
      }
    }
    if planted.story != nil { result.effect = effect(ofDefect: place) }
    result.affectedDevices.sort()
    result.earliest = first.map { plan.start + Int64($0) * EventTime.day }
    return result
  }

  private func isUnder(_ defect: ActiveDefect, _ device: SimulatedDevice, day: Int) -> Bool {
    guard device.sent.contains(day) else { return false }
    let isHumid =
      climate.days[device.region][day].relativeHumidityPct >= plan.products[device.product].humidAtPct
    return defect.concerns(device, release: device.release(on: day), day: day, isHumid: isHumid)
  }
}
