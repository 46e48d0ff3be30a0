import Vocabulary

/// What must become of each message, by the contract's words alone: written without a look at the pipeline, and slow where
/// that is plainer. By the gateway's own clock; for the event clock the twin answers.
struct FateOracle: Sendable {
  private struct Device: Sendable {
    /// Numbers taken, by boot; and when each boot was last heard.
    var numbers: [Int: Set<Int>] = [:]
    var highest: [Int: Int] = [:]
    var heard: [Int: EventTime] = [:]
    var unnumbered: Set<SentReport> = []
    /// What its evidence is made of.
    var applied: [SentReport] = []
    var state: SentState?
    var stateTime: EventTime?
    var isRefused = false
  }

  private struct Waiting: Sendable {
    var device: Int
    var report: SentReport
  }

  private(set) var tally = FateCounts()
  private var devices: [Int: Device] = [:]
  private var waiting: [Waiting] = []
  /// Devices that the last batch had forgotten.
  private var forgotten: Set<Int> = []
  /// The clock by which it is judged; it only rises.
  private(set) var clock = EventTime.distantPast
  /// When the last message came that changed what is kept: what a start must know of at least.
  private(set) var firmClock = EventTime.distantPast

  private var wall = EventTime.distantPast

  private static let ahead = EventTime.day
  private static let lateness = 7 * EventTime.day
  private static let numbersRemembered = 1024
  private static let bootsRemembered = 4

  mutating func advance(to time: EventTime) {
    wall = time
    clock = max(clock, time)
  }

  /// After a start the clock is what the store knows of it.
  mutating func restart(at time: EventTime) { clock = time }

  /// The clock has moved on: what was early is judged again.
  mutating func tick() {
    let due = waiting.filter { $0.report.time <= clock + Self.ahead }
    waiting.removeAll { $0.report.time <= clock + Self.ahead }
    for entry in due.sorted(by: Self.isBefore) {
      tally.quarantined -= 1
      judge(entry.report, of: entry.device)
    }
  }

  private static func isBefore(_ left: Waiting, _ right: Waiting) -> Bool { left.report.time < right.report.time }

  /// One batch, which is one transaction.
  mutating func take(_ batch: [Message]) {
    forgotten = []
    for message in batch {
      switch message.content {
      case .rubbish: tally.quarantined += 1
      case .reports(let device, let reports):
        guard devices[device]?.isRefused != true else {
          tally.unconsented += 1
          continue
        }
        for report in reports { judge(report, of: device) }
      case .state(let device, let state):
        if judge(state, of: device) { forgotten.insert(device) }
      }
    }
    // An erasure takes along what the device said of days to come.
    waiting.removeAll { forgotten.contains($0.device) }
  }

  private mutating func judge(_ report: SentReport, of device: Int) {
    guard report.time <= clock + Self.ahead else {
      tally.quarantined += 1
      waiting.append(Waiting(device: device, report: report))
      return
    }
    guard report.time >= clock - Self.lateness else { return tally.late += 1 }
    // Out of the dictionary meanwhile: or it would be copied.
    var known = devices.removeValue(forKey: device) ?? Device()
    defer { devices[device] = known }
    if let sequence = report.sequence {
      if known.heard[report.boot] != nil {
        guard sequence > known.highest[report.boot, default: 0] - Self.numbersRemembered else { return tally.late += 1 }
        guard known.numbers[report.boot]?.contains(sequence) != true else { return tally.duplicate += 1 }
      } else if known.numbers.count == Self.bootsRemembered {
        guard let oldest = known.heard.min(by: { $0.value < $1.value }), report.time >= oldest.value else {
          return tally.late += 1
        }
        known.numbers[oldest.key] = nil
        known.highest[oldest.key] = nil
        known.heard[oldest.key] = nil
      }
      known.numbers[report.boot, default: []].insert(sequence)
      known.highest[report.boot] = max(known.highest[report.boot, default: 0], sequence)
      known.heard[report.boot] = max(known.heard[report.boot] ?? report.time, report.time)
    } else {
      guard known.unnumbered.insert(report).inserted else { return tally.duplicate += 1 }
    }
    known.applied.append(report)
    tally.applied += 1
    firmClock = max(firmClock, wall)
  }

  /// Whether the device is to be forgotten.
  private mutating func judge(_ state: SentState, of device: Int) -> Bool {
    var known = devices[device] ?? Device()
    defer { devices[device] = known }
    if let time = known.stateTime, state.time < time {
      tally.duplicate += 1
      return false
    }
    if !state.telemetry {
      guard !known.isRefused else {
        tally.duplicate += 1
        return false
      }
      known = Device()
      known.isRefused = true
      known.stateTime = state.time
      tally.applied += 1
      firmClock = max(firmClock, wall)
      return true
    }
    var compared = state
    compared.time = known.state?.time ?? state.time
    known.stateTime = state.time
    if !known.isRefused, compared == known.state {
      tally.duplicate += 1
    } else {
      tally.applied += 1
      firmClock = max(firmClock, wall)
    }
    known.isRefused = false
    known.state = state
    return false
  }

  /// A start has found, beside the store, erasures of a batch whose commit never came down: `after` is what would have been.
  mutating func erase(as after: FateOracle) {
    for device in after.forgotten {
      var known = Device()
      if let other = after.devices[device], other.isRefused {
        if devices[device]?.isRefused == true { continue }
        known.isRefused = true
        known.stateTime = other.stateTime
      }
      devices[device] = known
      waiting.removeAll { $0.device == device }
    }
  }

  // MARK: Evidence

  var knownDevices: [Int] { devices.keys.sorted() }

  func applied(of device: Int) -> Int { devices[device]?.applied.count ?? 0 }

  func isRefused(_ device: Int) -> Bool { devices[device]?.isRefused == true }

  /// Failures of a mode on days that have closed: a day with the symptom, a refractory time or more after the last failure.
  func onsets(of device: Int, mode: String, closedUntil end: EventTime) -> Int {
    var countOfDay: [Int64: Int] = [:]
    for report in devices[device]?.applied ?? [] {
      let day = report.time.milliseconds / EventTime.day
      countOfDay[day, default: 0] += mode == SimulatedProfile.dropsOf ? report.drops : report.heat
    }
    let needed = mode == SimulatedProfile.dropsOf ? SimulatedProfile.dropsAnOnset : 1
    var last: Int64?
    var onsets = 0
    for day in countOfDay.keys.sorted() where (day + 1) * EventTime.day <= end.milliseconds {
      guard countOfDay[day, default: 0] >= needed else { continue }
      guard last.map({ day - $0 >= Int64(SimulatedProfile.refractoryDays) }) ?? true else { continue }
      onsets += 1
      last = day
    }
    return onsets
  }
}
