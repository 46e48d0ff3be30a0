package import Vocabulary

/// A moment as it is typed: RFC 3339, a date (00:00 UTC), `now`, `today`, `yesterday`, `tomorrow` (each from 00:00 UTC), or a
/// time from now, `7d` ahead or `-24h` back.
package enum TimeInput {
  private static let millisecondsADay: Int64 = 86_400_000
  /// Beyond three centuries it is a slip.
  private static let mostSeconds = 1e10

  package static func moment(_ text: String, now: EventTime) -> EventTime? {
    let midnight = EventTime(milliseconds: now.milliseconds - now.milliseconds % millisecondsADay)
    switch text {
    case "now": return now
    case "today": return midnight
    case "yesterday": return midnight + -millisecondsADay
    case "tomorrow": return midnight + millisecondsADay
    default: break
    }
    if let time = EventTime(text) { return time }
    let isPast = text.first == "-"
    guard text.last?.isLetter == true, let seconds = Phrase.seconds(isPast ? String(text.dropFirst()) : text),
      seconds > 0, seconds < mostSeconds
    else { return nil }
    return now + Int64((isPast ? -seconds : seconds) * 1000)
  }
}
