import CaseStore
import Foundation
import Vocabulary

/// What is known of the store's health over the days: kept in the store itself, so that a restart neither checks anew nor
/// forgets how fast it grows.
struct HouseBook: Codable, Sendable, Hashable {
  struct Check: Codable, Sendable, Hashable {
    var at: Int64
    var seconds: Double
    /// The first few; empty: it is whole.
    var faults: [String]
    /// The medium failed before the end; `nil`, as in books of earlier versions: it didn't.
    var wasCutShort: Bool?
  }
  struct Size: Codable, Sendable, Hashable {
    /// Whole days since 1970, UTC.
    var day: Int64
    var bytes: Int64
  }

  var check: Check?
  /// What each day began with: a day apart, and written down at once.
  var sizes: [Size] = []

  init() {}

  /// Starts anew where nothing is kept, or nothing that this version understands: a check too many is the price.
  init(in store: CaseDatabase) throws(StoreError) {
    self.init()
    guard let bytes = try store.meta(Engine.MetaKey.house) else { return }
    do {
      self = try JSONDecoder().decode(HouseBook.self, from: Data(bytes))
    } catch {
      return
    }
  }

  var stored: [UInt8] { JSONText.bytes(self) }

  func isCheckDue(at now: EventTime, everyDays days: Int) -> Bool {
    guard days > 0 else { return false }
    guard let check else { return true }
    let pause = check.wasCutShort == true ? Limits.brokenCheckHours * EventTime.hour : Int64(days) * EventTime.day
    return now.milliseconds - check.at >= pause
  }

  /// Bytes of the file alone, as its room is counted. Whether the day's size was not written down yet.
  mutating func note(_ bytes: Int64, at now: EventTime) -> Bool {
    let day = now.milliseconds / EventTime.day
    guard sizes.last?.day != day else { return false }
    sizes.append(Size(day: day, bytes: bytes))
    sizes.removeFirst(max(0, sizes.count - Limits.houseDays))
    return true
  }

  /// Bytes a day, the slope of the line through the days; `nil` below three days.
  var growth: Double? {
    guard let first = sizes.first, let last = sizes.last, last.day - first.day >= 3 else { return nil }
    let days = sizes.map { Double($0.day - first.day) }
    let bytes = sizes.map { Double($0.bytes) }
    let middle = (days.reduce(0, +) / Double(days.count), bytes.reduce(0, +) / Double(bytes.count))
    let spread = days.reduce(0) { $0 + ($1 - middle.0) * ($1 - middle.0) }
    let slope = zip(days, bytes).reduce(0) { $0 + ($1.0 - middle.0) * ($1.1 - middle.1) } / spread
    return slope
  }

  /// How many days so much room is enough for, at the present growth; `nil`: not known, or it doesn't grow.
  func daysLeft(free: Int64?) -> Double? {
    guard let free, let growth, growth >= 1 else { return nil }
    return Double(max(0, free)) / growth
  }
}
