package import Vocabulary

/// The clock moves on and buckets close: evidence out, and what can't change any more folded into the standings.
extension FleetHistory {
  package var now: EventTime? { clock.now }

  /// The end of what the clock calls now.
  package var latest: EventTime? { clock.latest }

  /// The wall clock's or the capture's time; without effect on an event clock.
  package mutating func advance(to time: EventTime) { clock.advance(to: time) }

  /// The next bucket that the clock has left behind for good, if any; the earliest end first. Asked before each message.
  package func nextDue() -> Bucket? {
    guard let now = clock.now, let start = clock.start else { return nil }
    func due(_ length: BucketLength) -> Bucket? {
      let next = nextToClose(length, start)
      return next.end + settings.settle(length) <= now ? next : nil
    }
    return Self.earlier(watchesHours ? due(.hour) : nil, due(.day))
  }

  /// At a replay's end every bucket that holds a report closes, if it isn't still ahead of the clock by more than a day.
  package func nextAtEnd() -> Bucket? {
    guard let start = clock.start else { return nil }
    let limit = (clock.latest ?? .distantPast) + HistorySettings.ahead
    func open(_ length: BucketLength) -> Bucket? {
      let next = nextToClose(length, start)
      return latestTallied[length].map { next <= $0 } ?? false && next.start <= limit ? next : nil
    }
    return Self.earlier(watchesHours ? open(.hour) : nil, open(.day))
  }

  private static func earlier(_ hour: Bucket?, _ day: Bucket?) -> Bucket? {
    guard let hour, let day else { return hour ?? day }
    return (hour.end, hour.length.hours) < (day.end, day.length.hours) ? hour : day
  }

  /// Hours that a reload has brought in, or back, begin where the days stand: not with the daemon's first day.
  private func nextToClose(_ length: BucketLength, _ start: EventTime) -> Bucket {
    let next = closedThrough[length]?.next ?? Bucket(holding: start, length: length)
    guard length == .hour, let day = closedThrough[.day] else { return next }
    return max(next, Bucket(holding: day.end - EventTime.day, length: .hour))
  }

  /// Closes the bucket: its evidence, and the differences that late, repeated or revised words made to earlier ones.
  /// Only what was said of buckets up to this one is looked at, whatever has come in since.
  package mutating func close(_ bucket: Bucket, _ learn: (Evidence) -> Void) {
    putAway()
    surroundings.freeze(bucket)
    let closed = closedThrough[bucket.length]
    // What was said of buckets before the clock's start comes with the first closing.
    let from = closed == nil ? Int32.min : bucket.startHour
    for difference in revisions.take(bucket.length) { learn(difference) }
    var record = DeviceRecord.nobody
    var standing = Standing(shape: .nothing)
    var known: BucketWalk?
    for number in numbers {
      read(number, into: &record)
      guard !record.refusesTelemetry else { continue }
      if bucket.length == .day, let taken = takeBackSilence(of: &record, heardThrough: bucket) {
        write(&record, at: number)
        learn(taken)
      }
      guard !record[tallies: bucket.length].isEmpty, let walk = walk(record, bucket.length, &known) else { continue }
      standing.become(record[standing: bucket.length])
      if let closed, mayEndSilence(record, in: bucket, closed) {
        // What stood of it before is taken back, and all is told anew.
        for item in evidence(of: record, closedOf: bucket.length) {
          learn(Evidence(mode: item.mode, cell: item.cell, counts: -item.counts))
        }
        walk.run(record, &standing, through: bucket) {
          learn(Evidence(mode: $0.key, cell: $0.cell, counts: $0.counts))
        }
        continue
      }
      if closed != nil, record.hasReached(bucket.length, by: bucket.startHour) {
        standing.become(record[reached: bucket.length])
      }
      walk.advance(record, &standing, through: bucket, visitFrom: from) {
        learn(Evidence(mode: $0.key, cell: $0.cell, counts: $0.counts))
      }
      walk.bookSilence(record, &standing, from: from, through: bucket, heardThrough: bucket, visitFrom: from) {
        learn(Evidence(mode: $0.key, cell: $0.cell, counts: $0.counts))
      }
    }
    closedThrough[bucket.length] = bucket
  }

