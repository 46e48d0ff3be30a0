package import Vocabulary

/// Figures and foreign text as people read them.
package enum Phrase {
  /// Bytes that a device chose must not reach a terminal as they are: control characters (an escape sequence could
  /// rewrite the screen), marks without a width of their own and those that reverse the direction of text are shown as
  /// `\u{1b}`.
  package static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x00..<0x20, 0x7f..<0xa0, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The same of a text of several lines.
  package static func printableLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }.joined(separator: "\n")
  }

  /// A decimal number with so many digits after the point: `fixed(41.2, 2)` is `41.20`.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    var power = 1.0
    for _ in 0..<digits { power *= 10 }
    let scaled = (abs(value) * power).rounded()
    guard scaled < 1e15 else { return String(value) }
    let whole = Int64(scaled)
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(whole) }
    let fraction = String(whole % Int64(power))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(whole / Int64(power)).\(zeros)\(fraction)"
  }

  /// `2`, `0.5`: without zeros that say nothing.
  package static func decimal(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(value)
  }

  /// `12345` as `12,345`.
  package static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var result = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }

  /// `count(1, "ticket")` is `1 ticket`, `count(3, "ticket")` is `3 tickets`.
  package static func count(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
  }

  package static func bytes(_ value: Int) -> String {
    var amount = Double(value)
    var unit = 0
    let units = ["B", "kB", "MB", "GB", "TB"]
    while amount >= 1000, unit < units.count - 1 {
      amount /= 1000
      unit += 1
    }
    return "\(fixed(amount, unit > 0 && amount < 10 ? 1 : 0)) \(units[unit])"
  }

  /// A probability in percent, finer at both ends where a whole percent would hide the difference: `0.873` is `87 %`,
  /// `0.0042` is `0.4 %`, `0.00001` is `<0.1 %`, `0.996` is `99.6 %`.
  package static func percent(_ probability: Double) -> String { percentFigure(probability) + " %" }

  private static func percentFigure(_ probability: Double) -> String {
    let percent = probability * 100
    if percent <= 0 { return "0" }
    if percent < 0.05 { return "<0.1" }
    if percent >= 100 { return "100" }
    if percent > 99.95 { return ">99.9" }
    return percent < 0.95 || percent >= 99.5 ? fixed(percent, 1) : fixed(percent, 0)
  }

  /// A mean with its 90 % credible interval: `87 % [81–92 %]`.
  package static func percent(_ mean: Double, low: Double, high: Double) -> String {
    "\(percent(mean)) [\(percentFigure(low))–\(percentFigure(high)) %]"
  }

  /// A ratio with its interval: `4.8 × [3.1–7.2]`.
  package static func ratio(_ mean: Double, low: Double, high: Double) -> String {
    "\(fixed(mean, 1)) × [\(fixed(low, 1))–\(fixed(high, 1))]"
  }

  /// `30`, `0.25`: days are mostly whole.
  package static func days(_ value: Double) -> String {
    let figure = value == value.rounded() ? fixed(value, 0) : fixed(value, 2)
    return "\(figure) \(value == 1 ? "day" : "days")"
  }

  /// `12s`, `3m`, `47h`, `4d`: days only from two on.
  package static func briefly(seconds: Double) -> String {
    switch seconds {
    case ..<60: "\(Int(seconds))s"
    case ..<3600: "\(Int(seconds / 60))m"
    case ..<172_800: "\(Int(seconds / 3600))h"
    default: "\(Int(min(seconds / 86_400, 9e9)))d"
    }
  }

  /// A time for people: `2025-11-23 07:00 UTC`. A text that holds no time is shown as it is.
  package static func moment(_ text: String) -> String {
    EventTime(text).map { moment($0) } ?? printable(text)
  }

  package static func moment(_ time: EventTime) -> String {
    let text = time.description
    guard let split = text.firstIndex(of: "T") else { return text }
    return "\(text[..<split]) \(text[split...].dropFirst().prefix(5)) UTC"
  }

  /// A length of time on the command line: `90` (seconds), `30s`, `5m`, `2h`, `7d`, `1.5h`.
  package static func seconds(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let unit = text.last.flatMap { units[$0] }
    let figure = unit == nil ? Substring(text) : text.dropLast()
    guard figure.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let value = Double(figure), value.isFinite
    else { return nil }
    return value * (unit ?? 1)
  }
}
