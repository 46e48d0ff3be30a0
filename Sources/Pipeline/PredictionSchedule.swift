package import Vocabulary

/// At which times the probabilities of all devices are written down.
package struct PredictionSchedule: Sendable, Hashable {
  package enum Times: Sendable, Hashable {
    case never
    /// Every so many milliseconds since 1970: `every:7` days from a Thursday on, `every:6h` at 00, 06, 12 and 18 UTC.
    case every(Int64)
    case at(EventTime)
  }
  package var times: Times
  /// `nil`: each mode's own horizon.
  package var horizonDays: Double?

  package static let never = PredictionSchedule(times: .never)

  package init(times: Times, horizonDays: Double? = nil) {
    self.times = times
    self.horizonDays = horizonDays
  }

  /// Reads `every:7` (days), `every:6h`, or a time.
  package init?(_ text: String, horizonDays: Double?) {
    self.horizonDays = horizonDays
    guard let colon = text.firstIndex(of: ":"), text[..<colon] == "every" else {
      guard let time = EventTime(text) else { return nil }
      times = .at(time)
      return
    }
    var number = text[text.index(after: colon)...]
    let unit = number.last == "h" ? EventTime.hour : EventTime.day
    if number.last == "h" || number.last == "d" { number = number.dropLast() }
    guard let count = Int64(number), count > 0, count < 10_000 else { return nil }
    times = .every(count * unit)
  }

  /// The times for which `bucket` is the last whole bucket: those in [its end, its successor's end).
  func times(after bucket: Bucket) -> [EventTime] {
    let end = bucket.end.milliseconds
    switch times {
    case .never: return []
    case .at(let time): return time >= bucket.end && time < bucket.next.end ? [time] : []
    case .every(let step):
      let first = (end + step - 1) / step * step
      return stride(from: first, to: bucket.next.end.milliseconds, by: Int64.Stride(step)).map {
        EventTime(milliseconds: $0)
      }
    }
  }
}