  /// A device that nothing was heard of for days may stand as silent in an open bucket, and may return in this one.
  private func mayEndSilence(_ record: DeviceRecord, in bucket: Bucket, _ closed: Bucket) -> Bool {
    guard bucket.length == .day,
      let last = record.days.heads.last(where: { $0.startHour <= closed.startHour }),
      closed.startHour - last.startHour >= 24
    else { return false }
    return record.days.heads.contains { $0.startHour > closed.startHour && $0.startHour <= bucket.startHour }
  }

  /// A device returned whose silence is booked in a final cell: the booking is taken out again.
  private func takeBackSilence(of record: inout DeviceRecord, heardThrough bucket: Bucket) -> Evidence? {
    guard let booked = record.bookedSilence,
      record.days.heads.contains(where: {
        $0.startHour > booked.cell.bucket.startHour && $0.startHour <= bucket.startHour
      })
    else { return nil }
    record.bookedSilence = nil
    if let slot = layouts[record.identity.product]?.modeSlots[booked.mode.mode] {
      record.dayStanding.modes[slot].onsets -= 1
      record.dayStanding.modes[slot].lastOnsetHour = nil
    }
    return Evidence(mode: booked.mode, cell: booked.cell, counts: CellCounts(onsets: -1, symptoms: -1))
  }

  /// The walk of the record's product; `known`, the one of the record before, usually is it.
  private func walk(_ record: DeviceRecord, _ length: BucketLength, _ known: inout BucketWalk?) -> BucketWalk? {
    if known?.product != record.presence.product { known = walk(record.presence.product, length) }
    return known
  }

  /// What the model found around the devices in a pass, before anything is folded.
  package mutating func replaceIncidents(_ beliefs: [ModeBelief], after bucket: Bucket) {
    let boundary = Bucket(holding: bucket.end - settings.lateness, length: bucket.length)
    for belief in beliefs {
      let hasChanged = surroundings.replaceIncidents(
        of: belief.mode, from: boundary.startHour, with: belief.incidents)
      // An onset in an incident is none of the device's own: what was reached is reached anew.
      if hasChanged { areIncidentsNews = true }
    }
  }

  /// After the model has seen the bucket: what ended `lateness` before it can't change any more and is folded into the
  /// devices' standings, with the hazard that the model gives it. Each device is shown on the way, as of the bucket's end.
  package mutating func fold(
    after bucket: Bucket, hazard: (ModeKey, Covariates) -> Double, verification: ForecastVerification? = nil,
    look: (DeviceGlance) -> Void = { _ in }
  ) {
    putAway()
    let limit = bucket.end - settings.lateness
    let boundary = Bucket(holding: limit, length: bucket.length).advanced(by: -1)
    var record = DeviceRecord.nobody
    var glance = DeviceGlance.nobody
    var standing = Standing(shape: .nothing)
    var accrued: [Standing.Mode] = []
    var known: BucketWalk?
    var forecaster = Forecaster(devices: deviceCount)
    for number in numbers {
      read(number, into: &record)
      guard let walk = walk(record, bucket.length, &known), let layout = layout(of: record.presence.product) else {
        continue
      }
      let isFolded =
        !record[tallies: bucket.length].isEmpty
        && fold(&record, walk, layout, through: boundary, closed: bucket, &accrued, hazard, &forecaster, verification)
      let isAhead = reach(&record, walk, bucket)
      if isFolded { record.presence.identities.forget(before: limit) }
      if isFolded || isAhead { write(&record, at: number) }
      if see(record, walk, layout, after: bucket, &standing, &glance) { look(glance) }
    }
    areIncidentsNews = false
    if bucket.length == .day { surroundings.forget(before: limit - 28 * EventTime.day) }
  }

