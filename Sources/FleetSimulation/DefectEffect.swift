package import Vocabulary

/// What a planted defect really did, by the generator's own count over the days after the change: what a relative risk that
/// is shown to people has to cover.
package struct DefectEffect: Sendable, Codable, Hashable {
  /// Midnight UTC of the day on which it began: its first device-day; of an early wear-out, the first day on which its devices'
  /// mean factor is halfway up.
  package var change: EventTime
  /// Over `days` from the change on, among the devices that the registry puts into its cohort.
  package var days: Int
  package var onsets: Int
  package var daysAtRisk: Int
  /// The same fleet of the same seed without this defect.
  package var onsetsWithout: Int
  package var daysAtRiskWithout: Int
  /// Ratio of the two onset rates; `nil` without onsets in the twin.
  package var rateRatio: Double?
  /// The same by the generator's hazards, free of chance: their sum over the days at risk, with the defect and without.
  package var expectedRatio: Double

  private enum CodingKeys: String, CodingKey {
    case change, days, onsets
    case daysAtRisk = "days_at_risk"
    case onsetsWithout = "onsets_without"
    case daysAtRiskWithout = "days_at_risk_without"
    case rateRatio = "rate_ratio"
    case expectedRatio = "expected_ratio"
  }
}

extension Fleet {
  /// `nil` for a defect that no device was ever under.
  /// - Parameter place: of the defect in the plan.
  package func effect(ofDefect place: Int, days: Int = 14) -> DefectEffect? {
    guard let defect = life.defects[place], let change = changeDay(of: defect) else { return nil }
    let window = change..<min(plan.days, change + days)
    var with = Tally()
    var without = Tally()
    var ratio = (with: 0.0, without: 0.0)
    for (number, device) in devices.enumerated() where isOfCohort(device, defect) {
      if defect.mode == SimulatedDevice.silentMode {
        with.count(silentFrom: device.silentFromDay, of: device, in: window)
        without.count(silentFrom: life.silentFromDay(device, number: number, without: place), of: device, in: window)
        continue
      }
      let isIn = { (day: Int) in isInCohort(defect, device, day: day) }
      let own = device.episodes.filter { $0.mode == defect.mode }.map(\.day)
      let twin = life.episodes(of: device, number: number, mode: defect.mode, without: place).map(\.day)
      with.count(own, of: device, in: window, where: isIn)
      without.count(twin, of: device, in: window, where: isIn)
      var hazard = DeviceLife.DailyHazard(life: life, device: device, number: number, mode: defect.mode, without: nil)
      var other = DeviceLife.DailyHazard(life: life, device: device, number: number, mode: defect.mode, without: place)
      for day in window where day >= device.activatedDay {
        guard isIn(day) else { continue }
        ratio.with += hazard.on(day)
        ratio.without += other.on(day)
      }
    }
    let isSilent = defect.mode == SimulatedDevice.silentMode
    return DefectEffect(
      change: plan.start + Int64(change) * EventTime.day, days: days, onsets: with.onsets, daysAtRisk: with.days,
      onsetsWithout: without.onsets, daysAtRiskWithout: without.days, rateRatio: with.rate(against: without),
      expectedRatio: isSilent ? plan.defects[place].relativeRisk : ratio.without > 0 ? ratio.with / ratio.without : 1)
  }

  private struct Tally {
    var onsets = 0
    var days = 0

    /// Days heard outside of the week after an onset, and the onsets on them.
    mutating func count(
      _ episodes: [Int], of device: SimulatedDevice, in window: Range<Int>, where isIn: (Int) -> Bool
    ) {
      for day in window where device.sent.contains(day) && isIn(day) {
        guard !episodes.contains(where: { $0 < day && day < $0 + 7 }) else { continue }
        days += 1
        if episodes.contains(day) { onsets += 1 }
      }
    }

    mutating func count(silentFrom last: Int?, of device: SimulatedDevice, in window: Range<Int>) {
      for day in window where day >= device.activatedDay && day <= last ?? .max {
        days += 1
        if day == last { onsets += 1 }
      }
    }

    func rate(against other: Tally) -> Double? {
      guard other.onsets > 0, days > 0 else { return nil }
      return Double(onsets) / Double(days) / (Double(other.onsets) / Double(other.days))
    }
  }

  private func isOfCohort(_ device: SimulatedDevice, _ defect: ActiveDefect) -> Bool {
    device.product == defect.product && (defect.batch == nil || defect.batch == device.labelledBatch)
      && device.clockError < EventTime.day && device.mayCollect && device.stuckInMode == nil
  }

  private func isInCohort(_ defect: ActiveDefect, _ device: SimulatedDevice, day: Int) -> Bool {
    let isHumid =
      climate.days[device.region][day].relativeHumidityPct >= plan.products[device.product].humidAtPct
    return (defect.release == nil || defect.release == device.release(on: day)) && (!defect.needsHumidity || isHumid)
  }

  private func changeDay(of defect: ActiveDefect) -> Int? {
    let concerned = devices.filter { $0.product == defect.product && (defect.batch == nil || defect.batch == $0.batch) }
    return (max(0, defect.days.lowerBound)..<plan.days).first { day in
      var sum = 0.0
      var count = 0.0
      for device in concerned where device.sent.contains(day) {
        let isHumid =
          climate.days[device.region][day].relativeHumidityPct >= plan.products[device.product].humidAtPct
        guard defect.concerns(device, release: device.release(on: day), day: day, isHumid: isHumid) else { continue }
        sum += defect.factor(device, day: day)
        count += 1
      }
      return count > 0 && sum / count >= (1 + defect.fullFactor) / 2
    }
  }
}
