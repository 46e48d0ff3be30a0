package import Vocabulary

/// All verdicts on devices, beside the packed records: a device without one costs nothing.
///
/// A set by the verdicts' numbers, so that order, repetition and shards make no difference. What a device had done by the
/// time of its verdict is taken down once, in the first day's pass after it (`settle`).
///
/// **A device.** With o the odds that the model gives a failure within the horizon, and of each source its latest verdict
/// that told anything and is younger than the mode's horizon,
///
///     o' = o · Π LR(source, result)^(1 − age / horizon),   LR(fault) = sens / (1 − spec),  LR(no fault) = (1 − sens) / spec
///
/// Checkable: P = 0.30 and a remote check (0.9, 0.95) that found the fault now: 0.4286 · 18 = 7.71, P = 0.885; half a horizon
/// later 0.4286 · √18 = 1.818, P = 0.645. A remote check speaks of the firmware that ran then: on another it doesn't count.
/// And where the latest word of a bench or a person is that there is no such fault, the onsets by symptom before it weren't
/// this fault: they leave the device's own record (N), while its accrued hazard stays.
package struct VerdictBook: Sendable {
  /// Kept of one device; the oldest go. One that says more is not looked at but talking.
  package static let mostOfDevice = 32
  /// The longest horizon that a profile may have, and for how long a verdict counts for its cohort.
  package static let daysKept: Int64 = 366

  private var kept: [UInt64: KeptVerdict] = [:]
  private var byDevice: [String: [UInt64]] = [:]
  private var unsettled: Set<UInt64> = []
  private var changed: Set<UInt64> = []
  private var removed: Set<UInt64> = []

  package init() {}

  package var isEmpty: Bool { kept.isEmpty }
  package var count: Int { kept.count }

  /// - Returns: whether it is news.
  @discardableResult
  package mutating func take(_ verdict: Verdict) -> Bool {
    let id = verdict.id
    if let known = kept[id], known.verdict == verdict || verdict.ticket == nil { return false }
    put(KeptVerdict(verdict), id)
    changed.insert(id)
    removed.remove(id)
    let device = verdict.identity.device
    if let ids = byDevice[device], ids.count > Self.mostOfDevice, let oldest = ids.min(by: isBefore) { drop(oldest) }
    return kept[id] != nil
  }

  /// A ticket as it stands: its end is a verdict, and a reopened one takes it back.
  package mutating func apply(_ change: CaseChange) {
    guard case .ticket(let ticket) = change else { return }
    if let verdict = Verdict(ticket) {
      take(verdict)
    } else if !isEmpty, ticket.state.isOpen {
      let id = Verdict(
        identity: DeviceIdentity(product: ticket.product, device: ticket.device), failureMode: nil, time: .distantPast,
        result: .inconclusive, source: .ticket, ticket: ticket.id
      ).id
      if kept[id] != nil { drop(id) }
    }
  }

  private mutating func put(_ verdict: KeptVerdict, _ id: UInt64) {
    if kept.updateValue(verdict, forKey: id) == nil {
      byDevice[verdict.verdict.identity.device, default: []].append(id)
    }
    if verdict.standing == nil { unsettled.insert(id) } else { unsettled.remove(id) }
  }

  private mutating func drop(_ id: UInt64) {
    guard let device = kept.removeValue(forKey: id)?.verdict.identity.device else { return }
    byDevice[device]?.removeAll { $0 == id }
    if byDevice[device]?.isEmpty == true { byDevice[device] = nil }
    unsettled.remove(id)
    changed.remove(id)
    removed.insert(id)
  }

  package mutating func forget(device: String) {
    for id in byDevice[device] ?? [] { drop(id) }
  }

  private func isBefore(_ left: UInt64, _ right: UInt64) -> Bool {
    guard let first = kept[left]?.verdict.time, let second = kept[right]?.verdict.time else { return left < right }
    return first == second ? left < right : first < second
  }

  // MARK: A pass

  /// Takes down how the devices of new verdicts stand, and forgets verdicts that count no more.
  package mutating func settle(before moment: EventTime, _ standing: (Verdict) -> KeptVerdict.Standing?) {
    guard !isEmpty else { return }
    for id in unsettled.sorted() {
      guard let entry = kept[id], entry.verdict.time < moment, let standing = standing(entry.verdict) else { continue }
      put(KeptVerdict(entry.verdict, standing: standing), id)
      changed.insert(id)
    }
    let limit = moment - Self.daysKept * EventTime.day
    for (id, entry) in kept where entry.verdict.time < limit { drop(id) }
  }

  /// All that was kept of a device before a moment, the oldest first.
  package func verdicts(of device: String, before moment: EventTime = .distantFuture) -> [KeptVerdict] {
    (byDevice[device] ?? []).sorted(by: isBefore).compactMap { kept[$0] }.filter { $0.verdict.time < moment }
  }

  package func concerns(_ device: String) -> Bool { !byDevice.isEmpty && byDevice[device] != nil }

  /// - Parameter firmware: that the device runs.
  package func verdict(
    on device: String, _ mode: FailureMode, firmware: Symbol, before moment: EventTime
  ) -> DeviceVerdict? {
    guard concerns(device) else { return nil }
    var latest: Verdict?
    var conclusive: [Verdict.Source: KeptVerdict] = [:]
    var byHand: KeptVerdict?
    for entry in verdicts(of: device, before: moment) {
      guard let result = entry.verdict.result(of: mode.id) else { continue }
      var entry = entry
      entry.verdict.result = result
      latest = entry.verdict
      guard result != .inconclusive else { continue }
      if entry.verdict.source != .check { byHand = entry }
      let isOfThisFirmware = entry.standing.map { $0.firmware == firmware } ?? true
      if entry.verdict.source != .check || isOfThisFirmware { conclusive[entry.verdict.source] = entry }
    }
    guard let latest else { return nil }
    var logRatio = 0.0
    var last: Verdict?
    for source in Verdict.Source.allCases {
      guard let verdict = conclusive[source]?.verdict else { continue }
      let age = Double(moment.milliseconds - verdict.time.milliseconds) / Double(EventTime.day)
      guard age < mode.horizonDays else { continue }
      logRatio +=
        logarithm(mode.verdicts[source].likelihoodRatio(verdict.result)) * (1 - max(age, 0) / mode.horizonDays)
      if last.map({ $0.time <= verdict.time }) ?? true { last = verdict }
    }
    let dismissed = byHand.flatMap { $0.verdict.result.isClear ? $0.standing?.onsets[mode.id.text] : nil } ?? 0
    return DeviceVerdict(
      conclusive: last, latest: latest, likelihoodRatio: exponential(logRatio), dismissedOnsets: dismissed)
  }

  /// The device's risk with what its verdicts say; untouched where there are none.
  @discardableResult
  package func inform(
    _ risk: inout DeviceRisk, of device: String, _ mode: FailureMode, before moment: EventTime
  ) -> DeviceVerdict? {
    guard let verdict = verdict(on: device, mode, firmware: risk.covariates.firmware, before: moment) else {
      return nil
    }
    risk.likelihoodRatio = verdict.likelihoodRatio
    risk.onsets = max(0, risk.onsets - verdict.dismissedOnsets)
    return verdict
  }

  // MARK: What is kept

  /// What changed since the last call, by number.
  package mutating func takeChanges() -> (written: [KeptVerdict], removed: [UInt64]) {
    guard !changed.isEmpty || !removed.isEmpty else { return ([], []) }
    defer {
      changed = []
      removed = []
    }
    return (changed.sorted().compactMap { kept[$0] }, removed.sorted())
  }

  /// Changes that were taken, but not written.
  package mutating func returnChanges(_ written: [KeptVerdict], _ gone: [UInt64]) {
    for entry in written where kept[entry.verdict.id] != nil { changed.insert(entry.verdict.id) }
    for id in gone where kept[id] == nil { removed.insert(id) }
  }

  package mutating func restore(_ verdicts: [KeptVerdict]) {
    for verdict in verdicts { put(verdict, verdict.verdict.id) }
  }
}

