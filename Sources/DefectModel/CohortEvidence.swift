package import Vocabulary

/// What a finding rests on, place by place and day by day: its devices against the others of the same region, carrier and
/// bucket.
///
/// The ratio of a region is Mantel and Haenszel's of person-time: with d of n device-buckets of the cohort and c of m of the
/// others in a stratum's bucket, N = n + m, R = Σ d m / N, S = Σ c n / N, ratio R / S, variance of its logarithm
/// Σ (d + c) n m / N² / (R S) (Greenland & Robins 1985). Half an onset is added to either side, spread as the device-buckets
/// are, so that none at all gives an interval too.
///
/// Checkable: 10 onsets of 100 against 2 of 100: R = 5.25, S = 1.25, ratio 4.2 [1.32–13.4].
package struct CohortEvidence: Hashable, Sendable {
  package struct Region: Hashable, Sendable {
    package var region: Symbol
    package var deviceDays: Double
    package var onsets: Int
    package var otherDeviceDays: Double
    package var otherOnsets: Int
    /// `nil` where nobody else was there to compare with.
    package var ratio: Interval?
  }

  package struct Day: Hashable, Sendable {
    package var start: EventTime
    package var deviceDays: Double
    package var onsets: Int
    /// Onsets that the cohort would have had at the others' rate.
    package var expected: Double
  }

  package struct Effect: Hashable, Sendable {
    package var cohort: Cohort
    /// By the last fit; `nil` where it has no term for it.
    package var ratio: Interval?
  }

  /// Sorted; with the cohort's devices in them.
  package var regions: [Region]
  /// In the order of time, all that are kept.
  package var days: [Day]
  package var effects: [Effect]
}

extension HazardModel {
  /// - Parameter onset: regions are counted from it on; days are all there are.
  package func evidence(
    _ mode: ModeKey, of cohort: Cohort, since onset: EventTime?, effects cohorts: [Cohort]
  ) -> CohortEvidence? {
    guard let model = model(mode)?.settled else { return nil }
    return CohortEvidence(
      cells: model.cells, hazard: model.hazard, bucketsPerDay: model.bucketsPerDay, cohort: cohort, since: onset,
      effects: cohorts)
  }
}

extension CohortEvidence {
  init(
    cells table: CellTable, hazard: PredictiveHazard, bucketsPerDay: Double, cohort: Cohort, since onset: EventTime?,
    effects cohorts: [Cohort]
  ) {
    let suspect = Suspect(cohort)
    let lexicon = table.lexicon
    let isOwn = lexicon.profiles.map { suspect.includes($0.batchWord, $0.firmwareWord, $0.weather) }
    var regions: [Symbol: Comparison] = [:]
    var days: [Int32: Day] = [:]
    for bucket in table.all {
      let start = EventTime(seconds: Int64(bucket.startHour) * 3600)
      let counts = onset.map { start >= $0 } ?? true
      let hour = bucket.startHour - (bucket.startHour % 24 + 24) % 24
      var day =
        days[hour]
        ?? Day(start: EventTime(seconds: Int64(hour) * 3600), deviceDays: 0, onsets: 0, expected: 0)
      for group in bucket.groups {
        let region = lexicon.strata.keys[Int(group.stratum)].region
        guard cohort.region == nil || cohort.region == region else { continue }
        var own = (days: 0.0, onsets: 0.0)
        bucket.forEachRow(of: group) { profile, atRisk, onsets in
          guard isOwn[profile] else { return }
          own.days += atRisk
          own.onsets += onsets
        }
        guard own.days > 0 else { continue }
        let others = (days: Double(group.atRisk) - own.days, onsets: Double(group.onsets) - own.onsets)
        day.deviceDays += own.days / bucketsPerDay
        day.onsets += Int(own.onsets)
        if others.days > 0 { day.expected += own.days * others.onsets / others.days }
        if counts { regions[region, default: .init()].add(own, others) }
      }
      days[hour] = day
    }
    self.regions = regions.sorted { $0.key < $1.key }.map { region, sum in
      Region(
        region: region, deviceDays: sum.own.days / bucketsPerDay, onsets: Int(sum.own.onsets),
        otherDeviceDays: sum.others.days / bucketsPerDay, otherOnsets: Int(sum.others.onsets), ratio: sum.ratio)
    }
    self.days = days.values.sorted { $0.start < $1.start }
    effects = cohorts.map { cohort in
      let suspect = Suspect(cohort)
      return Effect(cohort: cohort, ratio: hazard.ratio(suspect.mainEffects + [suspect]))
    }
  }

  /// One region's strata and buckets, summed up.
  private struct Comparison {
    var own = (days: 0.0, onsets: 0.0)
    var others = (days: 0.0, onsets: 0.0)
    /// R, S, and Σ (d + c) n m / N².
    var sums = (0.0, 0.0, 0.0)

    mutating func add(_ own: (days: Double, onsets: Double), _ others: (days: Double, onsets: Double)) {
      self.own = (self.own.days + own.days, self.own.onsets + own.onsets)
      self.others = (self.others.days + others.days, self.others.onsets + others.onsets)
      weigh(own, others)
    }

    private mutating func weigh(_ own: (days: Double, onsets: Double), _ others: (days: Double, onsets: Double)) {
      let all = own.days + others.days
      guard others.days > 0 else { return }
      sums.0 += own.onsets * others.days / all
      sums.1 += others.onsets * own.days / all
      sums.2 += (own.onsets + others.onsets) * own.days * others.days / (all * all)
    }

    var ratio: Interval? {
      guard others.days > 0, own.days > 0 else { return nil }
      var sum = self
      sum.weigh((own.days, 0.5), (others.days, 0.5))
      let log = logarithm(sum.sums.0 / sum.sums.1)
      let half = 1.644_854 * (sum.sums.2 / (sum.sums.0 * sum.sums.1)).squareRoot()
      return Interval(mean: exponential(log), low: exponential(log - half), high: exponential(log + half))
    }
  }
}

extension Suspect {
  init(_ cohort: Cohort) {
    self.init(
      batch: cohort.batch, firmware: cohort.firmware,
      isHumid: cohort.cause == .batchAndEnvironment || cohort.cause == .firmwareAndEnvironment)
  }
}
