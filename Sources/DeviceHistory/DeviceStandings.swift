package import Vocabulary

/// One device as of a moment: what the model needs to say how likely it is to fail, and what an operator asks about it.
package struct DeviceStanding: Sendable {
  package var identity: DeviceIdentity
  /// With the firmware and place in force.
  package var facts: Facts
  package var reports: Int
  package var lastHeard: EventTime?
  package var modes: [Mode]

  package struct Mode: Sendable {
    package var mode: FailureMode
    package var risk: DeviceRisk
  }
}

/// One device after a bucket, as far as it can be seen at a glance.
package struct DeviceGlance: Sendable {
  package var identity: DeviceIdentity
  package var customer: String?
  package var isRetired: Bool
  /// With neither age nor risk factors.
  package var covariates: Covariates
  /// Onsets so far, by mode.
  package var onsets: [(mode: ModeKey, count: Int)] = []

  /// Memory to look at devices with.
  static let nobody = DeviceGlance(
    identity: DeviceIdentity(product: .unknown, device: ""), isRetired: false, covariates: Covariates())
}

extension FleetHistory {
  /// All devices as of a moment, in the order they came; `lengths`: the modes of which buckets to look at. Only closed
  /// or closable buckets that end by then count, and only `hazard` is asked of the model.
  package func forEachStanding(
    asOf moment: EventTime, lengths: Set<BucketLength>, includingRetired: Bool = false,
    hazard: (ModeKey, Covariates) -> Double, body: (DeviceStanding) -> Void
  ) {
    var outlook = WeatherOutlook()
    var record = DeviceRecord.nobody
    for number in numbers {
      read(number, into: &record)
      guard includingRetired || !record.isRetired(at: moment) else { continue }
      if let standing = standing(record, asOf: moment, lengths, &outlook, hazard) { body(standing) }
    }
  }

  /// What can be seen of a device without weighing its record, a fraction of the work: enough to tell whom a pass concerns.
  /// `standing`: memory to work in.
  func see(
    _ record: DeviceRecord, _ walk: BucketWalk, _ layout: ProductLayout, after bucket: Bucket,
    _ standing: inout Standing, _ glance: inout DeviceGlance
  ) -> Bool {
    let length = bucket.length
    let base = record[standing: length].upToHour
    guard !record.refusesTelemetry, bucket.next.startHour >= base else { return false }
    if record.hasReached(length, by: bucket.next.startHour) {
      standing.become(record[reached: length])
      for slot in layout.placed.silentSlots { standing.modes[slot] = record[standing: length].modes[slot] }
    } else {
      standing.become(record[standing: length])
    }
    walk.advance(record, &standing, through: bucket, visitFrom: .max) { _ in }
    walk.bookSilence(
      record, &standing, from: base, through: bucket, heardThrough: bucket, visitFrom: .max
    ) { _ in }
    let firmware = standing.firmware ?? record.facts.firmware ?? .unknown
    guard let profile = layout.profileIndex(firmware: firmware) else { return false }
    let place = record.place(before: bucket.end)
    glance.identity = record.identity
    glance.customer = record.facts.customer
    glance.isRetired = record.isRetired(at: bucket.end)
    glance.covariates = Covariates(
      region: place.region, carrier: place.carrier, batch: record.facts.batch ?? .unknown, firmware: firmware)
    glance.onsets.removeAll(keepingCapacity: true)
    for index in layout.placed.places(ofProfile: profile) {
      let placed = layout.placed[index]
      guard placed.bucket == length else { continue }
      glance.onsets.append((placed.key, Int(standing.modes[placed.slot].onsets)))
    }
    return true
  }

  package func standing(
    of device: String, asOf moment: EventTime, lengths: Set<BucketLength> = [.hour, .day],
    includingRetired: Bool = false, hazard: (ModeKey, Covariates) -> Double
  ) -> DeviceStanding? {
    var outlook = WeatherOutlook()
    return number(of: device).flatMap { number in
      let record = record(number)
      guard includingRetired || !record.isRetired(at: moment) else { return nil }
      return standing(record, asOf: moment, lengths, &outlook, hazard)
    }
  }

  /// The devices as they are listed: without looking at the model; or some of them, in the order in which they came.
  package func forEachDevice(from first: Int = 0, atMost count: Int = .max, _ body: (DeviceSummary) -> Void) {
    var presence = DeviceRecord.nobody.presence
    for number in numbers.dropFirst(first).prefix(count) where !records.isErased(number) {
      body(summary(of: number, named: records.id(of: number), &presence))
    }
  }

  package func summary(of device: String) -> DeviceSummary? {
    var presence = DeviceRecord.nobody.presence
    return number(of: device).map { summary(of: $0, named: device, &presence) }
  }

  /// Only what it says is unpacked: a list goes through a million of them.
  private func summary(of number: Int, named device: String, _ presence: inout Presence) -> DeviceSummary {
    let product = product(of: number)
    records.read(number, of: product, into: &presence, shape: shape(of: product))
    return DeviceSummary(
      identity: DeviceIdentity(product: product, device: device), facts: records.facts(of: number), presence)
  }

