package import Vocabulary

/// What every device has said: identity and duplicates, late arrivals, time at risk, onsets. `admit` and `learn` take
/// words in, `close` turns a bucket into evidence; nothing here knows a model, a file or the time of day.
package struct FleetHistory: Sendable {
  package internal(set) var settings: HistorySettings
  var layouts: [Symbol: ProductLayout]
  var surroundings = Surroundings()
  var clock: EventClock
  var records: [DeviceRecord] = []
  private var indices: [String: Int] = [:]
  /// The last closed bucket of each length; before the first closing, the one before the clock's start.
  var closedThrough: [BucketLength: Bucket] = [:]
  /// The latest bucket of each length that holds a report: a replay's end closes up to here.
  var latestTallied: [BucketLength: Bucket] = [:]
  /// Evidence of devices whose closed buckets have changed, as it was before the change.
  var beforeRevision: [Int: [BucketLength: [Evidence]]] = [:]
  var changed: Set<Int> = []
  /// Signals and events that no profile declares, or out of their range: kept out of the model.
  package internal(set) var unknownItems = 0
  /// Reports missing by their sequence numbers, over all devices.
  package internal(set) var sequenceGaps = 0
  var erased: Set<DeviceIdentity> = []

  package init(profiles: [FirmwareProfile], settings: HistorySettings) {
    self.settings = settings
    layouts = Self.layouts(profiles)
    clock = EventClock(kind: settings.clock, quorum: settings.clockQuorum)
  }

  static func layouts(_ profiles: [FirmwareProfile]) -> [Symbol: ProductLayout] {
    Dictionary(grouping: profiles, by: \.product).mapValues {
      ProductLayout(product: $0[0].product, profiles: $0)
    }
  }

  // MARK: Devices

  package var deviceCount: Int { indices.count }

  func index(of device: String) -> Int? { indices[device] }

  /// The device's place in the table, made if need be; an identity under another product is refused.
  mutating func place(_ identity: DeviceIdentity) -> Result<Int, Rejection> {
    if let index = indices[identity.device] {
      let known = records[index].identity.product
      guard known == identity.product else {
        return .failure(
          Rejection(.identity, "device \(identity.device) is known as a \(known); ids are unique across products"))
      }
      return .success(index)
    }
    guard let layout = layouts[identity.product] else {
      return .failure(Rejection(.unknownProduct, "no profile describes \(identity.product)"))
    }
    indices[identity.device] = records.count
    records.append(DeviceRecord(identity: identity, layout: layout))
    return .success(records.count - 1)
  }

  /// Whether reports of the device may be looked at; asked before anything is parsed.
  package func mayHear(_ device: String) -> Bool {
    indices[device].map { settings.consent.allowsTelemetry(records[$0].facts) } ?? settings.consent.telemetry
  }

  // MARK: Words in

  /// A device named a time, in a report that may still be refused: it votes for the event clock. Answers whether its vote
  /// is news.
  @discardableResult
  package mutating func hear(_ time: EventTime, of identity: DeviceIdentity) -> Bool {
    guard settings.clock == .event, case .success(let index) = place(identity),
      time > records[index].latestVote ?? .distantPast
    else { return false }
    clock.vote(time, previous: records[index].latestVote, isFirm: !closedThrough.isEmpty)
    records[index].latestVote = time
    changed.insert(index)
    return true
  }

  /// One report, judged against the clock as it stands: see the contract's fates.
  package mutating func admit(_ report: Report, of identity: DeviceIdentity) -> Fate {
    let index: Int
    switch place(identity) {
    case .success(let known): index = known
    case .failure(let rejection): return .quarantined(rejection)
    }
    guard let layout = layouts[identity.product] else {
      return .quarantined(Rejection(.unknownProduct, "no profile describes \(identity.product)"))
    }
    if let firmware = report.firmware, layout.profileIndex(firmware: firmware) == nil {
      let detail = "no profile of \(identity.product) describes firmware \(firmware): add or widen one, then retry"
      return .quarantined(Rejection(.unknownProduct, detail))
    }
    if let now = clock.now, let latest = clock.latest {
      guard report.time <= latest + HistorySettings.ahead else {
        return .quarantined(
          Rejection(.future, "measured at \(report.time), more than a day ahead of the clock (\(now))"))
      }
      guard report.time >= now - settings.lateness else { return .late }
    }
    switch records[index].identities.judge(report) {
    case .seen: return .duplicate
    case .tooOld: return .late
    case .new: break
    }
    keepEvidence(of: index, ifTouched: report.time)
    let gaps = records[index].identities.gaps
    records[index].identities.remember(report)
    sequenceGaps += Int(records[index].identities.gaps - gaps)
    unknownItems += report.unknownItems
    records[index].add(report, layout: layout)
    for length in layout.watchesHours ? BucketLength.allCases : [.day] {
      let bucket = Bucket(holding: report.time, length: length)
      latestTallied[length] = max(latestTallied[length] ?? bucket, bucket)
    }
    changed.insert(index)
    return .applied
  }

  // MARK: Revisions

  /// Before a closed bucket of a device changes, its evidence so far is set aside: `close` takes the difference.
  private mutating func keepEvidence(of index: Int, ifTouched time: EventTime) {
    for (length, closed) in closedThrough where time < closed.end { keepEvidence(of: index, length) }
  }

  mutating func keepEvidence(of index: Int) {
    for length in closedThrough.keys { keepEvidence(of: index, length) }
  }

  private mutating func keepEvidence(of index: Int, _ length: BucketLength) {
    guard beforeRevision[index]?[length] == nil, let closed = closedThrough[length] else { return }
    beforeRevision[index, default: [:]][length] = evidence(of: index, through: closed)
  }

  func evidence(of index: Int, through last: Bucket) -> [Evidence] {
    var evidence: [Evidence] = []
    _ = walk(index, last.length)?.run(through: last) { step in
      evidence.append(Evidence(mode: step.key, cell: step.cell, counts: step.counts))
    }
    return evidence
  }

  func walk(_ index: Int, _ length: BucketLength) -> BucketWalk? {
    layouts[records[index].identity.product].map {
      BucketWalk(record: records[index], layout: $0, surroundings: surroundings, length: length)
    }
  }

  // MARK: Erasure

  /// Forgets a device but for its refusal. The counts it gave to cells stay: they are anonymous.
  mutating func erase(_ index: Int, refusal: Facts) {
    let identity = records[index].identity
    guard let layout = layouts[identity.product] else { return }
    if let latest = records[index].latestVote { clock.withdraw(latest) }
    records[index] = DeviceRecord(identity: identity, layout: layout)
    records[index].facts = refusal
    beforeRevision[index] = nil
    changed.insert(index)
    erased.insert(identity)
  }

  mutating func restore(_ record: DeviceRecord) {
    indices[record.identity.device] = records.count
    records.append(record)
    unknownItems += record.unknownItems
    sequenceGaps += Int(record.identities.gaps)
    if let latest = record.latestVote { clock.restoreVote(latest) }
  }
}
