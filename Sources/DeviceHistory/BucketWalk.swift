import Vocabulary

/// One device's buckets in order, judged by the rules of its product's modes: who is at risk, what is an onset. A pure
/// function of the record and its surroundings, so that a revision is the difference of two walks.
///
/// The rules, for a bucket in which the device was heard:
/// - an onset is a symptom outside refractory time; within it the device isn't at risk;
/// - the bucket of an installation, and `graceBuckets` − 1 after it, give neither exposure nor events;
/// - an announced outage of its carrier in its region takes the bucket out; so does `retired`;
/// - a bucket in which nothing was heard is no exposure.
struct BucketWalk {
  private let facts: Facts
  private let places: [DeviceRecord.Place]
  private let tallies: TallySheet
  private let start: Standing
  private let layout: ProductLayout
  private let surroundings: Surroundings
  private let length: BucketLength

  init(record: DeviceRecord, layout: ProductLayout, surroundings: Surroundings, length: BucketLength) {
    facts = record.facts
    places = record.places
    tallies = length == .day ? record.days : record.hours
    start = length == .day ? record.dayStanding : record.hourStanding
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

  /// Goes from the record's standing through `last` and returns where the device stands then. Whether a device fell
  /// silent is judged by what was heard through `heardThrough` (default: `last`). Steps of buckets before `visitFrom` change
  /// the standing but aren't shown.
  func run(
    through last: Bucket, heardThrough: Bucket? = nil, visitFrom: Int32 = .min, visit: (Step) -> Void
  ) -> Standing {
    var standing = start
    let factors = FactorJudge(tallies: tallies, layout: layout, facts: facts, length: length)
    var index = tallies.index(from: standing.upToHour)
    while index < tallies.count, tallies.heads[index].startHour <= last.startHour {
      let isShown = tallies.heads[index].startHour >= visitFrom
      step(over: index, factors, &standing, isShown, visit)
      index += 1
    }
    if length == .day {
      let horizon = max(last.startHour, heardThrough?.startHour ?? last.startHour)
      bookSilence(factors, &standing, through: last, heardThroughHour: horizon, visitFrom: visitFrom, visit)
    }
    standing.upToHour = last.next.startHour
    return standing
  }

  private func step(
    over index: Int, _ factors: FactorJudge, _ standing: inout Standing, _ isShown: Bool, _ visit: (Step) -> Void
  ) {
    let head = tallies.heads[index]
    let hour = head.startHour
    let before = standing.firmware
    if head.firmware.isSeveral || before != nil && !head.firmware.isEmpty && head.firmware.earliest != before {
      standing.installedHour = hour
    }
    standing.firmware = head.firmware.latest ?? before
    standing.firstHeardHour = standing.firstHeardHour ?? hour
    defer {
      for slot in layout.shape.timed where tallies.event(index, slot) > 0 { standing.lastEventHour[slot] = hour }
    }
    let bucket = Bucket(startHour: hour, length: length)
    let firmware = standing.firmware ?? facts.firmware ?? .unknown
    let place = places.inForce(before: bucket.end)
    guard let profile = layout.profileIndex(firmware: firmware), !isRetired(by: bucket.end),
      !surroundings.isOut(carrier: place.carrier, region: place.region, during: bucket)
    else { return }
    let weather =
      isShown
      ? surroundings.weather(region: place.region, in: bucket, humidAtPct: layout.profiles[profile].humidAtPct)
      : .unknown
    let bucketsSinceInstall = standing.installedHour.map { Int((hour - $0) / length.hours) }
    for placed in layout.placedModes(ofProfile: profile) where placed.bucket == length {
      let mode = standing.modes[placed.slot]
      guard placed.silenceDays == nil, hour >= mode.evidenceFromHour,
        bucketsSinceInstall.map({ $0 >= placed.graceBuckets }) ?? true
      else { continue }
      let isSymptom = placed.onset.isMet(by: tallies, index)
      let isAtRisk = mode.lastOnsetHour.map { hour - $0 >= placed.refractoryHours } ?? true
      guard isAtRisk || isSymptom else { continue }
      let isIncident = surroundings.isIncident(
        placed.key, carrier: place.carrier, region: place.region, in: bucket)
      if isAtRisk, isSymptom {
        standing.modes[placed.slot].lastOnsetHour = hour
        if !isIncident { standing.modes[placed.slot].onsets += 1 }
      }
      guard isShown else { continue }
      let covariates = Covariates(
        region: place.region, carrier: place.carrier, batch: facts.batch ?? .unknown, firmware: firmware,
        age: factors.age(at: bucket.start, placed.mode), weather: weather,
        factors: placed.hasFactors ? factors.bins(placed.mode, before: bucket, index: index, standing) : FactorBins())
      visit(
        Step(
          slot: placed.slot, key: placed.key, cell: Cell(bucket: bucket, covariates: covariates),
          counts: CellCounts(
            atRisk: isAtRisk ? 1 : 0, onsets: isAtRisk && isSymptom ? 1 : 0, symptoms: isSymptom ? 1 : 0),
          isIncident: isIncident))
    }
  }

  /// Silence is known only `days` later: a device heard on day X is at risk in the bucket X + days, and falls silent there
  /// if nothing was heard since. Whatever it last ran and wherever it last was is what the silence is counted against.
  private func bookSilence(
    _ factors: FactorJudge, _ standing: inout Standing, through last: Bucket, heardThroughHour: Int32,
    visitFrom: Int32, _ visit: (Step) -> Void
  ) {
    for profileIndex in layout.profiles.indices {
      for placed in layout.placedModes(ofProfile: profileIndex) {
        guard let days = placed.silenceDays else { continue }
        let delay = Int32(days) * 24
        let from = start.upToHour == .min ? Int32.min : start.upToHour - delay
        var index = tallies.index(from: from)
        while index < tallies.count, tallies.heads[index].startHour + delay <= last.startHour {
          defer { index += 1 }
          let isSilent =
            index == tallies.count - 1 || tallies.heads[index + 1].startHour > heardThroughHour
          let declared = Bucket(startHour: tallies.heads[index].startHour + delay, length: .day)
          guard isSilent || declared.startHour >= visitFrom else { continue }
          let heard = Bucket(startHour: tallies.heads[index].startHour, length: .day)
          let firmware = firmwareInForce(at: index) ?? standing.firmware ?? facts.firmware ?? .unknown
          let place = places.inForce(before: heard.end)
          guard layout.profileIndex(firmware: firmware) == profileIndex,
            declared.startHour >= standing.modes[placed.slot].evidenceFromHour, !isRetired(by: declared.end),
            !surroundings.isOut(
              carrier: place.carrier, region: place.region, from: heard.end, until: declared.end)
          else { continue }
          if isSilent {
            standing.modes[placed.slot].onsets += 1
            standing.modes[placed.slot].lastOnsetHour = declared.startHour
          }
          guard declared.startHour >= visitFrom else { continue }
          let covariates = Covariates(
            region: place.region, carrier: place.carrier, batch: facts.batch ?? .unknown, firmware: firmware,
            age: factors.age(at: heard.start, placed.mode),
            weather: surroundings.weather(
              region: place.region, in: heard, humidAtPct: layout.profiles[profileIndex].humidAtPct))
          visit(
            Step(
              slot: placed.slot, key: placed.key, cell: Cell(bucket: declared, covariates: covariates),
              counts: CellCounts(atRisk: 1, onsets: isSilent ? 1 : 0, symptoms: isSilent ? 1 : 0)))
        }
      }
    }
  }

  private func firmwareInForce(at index: Int) -> Symbol? {
    tallies.heads[...index].last { !$0.firmware.isEmpty }?.firmware.latest
  }

  private func isRetired(by moment: EventTime) -> Bool {
    facts.retired.map { $0 < moment } ?? false
  }
}

/// The bins of a mode's risk factors before a bucket, from the device's kept tallies.
struct FactorJudge {
  private let tallies: TallySheet
  private let layout: ProductLayout
  private let facts: Facts
  private let length: BucketLength

