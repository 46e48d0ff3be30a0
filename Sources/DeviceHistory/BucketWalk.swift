import Vocabulary

/// Devices' buckets in order, judged by the rules of their product's modes: who is at risk, what is an onset. A pure function
/// of a record and its surroundings, so that a revision is the difference of two walks.
///
/// The rules, for a bucket in which the device was heard:
/// - an onset is a symptom a refractory time or more after the last one; until then the device isn't at risk;
/// - the bucket of an installation, and `graceBuckets` − 1 after it, give neither exposure nor events; a symptom that began in
///   them and goes on in the next one isn't the new firmware's either, and begins refractory time;
/// - an announced outage of its carrier in its region takes the bucket out; so does `retired`;
/// - a bucket in which nothing was heard is no exposure.
struct BucketWalk {
  let product: Symbol
  private let layout: ProductLayout
  private let surroundings: Surroundings
  private let length: BucketLength

  init(layout: ProductLayout, surroundings: Surroundings, length: BucketLength) {
    product = layout.product
    self.layout = layout
    self.surroundings = surroundings
    self.length = length
  }

  struct Step {
    var slot: Int
    var key: ModeKey
    var cell: Cell
    var counts: CellCounts
    /// Everything around failed too: evidence for the stratum's cells, none for the device's own record.
    var isIncident = false
  }

  /// Takes the record's own `standing` through `last`. Whether a device fell silent is judged by what was heard through
  /// `heardThrough` (default: `last`). Steps of buckets before `visitFrom` change the standing but aren't shown.
  func run(
    _ record: DeviceRecord, _ standing: inout Standing, through last: Bucket, heardThrough: Bucket? = nil,
    visitFrom: Int32 = .min, visit: (Step) -> Void
  ) {
    let from = standing.upToHour
    advance(record, &standing, through: last, visitFrom: visitFrom, visit: visit)
    bookSilence(
      record, &standing, from: from, through: last, heardThrough: heardThrough ?? last, visitFrom: visitFrom,
      visit: visit)
  }

  /// All but silence, from wherever `standing` is.
  func advance(
    _ record: DeviceRecord, _ standing: inout Standing, through last: Bucket, visitFrom: Int32 = .min,
    visit: (Step) -> Void
  ) {
    let tallies = length == .day ? record.days : record.hours
    var row = tallies.index(from: standing.upToHour)
    while row < tallies.count, tallies.heads[row].startHour <= last.startHour {
      step(over: row, record, tallies, &standing, tallies.heads[row].startHour >= visitFrom, visit)
      row += 1
    }
    standing.upToHour = last.next.startHour
  }

  private func step(
    over row: Int, _ record: DeviceRecord, _ tallies: TallySheet, _ standing: inout Standing, _ isShown: Bool,
    _ visit: (Step) -> Void
  ) {
    let head = tallies.heads[row]
    let hour = head.startHour
    let before = standing.firmware
    if head.firmware.isSeveral || before != nil && !head.firmware.isEmpty && head.firmware.earliest != before {
      standing.installedHour = hour
    }
    standing.firmware = head.firmware.latest ?? before
    standing.firstHeardHour = standing.firstHeardHour ?? hour
    defer {
      for slot in layout.shape.timed where tallies.event(row, slot) > 0 { standing.lastEventHour[slot] = hour }
    }
    let bucket = Bucket(startHour: hour, length: length)
    let firmware = standing.firmware ?? record.facts.firmware ?? .unknown
    let place = record.place(before: bucket.end)
    guard let profile = layout.profileIndex(firmware: firmware), !record.isRetired(at: bucket.end),
      !surroundings.isOut(carrier: place.carrier, region: place.region, during: bucket)
    else { return }
    let weather =
      isShown
      ? surroundings.weather(region: place.region, in: bucket, humidAtPct: layout.humidAtPct[profile]) : .unknown
    let bucketsSinceInstall = standing.installedHour.map { Int((hour - $0) / length.hours) }
    for index in layout.placed.places(ofProfile: profile) {
      let placed = layout.placed[index]
      guard placed.bucket == length, placed.silenceDays == nil else { continue }
      let mode = standing.modes[placed.slot]
      guard hour >= mode.evidenceFromHour, bucketsSinceInstall.map({ $0 >= placed.graceBuckets }) ?? true else {
        continue
      }
      let isSymptom = layout.placed.isSymptom(placed, tallies, row)
      if isSymptom, row > 0, let installed = standing.installedHour,
        goesOnFromGrace(placed, tallies, row, installed: installed)
      {
        standing.modes[placed.slot].lastSymptomHour = hour
        continue
      }
      let isAtRisk = mode.lastSymptomHour.map { hour - $0 >= placed.refractoryHours } ?? true
      guard isAtRisk && isShown || isSymptom else { continue }
      let isIncident = surroundings.isIncident(
        placed.key, carrier: place.carrier, region: place.region, in: bucket)
      if isSymptom {
        standing.modes[placed.slot].lastSymptomHour = hour
        if mode.lastOnsetHour.map({ hour - $0 >= placed.refractoryHours }) ?? true {
          standing.modes[placed.slot].lastOnsetHour = hour
          if !isIncident { standing.modes[placed.slot].onsets += 1 }
        }
      }
      guard isShown else { continue }
      let covariates = Covariates(
        region: place.region, carrier: place.carrier, batch: record.facts.batch ?? .unknown, firmware: firmware,
        age: layout.placed.age(placed, activated: record.facts.activated, at: bucket.start), weather: weather,
        factors: layout.placed.bins(
          placed, before: bucket, tallies, index: row, activated: record.facts.activated, standing))
      visit(
        Step(
          slot: placed.slot, key: placed.key, cell: Cell(bucket: bucket, covariates: covariates),
          counts: CellCounts(
            atRisk: isAtRisk ? 1 : 0, onsets: isAtRisk && isSymptom ? 1 : 0, symptoms: isSymptom ? 1 : 0),
          isIncident: isIncident))
    }
  }

