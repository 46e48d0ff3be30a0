import Glibc
import Vocabulary

/// A moment on the clock of this machine, or of `TZ`: `2025-11-23T08:00:12+01:00`.
enum LocalTime {
  static func text(_ time: EventTime) -> String {
    var seconds = time_t(time.milliseconds.flooredDivision(by: 1000))
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return time.description }
    let offset = parts.tm_gmtoff / 60
    let shifted = EventTime(milliseconds: (Int64(seconds) + Int64(offset) * 60) * 1000).description
    let zone = (offset < 0 ? "-" : "+") + two(abs(offset) / 60) + ":" + two(abs(offset) % 60)
    return shifted.prefix(19) + zone
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