// MARK: Cohorts

extension VerdictBook {
  /// Suspects that were looked at, by mode and cohort facts: each device once, by its best witness (bench, then whoever ended
  /// a ticket, then a remote check) and of that one its latest word.
  /// - Parameter includingNew: those of tickets and benches that no pass has weighed yet count too, for their mode alone.
  package func tallies(before moment: EventTime, includingNew: Bool = false) -> VerdictTallies {
    var tallies = VerdictTallies()
    for device in byDevice.keys {
      var best: [String: (rank: Int, entry: KeptVerdict, result: Verdict.Result)] = [:]
      for entry in verdicts(of: device, before: moment) {
        guard let standing = entry.standing ?? (includingNew ? entry.verdict.provisional : nil) else { continue }
        let rank = entry.verdict.source.rank
        for mode in standing.onsets.keys {
          guard let result = entry.verdict.result(of: Symbol(mode)), result != .inconclusive else { continue }
          if let other = best[mode], other.rank > rank { continue }
          best[mode] = (rank, entry, result)
        }
      }
      for (mode, found) in best {
        guard let standing = found.entry.standing ?? found.entry.verdict.provisional else { continue }
        let key = ModeKey(product: found.entry.verdict.identity.product, mode: Symbol(mode))
        tallies.count(found.result, key, batch: standing.batch, firmware: standing.firmware, region: standing.region)
      }
    }
    return tallies
  }
}

extension Verdict {
  fileprivate var provisional: KeptVerdict.Standing? {
    guard source != .check, let failureMode else { return nil }
    return KeptVerdict.Standing(
      batch: .unknown, firmware: .unknown, region: .unknown, onsets: [failureMode.text: 0])
  }
}

extension Verdict.Source {
  fileprivate var rank: Int {
    switch self {
    case .check: 0
    case .ticket: 1
    case .bench: 2
    }
  }
}

/// Counts by mode and what may make a cohort: they add, so shards merge.
package struct VerdictTallies: Sendable, Hashable {
  private struct Group: Hashable {
    var batch: Symbol
    var firmware: Symbol
    var region: Symbol
  }
  private var byMode: [ModeKey: [Group: VerdictTally]] = [:]

  package init() {}

  mutating func count(_ result: Verdict.Result, _ mode: ModeKey, batch: Symbol, firmware: Symbol, region: Symbol) {
    byMode[mode, default: [:]][Group(batch: batch, firmware: firmware, region: region), default: VerdictTally()]
      .count(result)
  }

  package func tally(of mode: ModeKey, in cohort: Cohort? = nil) -> VerdictTally {
    var sum = VerdictTally()
    for (group, tally) in byMode[mode] ?? [:] {
      let covariates = Covariates(region: group.region, batch: group.batch, firmware: group.firmware)
      if cohort?.includes(covariates) ?? true { sum += tally }
    }
    return sum
  }

  package static func += (left: inout VerdictTallies, right: VerdictTallies) {
    for (mode, groups) in right.byMode {
      for (group, tally) in groups { left.byMode[mode, default: [:]][group, default: VerdictTally()] += tally }
    }
  }
}