  init(tallies: TallySheet, layout: ProductLayout, facts: Facts, length: BucketLength) {
    self.tallies = tallies
    self.layout = layout
    self.facts = facts
    self.length = length
  }

  /// 0 where the activation isn't known, else 1 + the number of edges that the age has reached.
  func age(at moment: EventTime, _ mode: FailureMode) -> UInt8 {
    guard let activated = facts.activated else { return 0 }
    let days = Double(moment.milliseconds - activated.milliseconds) / Double(EventTime.day)
    return UInt8(1 + mode.ageBinsDays.count { days >= $0 })
  }

  /// `index`: of the first row that isn't before `bucket`.
  func bins(_ mode: FailureMode, before bucket: Bucket, index: Int, _ standing: Standing) -> FactorBins {
    var bins = FactorBins()
    for (position, factor) in mode.factors.enumerated() {
      bins[position] = factor.bin(of: value(of: factor, before: bucket, index: index, standing))
    }
    return bins
  }

  private func value(of factor: RiskFactor, before bucket: Bucket, index: Int, _ standing: Standing) -> Double? {
    func days(since hour: Int32?) -> Double? { hour.map { Double(bucket.startHour - $0) / 24 } }
    switch factor {
    case .signalMean(let name, _):
      guard index > 0, let slot = layout.signalSlots[name] else { return nil }
      return tallies.signal(index - 1, slot).mean
    case .eventCount(let type, let windowDays, _):
      guard let slot = layout.eventSlots[type] else { return nil }
      let first = tallies.index(from: bucket.startHour - Int32(windowDays) * 24)
      return Double((first..<max(first, index)).reduce(Int64(0)) { $0 + Int64(tallies.event($1, slot)) })
    case .since(.event(let type), _):
      return days(since: layout.eventSlots[type].flatMap { standing.lastEventHour[$0] })
    case .since(.install, _):
      return days(since: standing.installedHour)
    case .since(.activation, _):
      return facts.activated.map {
        Double(bucket.start.milliseconds - $0.milliseconds) / Double(EventTime.day)
      }
    }
  }
}
