package import Vocabulary

/// How forecasts are made of devices and checked a horizon later: what the model's calibration is measured by.
package struct ForecastVerification {
  /// The bin of a device's probability within its mode's horizon, 1…255; 0: none is made.
  package var forecast: (ModeKey, DeviceRisk) -> UInt8
  /// What became of one that was made a horizon ago: whether an onset came.
  package var settle: (ModeKey, UInt8, Bool) -> Void

  package init(
    forecast: @escaping (ModeKey, DeviceRisk) -> UInt8, settle: @escaping (ModeKey, UInt8, Bool) -> Void
  ) {
    self.forecast = forecast
    self.settle = settle
  }
}

/// Makes and settles the forecasts of one pass. They rest on a device's final buckets and are settled by them, so that
/// neither order nor lateness of reports changes one; each device has a day of its own within the horizon, so that no pass
/// has to look at all of them; and of a large fleet a sample, chosen by id, is enough.
struct Forecaster {
  /// At a rate of half a percent a week, a hundred onsets a week.
  private static let mostDevices = 20_000

  private let sampled: UInt64
  private var outlook = WeatherOutlook()

  init(devices: Int) {
    let share = Double(Self.mostDevices) / Double(max(devices, 1))
    sampled = share >= 1 ? 1 << 32 : UInt64(share * 0x1p32)
  }

  /// `standing`: the record's at the end of `boundary`, with the rows before it still there; `from`: the hour it came from.
  mutating func verify(
    _ record: DeviceRecord, _ standing: inout Standing, _ layout: ProductLayout, _ surroundings: Surroundings,
    from: Int32, _ boundary: Bucket, _ verification: ForecastVerification
  ) {
    let firmware = standing.firmware ?? record.facts.firmware ?? .unknown
    guard let profile = layout.profileIndex(firmware: firmware) else { return }
    let hash = Self.hash(record.identity.device)
    let now = boundary.next.startHour
    var visited: UInt64 = 0
    for index in layout.placed.places(ofProfile: profile) {
      let placed = layout.placed[index]
      guard placed.bucket == boundary.length else { continue }
      visited |= 1 << UInt64(placed.slot & 63)
      let phase = Int32(hash % UInt64(placed.horizonHours / placed.bucket.hours)) * placed.bucket.hours
      let rest = (now - phase) % placed.horizonHours
      let sincePhase = rest < 0 ? rest + placed.horizonHours : rest
      guard sincePhase == 0 else {
        // Nothing was heard of the device when its forecast was to be settled.
        if now - sincePhase > from { standing.modes[placed.slot].forecastBin = 0 }
        continue
      }
      let mode = standing.modes[placed.slot]
      let onsets = UInt8(truncatingIfNeeded: mode.onsets)
      if mode.forecastBin != 0, from >= now - placed.horizonHours {
        // Less than before where a silence was taken back.
        verification.settle(placed.key, mode.forecastBin, (1...127).contains(onsets &- mode.forecastOnsets))
      }
      standing.modes[placed.slot].forecastOnsets = onsets
      standing.modes[placed.slot].forecastBin = 0
      guard hash >> 32 < sampled, now >= mode.evidenceFromHour else { continue }
      let place = record.place(before: boundary.end)
      let risk = record.risk(
        placed, layout, standing, after: boundary, place, firmware,
        outlook.shares(place.region, boundary, layout.humidAtPct[profile], surroundings), surroundings,
        heardShare: record[tallies: boundary.length].heardShare(standing, boundary, windowDays: layout.lookBackDays),
        accruedHazard: mode.accruedHazard)
      standing.modes[placed.slot].forecastBin = verification.forecast(placed.key, risk)
    }
    // Modes that the device's present firmware doesn't have.
    guard layout.profiles.count > 1 else { return }
    for slot in standing.modes.indices where visited & 1 << UInt64(slot & 63) == 0 {
      standing.modes[slot].forecastBin = 0
    }
  }

  /// FNV-1a, mixed: the same in every run.
  private static func hash(_ device: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in device.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    return hash ^ hash >> 33
  }
}
