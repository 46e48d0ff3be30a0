import Vocabulary

/// What "now" means when evidence is judged.
package enum ClockKind: String, Sendable, Codable {
  /// The gateway's own clock.
  case wall
  /// The time at which a captured message was received.
  case capture
  /// The stream's own time, by a quorum of its devices.
  case event
}

/// The one clock against which everything is judged. It only rises, but for a quorum clock that hasn't seen its quorum yet.
///
/// By quorum: the clock stands in the latest hour that `quorum` devices have reached, that is in the hour of the quorum-th
/// latest device; so `quorum − 1` wrong clocks can't move it. In a fleet with fewer devices, all that were heard in the seven
/// days before that hour must have reached it, and more than half of those heard in the seven days before the clock, so
/// that neither a dead device holds the clock for ever nor one wrong clock carries it off.
struct EventClock: Sendable {
  let kind: ClockKind
  let quorum: Int
  /// `nil` until something was heard.
  private(set) var now: EventTime? {
    didSet { if kind == .event { hour = now.map { Bucket(holding: $0, length: .hour).startHour } } }
  }
  /// Of a quorum clock's `now`: each vote asks for it.
  private var hour: Int32?
  /// Where it began: the first bucket to close holds this moment.
  private(set) var start: EventTime?
  /// How many devices have a given hour as their latest: votes of a quorum clock, ascending. Devices report in step, so that
  /// nearly every vote goes from one of the last few hours to the last.
  private var votes: [(hour: Int32, devices: Int)] = []
  private var devices = 0

  private static let memory: Int32 = 7 * 24

  init(kind: ClockKind, quorum: Int) {
    self.kind = kind
    self.quorum = max(1, quorum)
  }

  /// The end of what the clock calls now: a quorum clock knows the hour only.
  var latest: EventTime? { kind == .event ? now.map { $0 + (EventTime.hour - 1) } : now }

  /// A wall or capture clock moves on.
  mutating func advance(to time: EventTime) {
    guard kind != .event else { return }
    start = start ?? time
    now = max(now ?? time, time)
  }

  /// A device's latest report rose from `previous` (`nil`: its first). Until bucket closings make the clock's past firm
  /// (`isFirm`), a clock below its quorum may still be set back by a device that starts earlier.
  mutating func vote(_ time: EventTime, previous: EventTime?, isFirm: Bool) {
    let hour = Bucket(holding: time, length: .hour).startHour
    if let previous {
      let old = Bucket(holding: previous, length: .hour).startHour
      guard hour > old else { return }
      count(old, -1)
    } else {
      devices += 1
    }
    count(hour, 1)
    guard kind == .event else { return }
    guard let current = self.hour else {
      begin(at: hour)
      return
    }
    if previous == nil, hour < current, !isFirm, devices <= quorum {
      begin(at: hour)
    } else if hour > current {
      rise(from: current)
    }
  }

  /// Forgets a device, whose record was erased.
  mutating func withdraw(_ latest: EventTime) {
    devices -= 1
    count(Bucket(holding: latest, length: .hour).startHour, -1)
  }

  private mutating func begin(at hour: Int32) {
    now = Bucket(startHour: hour, length: .hour).start
    start = now
  }

  private mutating func count(_ hour: Int32, _ change: Int) {
    let place = firstVote(since: hour)
    guard place < votes.count, votes[place].hour == hour else { return votes.insert((hour, change), at: place) }
    votes[place].devices += change
    if votes[place].devices == 0 { votes.remove(at: place) }
  }

  private func firstVote(since hour: Int32) -> Int {
    if let last = votes.last, last.hour <= hour { return last.hour == hour ? votes.count - 1 : votes.count }
    return votes.partitioningIndex { $0.hour >= hour }
  }

  private mutating func rise(from current: Int32) {
    var reached = 0
    for (hour, devices) in votes.reversed() {
      guard hour > current else { return }
      reached += devices
      let heardBefore = devicesHeard(since: hour &- Self.memory)
      let majority = devicesHeard(since: current &- Self.memory) / 2 + 1
      if reached >= min(quorum, heardBefore), reached >= min(quorum, majority) {
        now = Bucket(startHour: hour, length: .hour).start
        return
      }
    }
  }

  private func devicesHeard(since hour: Int32) -> Int {
    votes[firstVote(since: hour)...].reduce(0) { $0 + $1.devices }
  }
}

extension EventClock {
  /// Takes up a stored moment; the votes come again with the devices' records.
  mutating func resume(at time: EventTime?, start: EventTime?) {
    now = time
    self.start = start
  }

  mutating func restoreVote(_ latest: EventTime) {
    devices += 1
    count(Bucket(holding: latest, length: .hour).startHour, 1)
  }
}
