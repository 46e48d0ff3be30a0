/// One device: what it is, and what will become of it. Made once; its reports are derived from this and a stream of
/// random numbers a day.
struct SimulatedDevice: Sendable {
  var id: String
  /// Indices into the plan's products, the product's batches, the plan's regions and carriers.
  var product: Int
  var batch: Int
  /// The batch that the registry names.
  var labelledBatch: Int
  var region: Int
  var carrier: Int
  var customer: Int
  /// Days of the simulation; negative before its start.
  var activatedDay: Int
  /// In the order of time; the first is what the factory wrote, with the day of activation.
  var installs: [Install] = []
  /// Days on which it starts anew, sorted, without doubles.
  var bootDays: [Int32] = []
  /// Symptomatic spells, in the order of time.
  var episodes: [Episode] = []
  /// Days on which a report is sent, and those of them on which it is lost on the way.
  var sent = DaySet()
  var lost = DaySet()

  var signalStrengthDbm: Double
  /// How much warmer than others of its kind: behind a television, on a shelf.
  var warmthC: Double
  /// Part of the flash memory's life that is used up a day, in percent.
  var wearADay: Double
  /// Time of day of its report, in milliseconds.
  var reportOffset: Int64
  var hasSequence: Bool
  var mayCollect: Bool
  var mayContact: Bool
  /// What its clock is ahead of the true time, in milliseconds.
  var clockError: Int64 = 0
  /// The first day on which it is silent for good.
  var silentFromDay: Int?
  /// A demonstration device: it shows this mode's symptom in every report.
  var stuckInMode: Int?

  /// Stands for the mode `silent`, which is no entry of a product's list: nothing is reported of it.
  static let silentMode = -1

  struct Install: Sendable, Equatable {
    var day: Int
    var release: Int
  }

  struct Episode: Sendable, Equatable {
    var mode: Int
    /// The day whose report tells the onset.
    var day: Int
    /// How many days in a row show symptoms.
    var symptomDays: Int
  }

  /// The release that runs on a day: the last one that was installed until then.
  func release(on day: Int) -> Int {
    var result = installs.first?.release ?? 0
    for install in installs where install.day <= day { result = install.release }
    return result
  }

  /// Whether the day's report is the first on a new version; the factory's doesn't count.
  func installs(on day: Int) -> Bool {
    installs.dropFirst().contains { $0.day == day }
  }

  /// The number of the boot that runs on a day, and the day on which it began.
  func boot(on day: Int) -> (number: Int, since: Int) {
    var number = 0
    var since = activatedDay
    for boot in bootDays {
      guard boot <= day else { break }
      number += 1
      since = Int(boot)
    }
    return (number, since)
  }

  func wornPct(on day: Int) -> Double { min(79, 1 + wearADay * Double(day - activatedDay)) }
}

/// A set of days from 0 on, a bit each.
struct DaySet: Sendable, Equatable {
  private var words: [UInt64] = []

  init(days: Int = 0) { words = Array(repeating: 0, count: (days + 63) / 64) }

  mutating func insert(_ day: Int) { words[day >> 6] |= 1 << UInt64(day & 63) }

  func contains(_ day: Int) -> Bool {
    guard day >= 0, day >> 6 < words.count else { return false }
    return words[day >> 6] >> UInt64(day & 63) & 1 == 1
  }

  /// How many days of the set lie between two days, both included.
  func count(from first: Int, through last: Int) -> Int {
    let low = max(0, first)
    guard low <= last else { return 0 }
    var result = 0
    for index in (low >> 6)...min(last >> 6, words.count - 1) {
      var word = words[index]
      if index == low >> 6 { word &= .max << UInt64(low & 63) }
      if index == last >> 6 { word &= .max >> UInt64(63 - last & 63) }
      result += word.nonzeroBitCount
    }
    return result
  }

  /// The first day of the set that isn't before `day`, looking no further than `reach` days on.
  func first(from day: Int, reach: Int) -> Int? {
    (day...day + reach).first { contains($0) }
  }
}
