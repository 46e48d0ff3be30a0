import Vocabulary

/// What kind of world a seed makes. Drawn first, so that each run has some of the troubles and not all of them: a fault that
/// is always there hides the others.
package struct Traits: Sendable, CustomStringConvertible {
  package var seed: UInt64
  var clock: Clock
  var devices: Int
  var days: Int
  var reportsADay: Int
  /// Messages to a batch, at most.
  var batch: Int
  /// The disk fails, the process ends.
  var hasFaults: Bool
  /// The gateway's clock is set forth and back.
  var hasJumps: Bool
  /// Devices whose clocks are days ahead.
  var hasEarlyReports: Bool
  /// Devices that were away for days, or whose reports come twice from themselves.
  var hasStragglers: Bool
  var hasRefusals: Bool
  var hasOperators: Bool
  var hasRubbish: Bool
  var sendsCare: Bool
  /// Devices of one batch fail far more often.
  var hasBadBatch: Bool
  /// The profile changes while devices report.
  var hasReloads: Bool

  enum Clock: String { case wall, event }

  package init(seed: UInt64) {
    var dice = Dice(seed: seed)
    self.seed = seed
    clock = dice.happens(0.75) ? .wall : .event
    devices = dice.whole(4...120)
    days = dice.whole(6...45)
    // A dense world has many messages, a thin one many days and passes.
    reportsADay = dice.happens(0.6) ? dice.whole(20...150) : dice.whole(1...3)
    if reportsADay > 3 {
      days = dice.whole(3...12)
    } else {
      devices = min(devices, dice.whole(20...120))
    }
    batch = dice.pick(reportsADay > 3 ? [150, 500, 1500] : [1, 7, 40, 150, 500])
    hasFaults = dice.happens(0.7)
    hasJumps = dice.happens(0.3)
    // By the event clock they are refused within a batch, and what a start knows of them comes later.
    hasEarlyReports = dice.happens(0.4) && clock == .wall
    hasStragglers = dice.happens(0.5)
    hasRefusals = dice.happens(0.4)
    hasOperators = dice.happens(0.3)
    hasRubbish = dice.happens(0.4)
    sendsCare = dice.happens(0.5)
    hasBadBatch = dice.happens(0.5)
    hasReloads = dice.happens(0.3)
  }

  package var description: String {
    let words = [
      (hasFaults, "faults"), (hasJumps, "jumps"), (hasEarlyReports, "early"), (hasStragglers, "stragglers"),
      (hasRefusals, "refusals"), (hasOperators, "operators"), (hasRubbish, "rubbish"), (sendsCare, "care"),
      (hasBadBatch, "bad batch"), (hasReloads, "reloads"),
    ].filter(\.0).map(\.1)
    return
      "\(clock.rawValue) clock, \(devices) devices, \(days) days of up to \(reportsADay) reports, batches of \(batch)"
      + (words.isEmpty ? "" : ": ") + words.joined(separator: ", ")
  }

  /// Has many messages for its days.
  package var isDense: Bool { reportsADay > 3 }

  /// Whatever order a day's messages come in, they say the same: nobody is away, refuses, or leaves out a thousand numbers.
  var isOrderly: Bool { !hasStragglers && !hasEarlyReports && !hasRefusals && !hasReloads && !isDense }

  static let start = EventTime(milliseconds: 1_748_736_000_000)
}