  private func standing(
    _ record: DeviceRecord, asOf moment: EventTime, _ lengths: Set<BucketLength>, _ outlook: inout WeatherOutlook,
    _ hazard: (ModeKey, Covariates) -> Double
  ) -> DeviceStanding? {
    guard let layout = layout(of: record.identity.product), !record.refusesTelemetry else { return nil }
    let place = record.place(before: moment)
    var result = DeviceStanding(
      identity: record.identity, facts: record.facts, reports: record.reports(before: moment),
      lastHeard: record.presence.lastHeard,
      modes: [])
    result.facts.region = place.region
    result.facts.carrier = place.carrier
    result.facts.firmware = record.presence.lastFirmware ?? record.facts.firmware
    // Facts that were said later than the moment aren't known yet; an import's have no time.
    var isKnown = record.facts != Facts() && record.facts.time.map { $0 < moment } ?? true
    for length in BucketLength.allCases where lengths.contains(length) && (length == .day || layout.watchesHours) {
      let last = Bucket(holding: moment, length: length).advanced(by: -1)
      guard last.next.startHour >= record[standing: length].upToHour, let walk = walk(record.presence.product, length)
      else { continue }
      var accrued = record[standing: length].modes.map(\.accruedHazard)
      var standing = record[standing: length]
      walk.run(record, &standing, through: last) { step in
        if step.counts.atRisk > 0, !step.isIncident { accrued[step.slot] += hazard(step.key, step.cell.covariates) }
      }
      isKnown = isKnown || standing.firstHeardHour != nil
      let firmware = standing.firmware ?? record.facts.firmware ?? .unknown
      result.facts.firmware = firmware
      guard let profile = layout.profileIndex(firmware: firmware) else { continue }
      let shares = outlook.shares(place.region, last, layout.profiles[profile].humidAtPct, surroundings)
      let heardShare = record[tallies: length].heardShare(
        standing, last, windowDays: settings.latenessDays + layout.lookBackDays)
      for (index, mode) in zip(layout.placed.places(ofProfile: profile), layout.placedModes(ofProfile: profile)) {
        let placed = layout.placed[index]
        guard placed.bucket == length else { continue }
        let risk = record.risk(
          placed, layout, standing, after: last, place, firmware, shares, surroundings, heardShare: heardShare,
          accruedHazard: accrued[placed.slot])
        result.modes.append(DeviceStanding.Mode(mode: mode, risk: risk))
      }
    }
    guard isKnown else { return nil }
    result.modes.sort { $0.mode.id < $1.mode.id }
    return result
  }
}

/// The weather of regions over the last four weeks, looked up once a pass.
struct WeatherOutlook {
  private struct Key: Hashable {
    var region: Symbol
    var last: Bucket
    var humidAtPct: Double
  }
  private var known: [Key: WeatherShares] = [:]

  mutating func shares(
    _ region: Symbol, _ last: Bucket, _ humidAtPct: Double, _ surroundings: Surroundings
  ) -> WeatherShares {
    let key = Key(region: region, last: last, humidAtPct: humidAtPct)
    if let shares = known[key] { return shares }
    let count = 28 * 24 / last.length.hours
    let shares = surroundings.shares(region: region, last: last, count: count, humidAtPct: humidAtPct)
    known[key] = shares
    return shares
  }
}

/// A device as it is listed.
package struct DeviceSummary: Sendable {
  package var identity: DeviceIdentity
  package var facts: Facts
  package var firmware: Symbol?
  package var reports: Int
  package var lastHeard: EventTime?
  package var unknownItems: Int
  package var sequenceGaps: Int64

  init(identity: DeviceIdentity, facts: Facts, _ presence: Presence) {
    self.identity = identity
    self.facts = facts
    firmware = presence.lastFirmware ?? facts.firmware
    reports = presence.reports
    lastHeard = presence.lastHeard
    unknownItems = presence.unknownItems
    sequenceGaps = presence.identities.gaps
  }
}

extension DeviceRecord {
  /// One mode's risk for a device whose buckets up to `last` are in `standing`.
  func risk(
    _ placed: PlacedModes.Mode, _ layout: ProductLayout, _ standing: Standing,
    after last: Bucket, _ place: DeviceRecord.Place, _ firmware: Symbol, _ weather: WeatherShares,
    _ surroundings: Surroundings, heardShare: Double, accruedHazard: Double
  ) -> DeviceRisk {
    let next = last.next
    let tallies = self[tallies: last.length]
    let activated = facts.activated
    let stand = standing.modes[placed.slot]
    let lastOnset = stand.lastOnsetHour.map { Bucket(startHour: $0, length: last.length) }
    let isOwn = lastOnset.map {
      !surroundings.isIncident(placed.key, carrier: place.carrier, region: place.region, in: $0)
    }
    return DeviceRisk(
      covariates: Covariates(
        region: place.region, carrier: place.carrier, batch: facts.batch ?? .unknown, firmware: firmware,
        age: layout.placed.age(placed, activated: activated, at: next.start),
        factors: layout.placed.bins(
          placed, before: next, tallies, index: tallies.index(from: next.startHour), activated: activated, standing)),
      weather: weather, onsets: Int(stand.onsets), accruedHazard: accruedHazard,
      bucketsNotAtRisk: stand.lastOnsetHour.map {
        max(0, Int(($0 + placed.refractoryHours - next.startHour) / last.length.hours))
      } ?? 0,
      heardShare: heardShare, lastOnset: isOwn == true ? lastOnset?.end : nil)
  }
}

extension TallySheet {
  /// Share of the buckets of the last `windowDays` in which the device was heard, since it was first; 1 for one that never
  /// was.
  func heardShare(_ standing: Standing, _ last: Bucket, windowDays: Int) -> Double {
    guard let first = standing.firstHeardHour else { return 1 }
    let from = max(first, last.next.startHour - Int32(windowDays) * 24)
    let heard = heads.count { $0.startHour >= from && $0.startHour <= last.startHour }
    return Double(heard) / Double(max(1, (last.next.startHour - from) / last.length.hours))
  }
}
