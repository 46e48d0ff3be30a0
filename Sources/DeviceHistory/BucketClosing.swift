package import Vocabulary

/// The clock moves on and buckets close: evidence out, and what can't change any more folded into the standings.
extension FleetHistory {
  package var now: EventTime? { clock.now }

  /// The end of what the clock calls now.
  package var latest: EventTime? { clock.latest }

  /// The wall clock's or the capture's time; without effect on an event clock.
  package mutating func advance(to time: EventTime) { clock.advance(to: time) }

  /// The next bucket that the clock has left behind for good, if any; the earliest end first.
  package func nextDue() -> Bucket? {
    guard let now = clock.now else { return nil }
    return nextToClose { $0.end + settings.settle($0.length) <= now }
  }

  /// At a replay's end every bucket that holds a report closes, if it isn't still ahead of the clock by more than a day.
  package func nextAtEnd() -> Bucket? {
    let limit = (clock.latest ?? .distantPast) + HistorySettings.ahead
    return nextToClose { bucket in
      latestTallied[bucket.length].map { bucket <= $0 } ?? false && bucket.start <= limit
    }
  }

  private func nextToClose(_ isDue: (Bucket) -> Bool) -> Bucket? {
    guard let start = clock.start else { return nil }
    let lengths: [BucketLength] = layouts.values.contains(where: \.watchesHours) ? [.hour, .day] : [.day]
    return lengths.map { length in nextToClose(length, start) }
      .filter(isDue)
      .min { ($0.end, $0.length.hours) < ($1.end, $1.length.hours) }
  }

  /// Hours that a reload has brought in, or back, begin where the days stand: not with the daemon's first day.
  private func nextToClose(_ length: BucketLength, _ start: EventTime) -> Bucket {
    let next = closedThrough[length]?.next ?? Bucket(holding: start, length: length)
    guard length == .hour, let day = closedThrough[.day] else { return next }
    return max(next, Bucket(holding: day.end - EventTime.day, length: .hour))
  }

  /// Closes the bucket: its evidence, and the differences that late, repeated or revised words made to earlier ones.
  /// Only what was said of buckets up to this one is looked at, whatever has come in since.
  package mutating func close(_ bucket: Bucket) -> [Evidence] {
    surroundings.freeze(bucket)
    // What was said of buckets before the clock's start comes with the first closing.
    let isFirst = closedThrough[bucket.length] == nil
    var evidence: [Evidence] = []
    for index in records.indices where !records[index].refusesTelemetry {
      if bucket.length == .day, let taken = takeBackSilence(of: index, heardThrough: bucket) { evidence.append(taken) }
      let before = beforeRevision[index]?[bucket.length] ?? evidenceIfSilent(index, before: bucket)
      if let before { evidence += before.map { Evidence(mode: $0.mode, cell: $0.cell, counts: -$0.counts) } }
      guard !records[index].days.isEmpty, let walk = walk(index, bucket.length) else { continue }
      _ = walk.run(through: bucket) { step in
        guard before != nil || isFirst || step.cell.bucket == bucket else { return }
        evidence.append(Evidence(mode: step.key, cell: step.cell, counts: step.counts))
      }
    }
    for index in beforeRevision.keys { beforeRevision[index]?[bucket.length] = nil }
    beforeRevision = beforeRevision.filter { !$0.value.isEmpty }
    closedThrough[bucket.length] = bucket
    return evidence
  }

  /// A device that nothing was heard of for days may stand as silent in an open bucket, and may return in this one.
  private func evidenceIfSilent(_ index: Int, before bucket: Bucket) -> [Evidence]? {
    guard bucket.length == .day, let closed = closedThrough[.day],
      let last = records[index].days.last(where: { $0.startHour <= closed.startHour }),
      closed.startHour - last.startHour > 24
    else { return nil }
    return evidence(of: index, through: closed)
  }

  /// A device returned whose silence is booked in a final cell: the booking is taken out again.
  private mutating func takeBackSilence(of index: Int, heardThrough bucket: Bucket) -> Evidence? {
    guard let booked = records[index].bookedSilence,
      records[index].days.contains(where: {
        $0.startHour > booked.cell.bucket.startHour && $0.startHour <= bucket.startHour
      })
    else { return nil }
    records[index].bookedSilence = nil
    if let slot = layouts[records[index].identity.product]?.modeSlots[booked.mode.mode] {
      records[index].dayStanding.modes[slot].onsets -= 1
      records[index].dayStanding.modes[slot].lastOnsetHour = nil
    }
    changed.insert(index)
    return Evidence(mode: booked.mode, cell: booked.cell, counts: CellCounts(onsets: -1, symptoms: -1))
  }

  /// What the model found around the devices in a pass, before anything is folded.
  package mutating func replaceIncidents(_ beliefs: [ModeBelief], after bucket: Bucket) {
    let boundary = Bucket(holding: bucket.end - settings.lateness, length: bucket.length)
    for belief in beliefs {
      surroundings.replaceIncidents(of: belief.mode, from: boundary.startHour, with: belief.incidents)
    }
  }

  /// After the model has seen the bucket: what ended `lateness` before it can't change any more and is folded into the
  /// devices' standings, with the hazard that the model gives it.
  package mutating func fold(after bucket: Bucket, hazard: (ModeKey, Covariates) -> Double) {
    let limit = bucket.end - settings.lateness
    let boundary = Bucket(holding: limit, length: bucket.length).advanced(by: -1)
    for index in records.indices where !records[index][tallies: bucket.length].isEmpty {
      fold(index, through: boundary, closed: bucket, hazard: hazard)
      records[index].identities.forget(before: limit)
      changed.insert(index)
    }
    if bucket.length == .day { surroundings.forget(before: limit - 28 * EventTime.day) }
  }

  private mutating func fold(
    _ index: Int, through boundary: Bucket, closed: Bucket, hazard: (ModeKey, Covariates) -> Double
  ) {
    let length = boundary.length
    guard let walk = walk(index, length), let layout = layouts[records[index].identity.product],
      boundary.startHour >= records[index][standing: length].upToHour
    else { return }
    var accrued = records[index][standing: length].modes.map(\.accruedHazard)
    var silence: Evidence?
    var standing = walk.run(through: boundary, heardThrough: closed) { step in
      if step.counts.atRisk > 0, !step.isIncident { accrued[step.slot] += hazard(step.key, step.cell.covariates) }
      if step.counts.onsets > 0, step.key.mode == FailureMode.silent {
        silence = Evidence(mode: step.key, cell: step.cell, counts: step.counts)
      }
    }
    for slot in accrued.indices { standing.modes[slot].accruedHazard = accrued[slot] }
    records[index][standing: length] = standing
    records[index].bookedSilence = silence ?? records[index].bookedSilence
    let keepFrom = standing.upToHour - Int32(layout.lookBackDays) * 24
    records[index][tallies: length].removeAll { $0.startHour < keepFrom }
    if let current = records[index].places.lastIndex(where: { $0.from <= boundary.end }), current > 0 {
      records[index].places.removeFirst(current)
    }
  }
}

extension FleetHistory {
  package func lastClosed(_ length: BucketLength) -> Bucket? { closedThrough[length] }
}
