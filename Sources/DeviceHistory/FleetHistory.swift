package import Vocabulary

/// What every device has said: identity and duplicates, late arrivals, time at risk, onsets. `admit` and `learn` take
/// words in, `close` turns a bucket into evidence; nothing here knows a model, a file or the time of day.
package struct FleetHistory: Sendable {
  package internal(set) var settings: HistorySettings
  var layouts: [Symbol: ProductLayout] {
    didSet {
      watchesHours = Self.watchesHours(layouts)
      layoutsBySymbol = BySymbol(layouts)
    }
  }
  private var layoutsBySymbol: BySymbol<ProductLayout>
  private(set) var watchesHours: Bool
  /// The columns of stored records of products that no profile describes any more: they lie as they are until one does.
  var dormantShapes: [Symbol: RecordShape] = [:]
  var surroundings = Surroundings()
  var clock: EventClock
  var records = DeviceRecords()
  /// The last closed bucket of each length; before the first closing, the one before the clock's start.
  var closedThrough = ByLength<Bucket>()
  /// The latest bucket of each length that holds a report: a replay's end closes up to here.
  var latestTallied = ByLength<Bucket>()
  /// What late, repeated or revised words have changed in closed buckets since the last closing.
  var revisions = Revisions()
  /// Signals and events that no profile declares, or out of their range: kept out of the model.
  package internal(set) var unknownItems = 0
  /// Reports missing by their sequence numbers, over all devices.
  package internal(set) var sequenceGaps = 0
  var erased: Set<DeviceIdentity> = []
  /// Set before anything is heard or restored.
  package var pseudonym = Pseudonym.unkeyed
  /// Records of which only a pseudonym is left.
  var erasedCount = 0
  /// The model found other incidents in open buckets than in the pass before.
  var areIncidentsNews = false
  /// What `hear` has changed of the device whose report `admit` is about to judge: written back once for both. Nothing but
  /// these two may find it full: whatever else reads or writes records calls `putAway` first.
  private var inHand: Int?
  private var isInHandChanged = false
  /// Of the device `inHand`; else memory to be used again.
  private var presence = Presence.nobody
  /// A record's memory, used again by the next one that is looked at whole.
  private var scratch = DeviceRecord.nobody

  package init(profiles: [FirmwareProfile], settings: HistorySettings) {
    self.settings = settings
    let layouts = Self.layouts(profiles)
    self.layouts = layouts
    watchesHours = Self.watchesHours(layouts)
    layoutsBySymbol = BySymbol(layouts)
    clock = EventClock(kind: settings.clock, quorum: settings.clockQuorum)
  }

  static func layouts(_ profiles: [FirmwareProfile]) -> [Symbol: ProductLayout] {
    Dictionary(grouping: profiles, by: \.product).mapValues {
      ProductLayout(product: $0[0].product, profiles: $0)
    }
  }

  private static func watchesHours(_ layouts: [Symbol: ProductLayout]) -> Bool {
    layouts.values.contains(where: \.watchesHours)
  }

  // MARK: Devices

  package var deviceCount: Int { records.count - erasedCount }

  /// All records by number, in the order in which their devices came.
  var numbers: Range<Int> { 0..<records.count }

  /// An erased device is found by its id, too: whoever knows the id can make the pseudonym.
  func number(of device: String) -> Int? {
    records.number(of: device) ?? (erasedCount > 0 ? records.number(of: pseudonym.of(device)) : nil)
  }

  func product(of number: Int) -> Symbol { records.product(of: number) }

  @inline(__always)
  func layout(of product: Symbol) -> ProductLayout? { layoutsBySymbol[product] }

  func shape(of product: Symbol) -> RecordShape {
    layout(of: product)?.shape ?? dormantShapes[product] ?? .nothing
  }

  func record(_ number: Int) -> DeviceRecord {
    var record = DeviceRecord.nobody
    read(number, into: &record)
    return record
  }

  /// The same into a record whose memory is used again.
  func read(_ number: Int, into record: inout DeviceRecord) {
    let product = product(of: number)
    records.read(number, of: product, into: &record, shape: shape(of: product))
  }

  mutating func write(_ record: inout DeviceRecord, at number: Int) {
    records.write(&record, at: number, shape: shape(of: record.presence.product))
  }

  /// The device's number, made if need be; an identity under another product is refused.
  mutating func place(_ identity: DeviceIdentity) -> Result<Int, Rejection> {
    if let inHand, presence.product == identity.product, records.isNamed(identity.device, inHand) {
      return .success(inHand)
    }
    if let number = number(of: identity.device) {
      let known = product(of: number)
      guard known == identity.product else {
        return .failure(
          Rejection(.identity, "device \(identity.device) is known as a \(known); ids are unique across products"))
      }
      // An erased device that may be heard again is one like any other.
      if erasedCount > 0, records.isErased(number), records.telemetryConsent(of: number) != false {
        giveName(identity, to: number)
      }
      return .success(number)
    }
    guard let layout = layout(of: identity.product) else {
      return .failure(Rejection(.unknownProduct, "no profile describes \(identity.product)"))
    }
    var record = DeviceRecord(identity: identity, shape: layout.shape)
    return .success(records.append(&record, shape: layout.shape))
  }

  /// Whether reports of the device may be looked at; asked before anything is parsed.
  package func mayHear(_ device: String) -> Bool {
    guard let number = number(of: device) else { return settings.consent.telemetry }
    if let said = records.telemetryConsent(of: number) { return said }
    return settings.consent.regions.isEmpty
      ? settings.consent.telemetry : settings.consent.allowsTelemetry(records.facts(of: number))
  }

  // MARK: Words in

  /// A device named a time, in a report that may still be refused: it votes for the event clock. Answers whether its vote
  /// is news.
  @discardableResult
  package mutating func hear(_ time: EventTime, of identity: DeviceIdentity) -> Bool {
    guard settings.clock == .event, case .success(let number) = place(identity) else { return false }
    takeInHand(number)
    guard time > presence.latestVote ?? .distantPast else { return false }
    clock.vote(time, previous: presence.latestVote, isFirm: !closedThrough.isEmpty)
    presence.latestVote = time
    isInHandChanged = true
    return true
  }

  /// The memory that is used again has the columns of before.
  mutating func forgetColumns() {
    presence = Presence.nobody
    scratch = DeviceRecord.nobody
  }

  /// Writes back what `hear` has left.
  mutating func putAway() {
    guard let number = inHand else { return }
    inHand = nil
    if isInHandChanged { records.replace(presence, of: number, shape: shape(of: presence.product)) }
    isInHandChanged = false
  }

  private mutating func takeInHand(_ number: Int) {
    guard inHand != number else { return }
    putAway()
    let product = product(of: number)
    records.read(number, of: product, into: &presence, shape: shape(of: product))
    inHand = number
  }

  /// One report, judged against the clock as it stands: see the contract's fates.
  package mutating func admit(_ report: Report, of identity: DeviceIdentity) -> Fate {
    defer { putAway() }
    let number: Int
    switch place(identity) {
    case .success(let known): number = known
    case .failure(let rejection): return .quarantined(rejection)
    }
    guard let layout = layout(of: identity.product) else {
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
    takeInHand(number)
    switch presence.identities.judge(report) {
    case .seen: return .duplicate
    case .tooOld: return .late
    case .new: break
    }
    isInHandChanged = true
    let gaps = presence.identities.gaps
    presence.identities.remember(report)
    // Asked where a number was left out: inside of `remember` the question costs every report two hundred instructions.
    if presence.identities.gaps != gaps, report.boot == Report.leapingBoot {
      presence.identities.takeBackGaps(to: gaps)
    }
    sequenceGaps += Int(presence.identities.gaps - gaps)
    unknownItems += report.unknownItems
    let day = Bucket(holding: report.time, length: .day)
    let hour = layout.watchesHours ? Bucket(holding: report.time, length: .hour) : nil
    noteTallied(day)
    if let hour { noteTallied(hour) }
    if !addToLast(report, day, hour, layout) { addAnywhere(report, number, layout) }
    return .applied
  }

  private mutating func noteTallied(_ bucket: Bucket) {
    if let latest = latestTallied[bucket.length], latest >= bucket { return }
    latestTallied[bucket.length] = bucket
  }

  /// The usual case: the device's last day and, where it has any, its last hour hold the report's time, and neither is closed.
  private mutating func addToLast(_ report: Report, _ day: Bucket, _ hour: Bucket?, _ layout: ProductLayout) -> Bool {
    guard isLastAndOpen(day, presence.lastDay) else { return false }
    if let hour, !isLastAndOpen(hour, presence.lastHour) { return false }
    presence.note(report)
    presence.lastDay.add(report, bucket: day, layout: layout)
    if let hour { presence.lastHour.add(report, bucket: hour, layout: layout) }
    return true
  }

  private func isLastAndOpen(_ bucket: Bucket, _ last: borrowing TallySheet) -> Bool {
    guard last.heads.first?.startHour == bucket.startHour else { return false }
    guard let closed = closedThrough[bucket.length] else { return true }
    return bucket > closed
  }

  /// A new day after all others: the last one goes behind these as it is.
  private mutating func addBehindLast(_ report: Report, _ number: Int, _ layout: ProductLayout) -> Bool {
    let bucket = Bucket(holding: report.time, length: .day)
    guard !layout.watchesHours, let last = presence.lastDay.heads.last, last.startHour < bucket.startHour,
      closedThrough[.day].map({ bucket > $0 }) ?? true
    else { return false }
    records.addLastDay(of: presence, to: number, shape: layout.shape)
    presence.daysContext.expected = last.startHour &+ 24
    presence.daysContext.firmware = last.firmware.latest ?? presence.daysContext.firmware
    presence.lastDay.removeAll()
    presence.note(report)
    presence.lastDay.add(report, bucket: bucket, layout: layout)
    records.replace(presence, of: number, shape: layout.shape)
    inHand = nil
    isInHandChanged = false
    return true
  }

  /// A new bucket, or one before the last: the whole record is needed.
  private mutating func addAnywhere(_ report: Report, _ number: Int, _ layout: ProductLayout) {
    if addBehindLast(report, number, layout) { return }
    inHand = nil
    isInHandChanged = false
    var record = DeviceRecord.nobody
    swap(&record, &scratch)
    defer { swap(&record, &scratch) }
    read(number, into: &record)
    record.presence.identities = presence.identities
    record.presence.latestVote = presence.latestVote
    let touched = closedThrough.lengths.filter { closedThrough[$0].map { report.time < $0.end } ?? false }
    for length in touched { revisions.subtract(evidence(of: record, closedOf: length)) }
    record.add(report, layout: layout)
    for length in touched {
      record[reached: length].upToHour = .min
      revisions.add(evidence(of: record, closedOf: length))
    }
    write(&record, at: number)
  }

  // MARK: Revisions

  /// Changes a device's record. What that changes in closed buckets is summed up for the next closing.
  mutating func revise(_ number: Int, _ change: (inout DeviceRecord) -> Void) {
    putAway()
    var record = record(number)
    for length in closedThrough.lengths { revisions.subtract(evidence(of: record, closedOf: length)) }
    change(&record)
    record.forgetReached()
    for length in closedThrough.lengths { revisions.add(evidence(of: record, closedOf: length)) }
    write(&record, at: number)
  }

  func evidence(of record: DeviceRecord, closedOf length: BucketLength) -> [Evidence] {
    guard let closed = closedThrough[length] else { return [] }
    var evidence: [Evidence] = []
    var standing = record[standing: length]
    walk(record.presence.product, length)?.run(record, &standing, through: closed) { step in
      evidence.append(Evidence(mode: step.key, cell: step.cell, counts: step.counts))
    }
    return evidence
  }

  func walk(_ product: Symbol, _ length: BucketLength) -> BucketWalk? {
    layout(of: product).map { BucketWalk(layout: $0, surroundings: surroundings, length: length) }
  }

  /// Clock, gaps and unknown items are sums over the records.
  mutating func countPresences() {
    for number in numbers {
      let totals = records.totals(of: number)
      if records.isErased(number) { erasedCount += 1 }
      unknownItems += totals.unknownItems
      sequenceGaps += Int(totals.gaps)
      if let latest = totals.latestVote { clock.restoreVote(latest) }
    }
  }
}