  /// Whether there was anything to fold. `accrued`: memory for what the device accrues, by slot.
  private func fold(
    _ record: inout DeviceRecord, _ walk: BucketWalk, _ layout: ProductLayout, through boundary: Bucket, closed: Bucket,
    _ accrued: inout [Standing.Mode], _ hazard: (ModeKey, Covariates) -> Double, _ forecaster: inout Forecaster,
    _ verification: ForecastVerification?
  ) -> Bool {
    let length = boundary.length
    guard boundary.startHour >= record[standing: length].upToHour else { return false }
    var standing = Standing(shape: .nothing)
    swap(&standing, &record[standing: length])
    defer { swap(&standing, &record[standing: length]) }
    var silence: Evidence?
    let from = standing.upToHour
    for slot in accrued.indices { accrued[slot] = Standing.Mode() }
    while accrued.count < standing.modes.count { accrued.append(Standing.Mode()) }
    walk.run(record, &standing, through: boundary, heardThrough: closed) { step in
      if step.counts.atRisk > 0, !step.isIncident {
        accrued[step.slot].accrue(hazard(step.key, step.cell.covariates))
      }
      if step.counts.onsets > 0, step.key.mode == FailureMode.silent {
        silence = Evidence(mode: step.key, cell: step.cell, counts: step.counts)
      }
    }
    for slot in standing.modes.indices { standing.modes[slot].accruedUnits += accrued[slot].accruedUnits }
    if let verification {
      forecaster.verify(record, &standing, layout, surroundings, from: from, boundary, verification)
    }
    record.bookedSilence = silence ?? record.bookedSilence
    let keepFrom = standing.upToHour - Int32(layout.lookBackDays) * 24
    record[tallies: length].removeFirst(record[tallies: length].index(from: keepFrom))
    // The last of the folded buckets stays whole: the next one's factors look at its signals.
    record[tallies: length].strip(
      before: max(0, record[tallies: length].index(from: standing.upToHour) - 1), shape: layout.shape)
    if let current = record.places.lastIndex(where: { $0.from <= boundary.end }), current > 0 {
      record.places.removeFirst(current)
    }
    return true
  }

  /// Takes what the record has reached on through `bucket`; whether there was anything on the way.
  private func reach(_ record: inout DeviceRecord, _ walk: BucketWalk, _ bucket: Bucket) -> Bool {
    let length = bucket.length
    let hasReached = !areIncidentsNews && record.hasReached(length, by: bucket.next.startHour)
    let from = hasReached ? record[reached: length].upToHour : record[standing: length].upToHour
    let tallies = record[tallies: length]
    let row = tallies.index(from: from)
    guard row < tallies.count, tallies.heads[row].startHour <= bucket.startHour else {
      // Nothing since: what was reached stays as it is, and what isn't known is the standing itself.
      let wasKnown = record[reached: length].upToHour != .min
      if !hasReached { record[reached: length].upToHour = .min }
      return !hasReached && wasKnown
    }
    var standing = Standing(shape: .nothing)
    swap(&standing, &record[reached: length])
    if !hasReached { standing.become(record[standing: length]) }
    walk.advance(record, &standing, through: bucket, visitFrom: .max) { _ in }
    swap(&standing, &record[reached: length])
    return true
  }
}

extension DeviceRecord {
  /// Whether what was reached is known, lies ahead of the standing, and not beyond `hour`.
  func hasReached(_ length: BucketLength, by hour: Int32) -> Bool {
    let reached = self[reached: length].upToHour
    return reached != .min && reached >= self[standing: length].upToHour && reached <= hour
  }
}

extension FleetHistory {
  package func lastClosed(_ length: BucketLength) -> Bucket? { closedThrough[length] }
}