  /// Whether the bucket heard before was one of grace, and showed the symptom, too.
  private func goesOnFromGrace(
    _ placed: PlacedModes.Mode, _ tallies: TallySheet, _ row: Int, installed: Int32
  ) -> Bool {
    let before = tallies.heads[row - 1].startHour
    return before >= installed && Int((before - installed) / length.hours) < placed.graceBuckets
      && layout.placed.isSymptom(placed, tallies, row - 1)
  }

  /// Silence is known only `days` later: a device heard on day X is at risk in the bucket X + days, and falls silent there
  /// if nothing was heard since. Whatever it last ran and wherever it last was is what the silence is counted against.
  /// Of buckets X + days from `from` on.
  func bookSilence(
    _ record: DeviceRecord, _ standing: inout Standing, from: Int32, through last: Bucket, heardThrough: Bucket,
    visitFrom: Int32, visit: (Step) -> Void
  ) {
    guard length == .day, layout.watchesSilence else { return }
    let tallies = record.days
    let heardThroughHour = max(last.startHour, heardThrough.startHour)
    for profile in layout.profiles.indices {
      for index in layout.placed.places(ofProfile: profile) {
        let placed = layout.placed[index]
        guard let days = placed.silenceDays else { continue }
        let delay = Int32(days) * 24
        var row = tallies.index(from: from == .min ? .min : from - delay)
        while row < tallies.count, tallies.heads[row].startHour + delay <= last.startHour {
          defer { row += 1 }
          let isSilent = row == tallies.count - 1 || tallies.heads[row + 1].startHour > heardThroughHour
          let declared = Bucket(startHour: tallies.heads[row].startHour + delay, length: .day)
          guard isSilent || declared.startHour >= visitFrom else { continue }
          let heard = Bucket(startHour: tallies.heads[row].startHour, length: .day)
          let firmware = tallies.firmware(through: row) ?? standing.firmware ?? record.facts.firmware ?? .unknown
          let place = record.place(before: heard.end)
          guard layout.profileIndex(firmware: firmware) == profile,
            declared.startHour >= standing.modes[placed.slot].evidenceFromHour, !record.isRetired(at: declared.end),
            !surroundings.isOut(carrier: place.carrier, region: place.region, from: heard.end, until: declared.end)
          else { continue }
          if isSilent {
            standing.modes[placed.slot].onsets += 1
            standing.modes[placed.slot].lastOnsetHour = declared.startHour
          }
          guard declared.startHour >= visitFrom else { continue }
          let covariates = Covariates(
            region: place.region, carrier: place.carrier, batch: record.facts.batch ?? .unknown, firmware: firmware,
            age: layout.placed.age(placed, activated: record.facts.activated, at: heard.start),
            weather: surroundings.weather(region: place.region, in: heard, humidAtPct: layout.humidAtPct[profile]))
          visit(
            Step(
              slot: placed.slot, key: placed.key, cell: Cell(bucket: declared, covariates: covariates),
              counts: CellCounts(atRisk: 1, onsets: isSilent ? 1 : 0, symptoms: isSilent ? 1 : 0)))
        }
      }
    }
  }
}
