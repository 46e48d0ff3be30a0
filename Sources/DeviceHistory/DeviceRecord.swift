import Vocabulary

/// All that is kept of one device: facts, identities of its reports, tallies of the buckets that can still change or that a
/// risk factor looks back to, and its standing at the boundary before which nothing can change any more.
struct DeviceRecord: Sendable {
  var identity: DeviceIdentity
  var facts = Facts()
  /// Where the device was from when on; ascending. Facts without a time count from the bucket they came in.
  var places: [Place] = []
  var identities = ReportIdentities()
  var reports = 0
  /// The latest time any of its reports named, even one from the future: its vote for the clock.
  var latestVote: EventTime?
  var lastHeard: EventTime?
  var lastFirmware: Symbol?
  var unknownItems = 0
  var days: [BucketTally] = []
  var hours: [BucketTally] = []
  var dayStanding: Standing
  var hourStanding: Standing
  /// A silence that was booked into a cell which is final by now: taken back if the device returns.
  var bookedSilence: Evidence?

  struct Place: Sendable, Hashable {
    var from: EventTime
    var region: Symbol
    var carrier: Symbol
  }

  init(identity: DeviceIdentity, layout: ProductLayout) {
    self.identity = identity
    dayStanding = Standing(layout: layout)
    hourStanding = Standing(layout: layout)
  }

  /// The customer refused telemetry: nothing but that is kept.
  var refusesTelemetry: Bool { facts.telemetryConsent == false }

  func isRetired(at moment: EventTime) -> Bool { facts.retired.map { $0 < moment } ?? false }

  /// What came of later buckets doesn't count yet: a pass sees only what lies before its moment.
  func reports(before moment: EventTime) -> Int {
    let hour = Bucket(holding: moment, length: .hour).startHour
    return reports - days.reduce(0) { $1.startHour >= hour ? $0 + Int($1.reports) : $0 }
  }

  subscript(tallies length: BucketLength) -> [BucketTally] {
    get { length == .day ? days : hours }
    set { if length == .day { days = newValue } else { hours = newValue } }
  }

  subscript(standing length: BucketLength) -> Standing {
    get { length == .day ? dayStanding : hourStanding }
    set { if length == .day { dayStanding = newValue } else { hourStanding = newValue } }
  }

  func place(before moment: EventTime) -> Place {
    places.last { $0.from < moment } ?? Place(from: .distantPast, region: .unknown, carrier: .unknown)
  }

  mutating func add(_ report: Report, layout: ProductLayout) {
    reports += 1
    unknownItems += report.unknownItems
    if report.time >= lastHeard ?? .distantPast {
      lastFirmware = report.firmware ?? lastFirmware
      lastHeard = report.time
    }
    tally(report, into: \.days, .day, layout)
    if layout.watchesHours { tally(report, into: \.hours, .hour, layout) }
  }

  private mutating func tally(
    _ report: Report, into tallies: WritableKeyPath<DeviceRecord, [BucketTally]>, _ length: BucketLength,
    _ layout: ProductLayout
  ) {
    let start = Bucket(holding: report.time, length: length).startHour
    let index = self[keyPath: tallies].partitioningIndex { $0.startHour >= start }
    if index == self[keyPath: tallies].count || self[keyPath: tallies][index].startHour != start {
      self[keyPath: tallies].insert(
        BucketTally(startHour: start, signals: layout.signals.count, events: layout.events.count), at: index)
    }
    self[keyPath: tallies][index].add(report, layout: layout)
  }
}

/// Where a device stands at a moment between two buckets, after everything before it.
struct Standing: Sendable, Hashable {
  /// Buckets that start before this are in the standing already.
  var upToHour = Int32.min
  var firmware: Symbol?
  /// The bucket in which the firmware in force was installed, if that was seen.
  var installedHour: Int32?
  var firstHeardHour: Int32?
  /// For each tracked event, the last bucket in which it happened.
  var lastEventHour: [Int32?]
  var modes: [Mode]

  struct Mode: Sendable, Hashable {
    /// Buckets before this give no evidence: the mode's definition was changed by a reload.
    var evidenceFromHour = Int32.min
    var lastOnsetHour: Int32?
    var onsets: Int32 = 0
    var accruedHazard = 0.0
  }

  init(layout: ProductLayout) {
    lastEventHour = Array(repeating: nil, count: layout.events.count)
    modes = Array(repeating: Mode(), count: layout.modes.count)
  }
}
