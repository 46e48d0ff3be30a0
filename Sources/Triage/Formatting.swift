import Vocabulary

/// How numbers stand in explanations: as few digits as still tell the difference, thousands apart by a space, a percent
/// sign after a space, dates in UTC.
enum Wording {
  /// "41 230", "212", "37", "9.1", "0.35", "less than 0.01".
  static func number(_ value: Double) -> String {
    let size = abs(value)
    if size > 0, size < 0.01 { return "less than 0.01" }
    return trimmed(fixed(value, decimals: size < 1 ? 2 : size < 100 ? 1 : 0))
  }

  static func number(_ value: Int) -> String { fixed(Double(value), decimals: 0) }

  /// "87 %", "0.4 %", "99.4 %"; never 0 % or 100 % for what is neither.
  static func percent(_ share: Double) -> String { percentDigits(share) + " %" }

  /// "81–92 %".
  static func percentRange(_ low: Double, _ high: Double) -> String {
    let (from, to) = (percentDigits(low), percentDigits(high))
    guard from.first?.isNumber == true, to.first?.isNumber == true else { return "\(from) % to \(to) %" }
    return "\(from)–\(to) %"
  }

  private static func percentDigits(_ share: Double) -> String {
    let percent = share * 100
    if percent <= 0 { return "0" }
    if percent < 0.1 { return "less than 0.1" }
    if percent > 99.9, percent < 100 { return "more than 99.9" }
    return trimmed(fixed(percent, decimals: percent < 10 || percent > 99 ? 1 : 0))
  }

  /// "an 87 % probability (81–92 %)", "a probability of more than 99.9 % (99.1 % to more than 99.9 %)".
  static func probability(_ interval: Interval) -> String {
    let text = percent(interval.mean)
    let range = percentRange(interval.low, interval.high)
    guard text.first?.isNumber == true else { return "a probability of \(text) (\(range))" }
    let takesAn = text.hasPrefix("8") || ["11 ", "11.", "18 ", "18."].contains { text.hasPrefix($0) }
    return "\(takesAn ? "an" : "a") \(text) probability (\(range))"
  }

  /// "41.20 USD".
  static func money(_ amount: Double, _ currency: String) -> String { fixed(amount, decimals: 2) + " " + currency }

  /// "30 days", "1 day", "12 hours".
  static func days(_ days: Double) -> String {
    days >= 1 ? count(days, "day") : count(days * 24, "hour")
  }

  static func count(_ number: Double, _ noun: String) -> String {
    let text = self.number(number)
    return "\(text) \(noun)\(text == "1" ? "" : "s")"
  }

  static func count(_ number: Int, _ noun: String) -> String { count(Double(number), noun) }

  private static func trimmed(_ digits: String) -> String {
    guard digits.contains(".") else { return digits }
    var rest = Substring(digits)
    while rest.last == "0" { rest = rest.dropLast() }
    return String(rest.last == "." ? rest.dropLast() : rest)
  }

  /// Rounded half away from zero; beyond what a 64-bit integer holds, the number as Swift writes it.
  private static func fixed(_ value: Double, decimals: Int) -> String {
    var power: Int64 = 1
    for _ in 0..<decimals { power *= 10 }
    guard let scaled = Int64(exactly: (abs(value) * Double(power)).rounded()) else { return value.description }
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard decimals > 0 else { return sign + grouped(scaled) }
    let fraction = String(scaled % power)
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(sign)\(grouped(scaled / power)).\(zeros)\(fraction)"
  }

  private static func grouped(_ whole: Int64) -> String {
    let digits = Array(String(whole))
    guard digits.count > 4 else { return String(digits) }
    return digits.indices.map { index in
      (index > 0 && (digits.count - index) % 3 == 0 ? " " : "") + String(digits[index])
    }.joined()
  }
}

extension Cohort {
  /// "batch FTV4KM-2024-W18", "firmware 3.2.0 in humid weather".
  var words: String {
    var parts: [String] = []
    if let batch { parts.append("batch \(batch)") }
    if let firmware { parts.append(batch == nil ? "firmware \(firmware)" : "on firmware \(firmware)") }
    if parts.isEmpty { parts.append("the surroundings") }
    if let region { parts.append("in region \(region)") }
    if cause == .firmwareAndEnvironment || cause == .batchAndEnvironment { parts.append("in humid weather") }
    return parts.joined(separator: " ")
  }
}
