/// A moment in UTC, in whole milliseconds since 1970: the time scale of every judgement (leap seconds don't count).
package struct EventTime: Hashable, Sendable, Comparable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }
  package init(seconds: Int64) { milliseconds = seconds * 1000 }

  package static let distantPast = EventTime(milliseconds: .min / 4)
  package static let distantFuture = EventTime(milliseconds: .max / 4)

  package static let hour: Int64 = 3_600_000
  package static let day: Int64 = 86_400_000

  package static func < (left: EventTime, right: EventTime) -> Bool { left.milliseconds < right.milliseconds }
  package static func + (time: EventTime, milliseconds: Int64) -> EventTime {
    EventTime(milliseconds: time.milliseconds + milliseconds)
  }
  package static func - (time: EventTime, milliseconds: Int64) -> EventTime {
    EventTime(milliseconds: time.milliseconds - milliseconds)
  }

  /// Midnight UTC of a proleptic Gregorian date; `nil` where there is no such date.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...12).contains(month), (1...9999).contains(year), day >= 1,
      day <= CivilDate.daysInMonth(year: year, month: month)
    else { return nil }
    milliseconds = CivilDate(year: year, month: month, day: day).daysSince1970 * EventTime.day
  }
}

extension EventTime: CustomStringConvertible {
  /// RFC 3339 in UTC, with milliseconds only where there are any: `2025-11-23T07:00:00Z`.
  package var description: String {
    let days = milliseconds.flooredDivision(by: EventTime.day)
    let date = CivilDate(daysSince1970: days)
    let rest = milliseconds - days * EventTime.day
    let clock = "T\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1000 % 60, 2))"
    let fraction = rest % 1000 == 0 ? "" : ".\(padded(rest % 1000, 3))"
    return date.description + clock + fraction + "Z"
  }

  /// The UTC date alone: `2025-11-23`.
  package var date: String {
    CivilDate(daysSince1970: milliseconds.flooredDivision(by: EventTime.day)).description
  }
}

extension EventTime: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let time = EventTime(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "\(text) is no RFC 3339 time"))
    }
    self = time
  }
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension EventTime: LosslessStringConvertible {
  /// Reads RFC 3339 (`2025-11-23T08:00:00.25+01:00`, also with a space for the `T`), a bare date (00:00 UTC) and
  /// mosquitto's own `…Z+0000`. Digits finer than a millisecond are cut off.
  package init?(_ text: String) {
    var text = text
    guard let time = text.withUTF8({ EventTime(rfc3339: $0) }) else { return nil }
    self = time
  }

  /// The same from bytes: a capture has such a time in each line.
  package init?(rfc3339 text: UnsafeBufferPointer<UInt8>) {
    var place = 0
    func number(_ digits: Int) -> Int? {
      guard place + digits <= text.count else { return nil }
      var value = 0
      for byte in text[place..<place + digits] {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      place += digits
      return value
    }
    func take(_ allowed: UInt8, or other: UInt8? = nil, or third: UInt8? = nil) -> UInt8? {
      guard place < text.count, text[place] == allowed || text[place] == other || text[place] == third else {
        return nil
      }
      place += 1
      return text[place - 1]
    }
    let (dash, colon) = (UInt8(ascii: "-"), UInt8(ascii: ":"))
    guard let year = number(4), take(dash) != nil, let month = number(2), take(dash) != nil, let day = number(2),
      let midnight = EventTime(year: year, month: month, day: day)
    else { return nil }
    if place == text.count {
      self = midnight
      return
    }
    guard take(UInt8(ascii: "T"), or: UInt8(ascii: "t"), or: UInt8(ascii: " ")) != nil, let hour = number(2),
      take(colon) != nil, let minute = number(2), take(colon) != nil, let second = number(2), hour < 24, minute < 60,
      second < 61
    else { return nil }
    var fraction: Int64 = 0
    if take(UInt8(ascii: "."), or: UInt8(ascii: ",")) != nil {
      var scale: Int64 = 100
      var digits = 0
      while let digit = number(1) {
        fraction += Int64(digit) * scale
        scale /= 10
        digits += 1
      }
      guard digits > 0 else { return nil }
    }
    var offset: Int64 = 0
    if take(UInt8(ascii: "Z"), or: UInt8(ascii: "z")) != nil {
      // mosquitto's own.
      if place + 5 == text.count, text[place...].elementsEqual("+0000".utf8) { place += 5 }
    } else {
      guard let sign = take(UInt8(ascii: "+"), or: dash), let hours = number(2), hours < 24 else { return nil }
      _ = take(colon)
      guard let minutes = number(2), minutes < 60 else { return nil }
      offset = Int64(hours * 60 + minutes) * 60_000 * (sign == dash ? -1 : 1)
    }
    guard place == text.count else { return nil }
    let clock = Int64((hour * 60 + minute) * 60 + min(second, 59)) * 1000 + fraction
    self = midnight + (clock - offset)
  }
}

/// A date of the proleptic Gregorian calendar, by Howard Hinnant's `days_from_civil` (1970-01-01 is day 0; 2000-03-01 is
/// day 11017).
private struct CivilDate: CustomStringConvertible {
  var year: Int
  var month: Int
  var day: Int

  init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  init(daysSince1970: Int64) {
    let shifted = daysSince1970 + 719_468
    let era = shifted.flooredDivision(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
    year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
  }

  var daysSince1970: Int64 {
    let shiftedYear = Int64(month <= 2 ? year - 1 : year)
    let era = shiftedYear.flooredDivision(by: 400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func daysInMonth(year: Int, month: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  var description: String { "\(padded(Int64(year), 4))-\(padded(Int64(month), 2))-\(padded(Int64(day), 2))" }
}

private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
