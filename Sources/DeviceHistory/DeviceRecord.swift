import Vocabulary

/// All that is kept of one device, unpacked to be worked on: facts, identities of its reports, tallies of the buckets that
/// can still change or that a risk factor looks back to, and its standing at the boundary before which nothing can change
/// any more. At rest it lies packed in `DevicePages`.
struct DeviceRecord: Sendable {
  var identity: DeviceIdentity
  var presence: Presence
  var facts = Facts()
  /// Where the device was from when on; ascending. Facts without a time count from the bucket they came in.
  var places: [Place] = []
  var days: TallySheet
  var hours: TallySheet
  var dayStanding: Standing
  var hourStanding: Standing
  /// Where the device stands after the closed buckets that can still change, too, without silence: so that a pass needn't go
  /// over all of them again. Its `upToHour` is `.min` when one of them has changed since.
  var dayReached: Standing
  var hourReached: Standing
  /// A silence that was booked into a cell which is final by now: taken back if the device returns.
  var bookedSilence: Evidence?

  struct Place: Sendable, Hashable {
    var from: EventTime
    var region: Symbol
    var carrier: Symbol
  }

  init(identity: DeviceIdentity, shape: RecordShape) {
    self.identity = identity
    presence = Presence(product: identity.product, shape: shape)
    days = TallySheet(shape: shape)
    hours = TallySheet(shape: shape)
    dayStanding = Standing(shape: shape)
    hourStanding = Standing(shape: shape)
    dayReached = Standing(shape: shape)
    hourReached = Standing(shape: shape)
  }

  /// No device's: memory to read records into.
  static let nobody = DeviceRecord(identity: DeviceIdentity(product: .unknown, device: ""), shape: .nothing)

  /// The customer refused telemetry, or had the device erased: nothing but that is kept.
  var refusesTelemetry: Bool { facts.telemetryConsent == false || isErased }

  var isErased: Bool { identity.device.hasPrefix(Pseudonym.prefix) }

  func isRetired(at moment: EventTime) -> Bool { facts.retired.map { $0 < moment } ?? false }

  /// What came of later buckets doesn't count yet: a pass sees only what lies before its moment.
  func reports(before moment: EventTime) -> Int {
    let hour = Bucket(holding: moment, length: .hour).startHour
    return presence.reports - days.heads.reduce(0) { $1.startHour >= hour ? $0 + Int($1.reports) : $0 }
  }

  subscript(tallies length: BucketLength) -> TallySheet {
    _read { if length == .day { yield days } else { yield hours } }
    _modify { if length == .day { yield &days } else { yield &hours } }
  }

  subscript(standing length: BucketLength) -> Standing {
    _read { if length == .day { yield dayStanding } else { yield hourStanding } }
    _modify { if length == .day { yield &dayStanding } else { yield &hourStanding } }
  }

  subscript(reached length: BucketLength) -> Standing {
    _read { if length == .day { yield dayReached } else { yield hourReached } }
    _modify { if length == .day { yield &dayReached } else { yield &hourReached } }
  }

  /// Buckets that were closed have changed, or what they are judged by.
  mutating func forgetReached() {
    dayReached.upToHour = .min
    hourReached.upToHour = .min
  }

  func place(before moment: EventTime) -> Place {
    var index = places.count - 1
    while index >= 0 {
      if places[index].from < moment { return places[index] }
      index -= 1
    }
    return Place(from: .distantPast, region: .unknown, carrier: .unknown)
  }

  mutating func add(_ report: Report, layout: ProductLayout) {
    presence.note(report)
    days.add(report, bucket: Bucket(holding: report.time, length: .day), layout: layout)
    if layout.watchesHours { hours.add(report, bucket: Bucket(holding: report.time, length: .hour), layout: layout) }
  }
}

/// The part of a device's record that each of its reports changes: it lies in front, so that most reports touch no more.
struct Presence: Sendable {
  var product: Symbol
  /// As the facts say: looked at before a report is parsed.
  var telemetryConsent: Bool?
  var reports = 0
  var unknownItems = 0
  /// The latest time any of its reports named, even one from the future: its vote for the clock.
  var latestVote: EventTime?
  var lastHeard: EventTime?
  var lastFirmware: Symbol?
  var identities = ReportIdentities()
  /// The last bucket of each length, if it is kept here and not with the others.
  var lastDay: TallySheet
  var lastHour: TallySheet
  /// What `lastDay` leaves out as the row behind the other days: so it can be moved there as it is.
  var daysContext = TallySheet.Context()

  init(product: Symbol, shape: RecordShape) {
    self.product = product
    lastDay = TallySheet(shape: shape)
    lastHour = TallySheet(shape: shape)
  }

  /// No device's: memory to read into.
  static let nobody = Presence(product: .unknown, shape: .nothing)

  mutating func note(_ report: Report) {
    reports += 1
    unknownItems += report.unknownItems
    if report.time >= lastHeard ?? .distantPast {
      lastFirmware = report.firmware ?? lastFirmware
      lastHeard = report.time
    }
  }

  subscript(last length: BucketLength) -> TallySheet {
    _read { if length == .day { yield lastDay } else { yield lastHour } }
    _modify { if length == .day { yield &lastDay } else { yield &lastHour } }
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
  /// For each tracked event that a factor asks for, the last bucket in which it happened.
  var lastEventHour: [Int32?]
  var modes: [Mode]

  struct Mode: Sendable, Hashable {
    /// Buckets before this give no evidence: the mode's definition was changed by a reload.
    var evidenceFromHour = Int32.min
    /// The last bucket that showed the symptom: at risk again, for the cells, a refractory time after it.
    var lastSymptomHour: Int32?
    /// The last one that counted in `onsets`: a device whose symptom never stops has failed once to the cells, and goes on
    /// failing, a refractory time at a step, by its own record.
    var lastOnsetHour: Int32?
    var onsets: Int32 = 0
    /// Expected onsets so far, in units of 1e-7: the posterior adds 2 to them, so finer ones would be noise.
    var accruedUnits: Int64 = 0

    /// A forecast that waits for its outcome: the bin of its probability, and the last byte of `onsets` when it was made; 0:
    /// none does.
    var forecastBin: UInt8 = 0
    var forecastOnsets: UInt8 = 0

    static let unit = 1e-7
    var accruedHazard: Double { Double(accruedUnits) * Self.unit }
    mutating func accrue(_ hazard: Double) { accruedUnits += Int64((hazard / Self.unit).rounded()) }
  }

  init(shape: RecordShape) {
    lastEventHour = Array(repeating: nil, count: shape.events.count)
    modes = Array(repeating: Mode(), count: shape.modes.count)
  }

  /// Takes the place of `other`, of the same shape, in the memory that is there.
  mutating func become(_ other: Standing) {
    upToHour = other.upToHour
    firmware = other.firmware
    installedHour = other.installedHour
    firstHeardHour = other.firstHeardHour
    guard modes.count == other.modes.count, lastEventHour.count == other.lastEventHour.count else {
      lastEventHour = other.lastEventHour
      modes = other.modes
      return
    }
    for slot in lastEventHour.indices { lastEventHour[slot] = other.lastEventHour[slot] }
    for slot in modes.indices { modes[slot] = other.modes[slot] }
  }
}
